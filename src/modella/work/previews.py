"""Preview pictures of a model: fetched through the guard, made safe, kept beside the model; never a reason to fail."""

from collections.abc import Sequence
from pathlib import Path

from modella.core.errors import ModellaError
from modella.core.listing import Picture
from modella.core.model import Preview
from modella.io.disk import Library, make_folders, write_atomic
from modella.io.net import Net
from modella.io.pictures import LARGEST_FILE, draw, video_suffix
from modella.work.job import Job

LARGEST_VIDEO = 32 * 1024 * 1024


def fetch_previews(job: Job, folder: Path, pictures: Sequence[Picture]) -> list[Preview]:
    """The previews of a listing, as many as the settings keep as files beside the model, the rest as addresses."""
    kept = job.hands.settings().previews
    return [
        _preview(job, folder, picture, number if number <= kept else None)
        for number, picture in enumerate(pictures, start=1)
    ]


def thumb_path(library: Library, model_id: str, name: str) -> Path:
    """Where the thumbnail of a preview lies: derived, deletable, made again when missing."""
    return library.control / "thumbs" / model_id / f"{Path(name).stem}.webp"


def _preview(job: Job, folder: Path, picture: Picture, number: int | None) -> Preview:
    told = Preview.model_validate(picture.model_dump())
    content = _fetched(job.hands.net, picture) if number else None
    if content is None:
        return told
    stem = "preview" if number == 1 else f"preview-{number}"
    suffix = video_suffix(content)
    if suffix:
        write_atomic(folder / f"{stem}{suffix}", content)
        return told.model_copy(update={"file": f"{stem}{suffix}", "type": "video"})
    drawn = draw(content)
    if drawn is None:
        return told
    write_atomic(folder / f"{stem}.webp", drawn.content)
    thumb = thumb_path(job.hands.library, str(job.record.plan.metadata["id"]) if job.record.plan else "", stem)
    make_folders(thumb.parent)
    write_atomic(thumb, drawn.thumb)
    update = {"file": f"{stem}.webp", "type": "image", "width": drawn.width, "height": drawn.height}
    return told.model_copy(update={**update, "blurhash": picture.blurhash or drawn.blurhash})


def _fetched(net: Net, picture: Picture) -> bytes | None:
    try:
        answer = net.ask(picture.url)
        if answer.status != 200:
            answer.close()
            return None
        return answer.read(LARGEST_VIDEO if picture.type == "video" else LARGEST_FILE)
    except ModellaError:
        return None
