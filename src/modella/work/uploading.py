"""Files that are sent over the wire, as when somebody drops one onto the page: whole in the library, then imported.

    .modella/incoming/.uploads/<id>/arriving.part   what has come so far
    .modella/incoming/.uploads/<id>/<name>          the whole file, flushed; it has its name only then

What was interrupted leaves nothing behind. What is whole is imported as a file that is moved, also after a restart.
"""

from pathlib import Path
from typing import Any

from modella.core.errors import BadContent, BadLink, Failed, NoSpace, Refused
from modella.core.events import TaskView
from modella.core.grouping import WEIGHTS, is_weights
from modella.core.naming import file_name, shown
from modella.core.sidecars.families import Family
from modella.io.disk import PartFile, free_space, make_folders, rename_new
from modella.work.candidates import Candidate
from modella.work.describe import margin
from modella.work.hands import Hands, new_id
from modella.work.importing import import_candidate
from modella.work.tasks import Task

_ARRIVING = "arriving.part"
_LOOK_EVERY = 256 * 1024 * 1024
"""Bytes after which it is looked again whether the disk has room."""


class Upload:
    """One file on its way in. `take` what comes, then `finish`; `drop` whatever happens instead.

    `expected` is its size in bytes, as far as the sender has said it. BadLink("bad-value") for a name that is none of
    a model file; Refused("upload-too-large"); NoSpace before the first byte.
    """

    def __init__(self, hands: Hands, name: str, expected: int | None) -> None:
        self.id, self.name = new_id(), checked_name(name)
        self._hands, self._expected = hands, expected
        self._received = self._looked_at = 0
        hands.library.check_present(hands.library_id)
        self._check_size(expected or 0)
        self._check_space(expected or 0)
        self._folder = hands.library.upload(self.id)
        make_folders(self._folder)
        self._part: PartFile | None = PartFile(self._folder / _ARRIVING)

    def take(self, block: bytes) -> None:
        """Keeps the next bytes."""
        self._check_size(self._received + len(block))
        if self._received - self._looked_at >= _LOOK_EVERY:
            self._check_space(max(0, (self._expected or 0) - self._received))
            self._looked_at = self._received
        if self._part is not None:
            self._part.write(self._received, block)
            self._received += len(block)
            self._part.forget(self._received)

    def finish(self) -> None:
        """The file is whole: makes it durable and gives it its name. BadContent("empty-file"), Failed("cancelled")."""
        if self._expected is not None and self._received != self._expected:
            raise Failed("cancelled")
        if not self._received:
            raise BadContent("empty-file", file=self.name)
        if self._part is not None:
            self._part.flush()
        self._close()
        rename_new(self._folder / _ARRIVING, self._folder / self.name)

    def drop(self) -> None:
        """Removes what has come."""
        self._close()
        self._hands.library.drop_upload(self.id)

    def begin_import(self, *, duplicates: bool = False) -> TaskView:
        """Starts the task that makes it a model of the library."""
        return _begin(self._hands, self.id, self.name, duplicates).shown()

    def _close(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None

    def _check_size(self, size: int) -> None:
        most = self._hands.settings().upload_limit
        if most and size > most:
            raise Refused("upload-too-large", name=self.name, most=most)

    def _check_space(self, needed: int) -> None:
        library = self._hands.library
        needed += margin(library, self._hands.settings().space_margin)
        free = free_space(library.root)
        if needed > free:
            raise NoSpace("no-space", path=str(library.root), short=needed - free)


def checked_name(name: str) -> str:
    """The name of an uploaded file, safe on every disk; BadLink("bad-value") unless it is one of a model file."""
    plain = file_name(name, fallback="")
    if "/" in name or "\\" in name or "\0" in name or not plain or len(name) > 1024:
        raise BadLink("bad-value", name="name", value=shown(name, 80), reason="not the name of a file")
    if not is_weights(plain):
        known = ", ".join(sorted(WEIGHTS))
        raise BadLink("bad-value", name="name", value=shown(name, 80), reason=f"not a model file; these are: {known}")
    return plain


def resume_uploads(hands: Hands, *, imports: bool) -> None:
    """Removes what was interrupted when the last process ended, and where asked goes on with what was whole."""
    for folder in hands.library.uploads():
        whole = [path.name for path in folder.iterdir() if is_weights(path.name)]
        if len(whole) != 1:
            hands.library.drop_upload(folder.name)
        elif imports:
            _begin(hands, folder.name, whole[0], duplicates=False)


def _begin(hands: Hands, entry: str, name: str, duplicates: bool) -> Task:
    return hands.tasks.begin("import", lambda task: _import(hands, entry, name, duplicates, task), alone=False)


def _import(hands: Hands, entry: str, name: str, duplicates: bool, task: Task) -> dict[str, Any]:
    """What an import tells, with the file called as it was sent. It goes in any case, unless the program ends."""
    folder = hands.library.upload(entry)
    stem = Path(name).stem
    found = Candidate(folder, name, (name,), Family(), called=stem)
    try:
        told = import_candidate(hands, found, "move", duplicates=duplicates, task=task)
    finally:
        if not hands.tasks.is_closing:
            hands.library.drop_upload(entry)
    for each in (*told["models"], *told["skipped"], *told["problems"]):
        each.update({key: name for key in ("from", "path") if each.get(key) == str(folder / name)})
    return told
