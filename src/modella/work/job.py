"""One download at work: its record on the disk, in the queue and in the events, always in that order."""

import threading
from pathlib import Path
from typing import Any

from modella.core.download import FINISHED, Download, PartRecord, Reason, State, Step, view
from modella.core.errors import DiskTrouble, ModellaError
from modella.core.events import DownloadChanged, DownloadProgress
from modella.core.listing import ListedFile, Listing
from modella.io.disk import make_folders, read_json, write_json
from modella.work.fetch import Fetch, Progress, Stopped
from modella.work.hands import Hands, now


class Job:
    """A download's record with the hands that keep it. `stop_as` says why it was asked to stop.

    `is_slow`: its server only drips, so it holds up no other download.
    """

    def __init__(self, record: Download, hands: Hands) -> None:
        self.record = record
        self.hands = hands
        self.stop_as: State | None = None
        self.fetch: Fetch | None = None
        self.is_slow = False
        self._lock = threading.RLock()
        self._listing: Listing | None = None

    @property
    def staging(self) -> Path:
        """The folder where this download grows."""
        return self.hands.library.staging(self.record.id)

    def part_path(self, part: PartRecord) -> Path:
        """Where the bytes of a file lie until they are placed."""
        return self.staging / f"{part.index}.part"

    def accept(self) -> None:
        """Makes the download durable: after this returns it exists after a power cut."""
        make_folders(self.staging)
        self.save()

    def save(self) -> None:
        """Writes the record beside the parts, then its mirror in the queue."""
        with self._lock:
            self.record.updated_at = now()
            self._write_state()
            self.hands.store.save(self.record, self.hands.library_id)

    def save_part(self, part: PartRecord) -> None:
        """Writes the record at a checkpoint of one of its parts."""
        with self._lock:
            self.record.parts[part.index] = part
            self._write_state()

    def become(self, state: State, step: Step | None = None, reason: Reason | None = None) -> None:
        """Enters a state: durable first, told after."""
        with self._lock:
            if self.record.state in FINISHED and state is not State.queued:
                return
            self.record.state, self.record.reason = state, reason
            self.record.step = step or self.record.step
            self.record.finished_at = now() if state in FINISHED else None
            self.save()
        self.tell()

    def tell(self) -> None:
        """Tells what the download is like now."""
        self.hands.bus.tell(DownloadChanged(download=view(self.record)))

    def tell_progress(self, part: PartRecord, progress: Progress) -> None:
        """Tells how far the bytes are, over all files."""
        others = sum(
            (p.size or 0) if p.complete else sum(b - a for a, b in p.durable)
            for p in self.record.parts
            if p is not part
        )
        total = self.record.total
        done = others + progress.received
        left = (total - done) / progress.speed if total is not None and progress.speed > 1 else None
        self.hands.bus.tell(
            DownloadProgress(
                id=self.record.id,
                step=Step.fetch,
                file=part.name,
                bytes=done,
                total=total,
                speed=progress.speed,
                eta=left,
                connections=progress.connections,
            )
        )

    @property
    def listing(self) -> Listing:
        """What the source said, as it was stored when the download was described."""
        if self._listing is None:
            found = read_json(self.staging / "listing.json")
            if found is None:
                raise DiskTrouble("part-lost", path=str(self.staging))
            self._listing = Listing.model_validate(found)
        return self._listing

    def has_listing(self) -> bool:
        """Whether the source has been asked already."""
        return self._listing is not None or (self.staging / "listing.json").exists()

    def keep_listing(self, listing: Listing) -> None:
        """Stores what the source said."""
        write_json(self.staging / "listing.json", listing.model_dump(mode="json"))
        self._listing = listing

    def forget_listing(self) -> None:
        """Lets the source be asked again."""
        self._listing = None

    def listed(self, part: PartRecord) -> ListedFile:
        """The file of the listing that a part is fetched from."""
        files = self.listing.files
        same = (f for f in files if (f.file_id, f.path, f.name) == (part.file_id, part.path, part.name))
        return next(same, files[0])

    def heed_stop(self) -> None:
        """Stopped, when somebody has asked for it."""
        if self.stop_as is not None:
            raise Stopped

    def stop(self, state: State) -> None:
        """Asks whoever works on the download to stop and to leave it in a state."""
        self.stop_as = state
        fetch = self.fetch
        if fetch is not None:
            fetch.stop()

    def _write_state(self) -> None:
        if self.staging.is_dir():
            write_json(self.staging / "state.json", explained(self.record))


def explained(record: Download) -> dict[str, Any]:
    """The record as it lies on the disk, with a sentence for whoever finds the folder."""
    about = (
        f"Modella is downloading {record.name or record.wish.shown}; the .part files beside this one are unfinished."
    )
    return {"about": about, **record.model_dump(mode="json")}


def reason_of(problem: ModellaError) -> Reason:
    """An error as it is kept in a record."""
    facts = {
        name: value
        for name, value in problem.facts.items()
        if isinstance(value, (str, int, float, bool, list, type(None)))
    }
    return Reason(code=problem.code, facts=facts)
