"""Preview pictures of a model: fetched through the guard, made safe, kept beside the model; never a reason to fail.

They are gathered in the staging folder before anything is placed, so that a slow picture host holds up no model that
is placed already, and put beside the model under names that are free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """One preview: what is told of it, its safe content (in a file that waits, or here), and its thumbnail."""

    told: Preview
    suffix: str = ""
    waiting: Path | None = None
    thumb: bytes | None = None
    content: bytes | None = None


def gather_previews(job: Job, pictures: Sequence[Picture]) -> list[Gathered]:
    """Fetches as many pictures as the settings keep; the rest stay addresses. Stopped when asked to stop."""
    kept = job.hands.settings().previews
    gathered = []
    for number, picture in enumerate(pictures, start=1):
        job.heed_stop()
        each = fetch_preview(job.hands.net, picture) if number <= kept else Gathered(_told(picture))
        if each.content is not None:
            waiting = job.staging / f"{number}.preview"
            write_atomic(waiting, each.content)
            each = replace(each, waiting=waiting, content=None)
        gathered.append(each)
    return gathered


def place_previews(job: Job, folder: Path, model_id: str, gathered: Sequence[Gathered]) -> list[Preview]:
    """Puts the gathered previews beside the model; a name that somebody else has is left alone."""
    names = ["preview", *(f"preview-{number}" for number in range(2, len(gathered) + 1))]
    return [
        put_preview(job.hands.library, folder, model_id, stem, each)
        for stem, each in zip(names, gathered, strict=False)
    ]


def put_preview(library: Library, folder: Path, model_id: str, stem: str, gathered: Gathered) -> Preview:
    """Puts one preview into a folder under the stem, or a similar one that is free, and its thumbnail to the others."""
    name = _placed(folder, f"{stem}{gathered.suffix}", gathered)
    if name and gathered.thumb:
        thumb = thumb_path(library, model_id, name)
        make_folders(thumb.parent)
        write_atomic(thumb, gathered.thumb)
    return gathered.told.model_copy(update={"file": name})


def thumb_path(library: Library, model_id: str, name: str) -> Path:
    """Where the thumbnail of a preview lies: derived, deletable, made again when missing."""
    return library.control / "thumbs" / model_id / f"{Path(name).stem}.webp"


def _told(picture: Picture) -> Preview:
    return Preview.model_validate(picture.model_dump())


def fetch_preview(net: Net, picture: Picture) -> Gathered:
    """One picture, fetched through the guard and made safe; only its address when that cannot be done."""
    told, content = _told(picture), _fetched(net, picture)
    if content is None:
        return Gathered(told)
    suffix = video_suffix(content)
    if suffix:
        return Gathered(told.model_copy(update={"type": "video"}), suffix, content=content)
    drawn = draw(content)
    if drawn is None:
        return Gathered(told)
    update = {"type": "image", "width": drawn.width, "height": drawn.height}
    told = told.model_copy(update={**update, "blurhash": picture.blurhash or drawn.blurhash})
    return Gathered(told, ".webp", thumb=drawn.thumb, content=drawn.content)


def _placed(folder: Path, name: str, gathered: Gathered) -> str | None:
    content = gathered.content if gathered.waiting is None else read_bytes(gathered.waiting)
    if content is None:
        return None
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
