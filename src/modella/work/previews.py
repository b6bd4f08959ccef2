"""Preview pictures of a model: fetched through the guard, made safe, kept beside the model; never a reason to fail.

They are gathered in the staging folder before anything is placed, so that a slow picture host holds up no model that
is placed already, and put beside the model under names that are free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modella.core.errors import ModellaError
from modella.core.listing import Picture
from modella.core.model import Preview
from modella.core.naming import with_hash
from modella.io.disk import Library, make_folders, read_bytes, write_atomic, write_new
from modella.io.net import Net
from modella.io.pictures import LARGEST_FILE, draw, video_suffix
from modella.work.job import Job

LARGEST_VIDEO = 32 * 1024 * 1024
_SECONDS = 20.0


@dataclass(frozen=True)
class Gathered:
    """One preview: what is told of it, where its safe content waits, and its thumbnail."""

    told: Preview
    suffix: str = ""
    waiting: Path | None = None
    thumb: bytes | None = None


def gather_previews(job: Job, pictures: Sequence[Picture]) -> list[Gathered]:
    """Fetches as many pictures as the settings keep; the rest stay addresses. Stopped when asked to stop."""
    kept = job.hands.settings().previews
    gathered = []
    for number, picture in enumerate(pictures, start=1):
        job.heed_stop()
        gathered.append(_gather(job, picture, number) if number <= kept else Gathered(_told(picture)))
    return gathered


def place_previews(job: Job, folder: Path, model_id: str, gathered: Sequence[Gathered]) -> list[Preview]:
    """Puts the gathered previews beside the model; a name that somebody else has is left alone."""
    placed = []
    for number, each in enumerate(gathered, start=1):
        name = _placed(folder, f"preview{each.suffix}" if number == 1 else f"preview-{number}{each.suffix}", each)
        if name and each.thumb:
            thumb = thumb_path(job.hands.library, model_id, name)
            make_folders(thumb.parent)
            write_atomic(thumb, each.thumb)
        placed.append(each.told.model_copy(update={"file": name}))
    return placed


def thumb_path(library: Library, model_id: str, name: str) -> Path:
    """Where the thumbnail of a preview lies: derived, deletable, made again when missing."""
    return library.control / "thumbs" / model_id / f"{Path(name).stem}.webp"


def _told(picture: Picture) -> Preview:
    return Preview.model_validate(picture.model_dump())


def _gather(job: Job, picture: Picture, number: int) -> Gathered:
    told, content = _told(picture), _fetched(job.hands.net, picture)
    if content is None:
        return Gathered(told)
    waiting = job.staging / f"{number}.preview"
    suffix = video_suffix(content)
    if suffix:
        write_atomic(waiting, content)
        return Gathered(told.model_copy(update={"type": "video"}), suffix, waiting)
    drawn = draw(content)
    if drawn is None:
        return Gathered(told)
    write_atomic(waiting, drawn.content)
    update = {"type": "image", "width": drawn.width, "height": drawn.height}
    told = told.model_copy(update={**update, "blurhash": picture.blurhash or drawn.blurhash})
    return Gathered(told, ".webp", waiting, drawn.thumb)


def _placed(folder: Path, name: str, gathered: Gathered) -> str | None:
    if gathered.waiting is None:
        return None
    content = read_bytes(gathered.waiting)
    for candidate in (name, *(with_hash(name, f"{attempt:08x}") for attempt in range(1, 10))):
        if write_new(folder / candidate, content):
            return candidate
    return None


def _fetched(net: Net, picture: Picture) -> bytes | None:
    try:
        answer = net.ask(picture.url)
        if answer.status != 200:
            answer.close()
            return None
        return answer.read(LARGEST_VIDEO if picture.type == "video" else LARGEST_FILE, seconds=_SECONDS)
    except ModellaError:
        return None
