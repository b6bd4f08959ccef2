"""A folder of files that somebody has had for long, adopted where it is: for tests of what is found out about it."""

import json
from pathlib import Path
from typing import Any

from modella.demo.catalogue import File
from modella.demo.hub import Hub
from modella.wiring import House
from modella.work.hashwave import hash_all
from modella.work.lookup import begin_lookup
from modella.work.scan import begin_scan
from modella.work.tasks import Task

PATIENCE = 60.0


class Shelf:
    """An adopted folder of an open house."""

    def __init__(self, house: House, folder: Path, hub: Hub) -> None:
        self.house, self.folder, self.hub = house, folder, hub
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, theme: str, name: str | None = None) -> File:
        """Lays the file of a model of the hub into the folder, under another name."""
        file = self.hub.version(theme).files[0]
        path = self.folder / (name or f"found-{file.name}")
        path.write_bytes(file.content.read(0, file.content.size))
        return file

    def put_bytes(self, name: str, content: bytes) -> None:
        """Lays any other file into the folder."""
        (self.folder / name).write_bytes(content)

    def put_json(self, name: str, value: Any) -> None:
        """Lays a file of another tool into the folder."""
        (self.folder / name).write_text(json.dumps(value))

    def scan(self, *, hashes: bool = True) -> dict[str, dict[str, Any]]:
        """Takes everything in; the models by the name of their file."""
        self.ended(begin_scan(self.house.hands, [self.folder], quiet=0.0))
        if hashes:
            self.ended(self.house.hands.tasks.begin("hash", lambda task: hash_all(self.house.hands, task)))
        return self.models()

    def models(self) -> dict[str, dict[str, Any]]:
        """The records of the index by the name of their file."""
        return {Path(each["place"]).name: each for each in self.house.hands.index.every()}

    def look_up(self, *ids: str, again: bool = False) -> Task:
        """A lookup that has ended."""
        return self.ended(begin_lookup(self.house.hands, ids, again=again))

    def ended(self, task: Task) -> Task:
        """Waits for a task."""
        assert task.finished.wait(PATIENCE), "a task did not end"
        return task

    def written(self, name: str) -> Any:
        """A JSON file of the folder."""
        return json.loads((self.folder / name).read_text())
