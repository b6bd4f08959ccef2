"""Preview pictures as they are shown: ours as they lie there, other people's only after they were drawn anew."""

from dataclasses import dataclass
from pathlib import Path

from modella.core.errors import NotFound
from modella.core.naming import file_name
from modella.core.root import LIBRARY
from modella.io.disk import Library, is_regular, make_folders, read_bytes, write_atomic
from modella.io.pictures import LARGEST_FILE, draw, video_suffix
from modella.work.hands import Hands
from modella.work.previews import thumb_path
from modella.work.records import folder_of
from modella.work.roots import root_of

_TYPES = {".webp": "image/webp", ".mp4": "video/mp4", ".webm": "video/webm"}
_HEAD = 4096


@dataclass(frozen=True)
class Shown:
    """A file that may go to a browser, and what it is. `is_ours` tells that it never changes under its name."""

    path: Path
    media_type: str
    is_ours: bool = True


def preview_file(hands: Hands, model_id: str, number: int, *, thumb: bool = False) -> Shown:
    """The preview with this number, from 1. NotFound("unknown-id") when there is none that can be shown."""
    record = hands.index.get(model_id)
    files = [each["file"] for each in (record or {}).get("previews") or [] if each.get("file")]
    if record is None or not 1 <= number <= len(files):
        raise NotFound("unknown-id", id=f"{model_id}/previews/{number}"[:64])
    name = Path(files[number - 1]).name
    root = root_of(hands, str(record["root"]))
    path = folder_of(root, str(record["place"]), record["home"]) / name
    ours = record["home"] == "placed" and record["root"] == LIBRARY
    found = _own(hands, model_id, str(record["place"]), path, thumb) if ours else _drawn(hands, model_id, path, thumb)
    if found is None:
        raise NotFound("unknown-id", id=f"{model_id}/previews/{number}"[:64])
    return found


def _own(hands: Hands, model_id: str, place: str, path: Path, thumb: bool) -> Shown | None:
    """A preview that we have drawn ourselves when the model came."""
    hands.library.inside(place)
    small = thumb_path(hands.library, model_id, path.name)
    chosen = small if thumb and is_regular(small) else path
    return Shown(chosen, _TYPES[chosen.suffix]) if is_regular(chosen) and chosen.suffix in _TYPES else None


def _drawn(hands: Hands, model_id: str, path: Path, thumb: bool) -> Shown | None:
    """Somebody else's picture, drawn anew once and kept until it changes; a video only when its bytes say so."""
    if not is_regular(path):
        return None
    stamp = f"{path.stat().st_mtime_ns:x}"[-10:]
    folder = _thumbs(hands.library, model_id)
    stem = f"{file_name(path.name)}-{stamp}"
    kept = folder / f"{stem}{'-small' if thumb else ''}.webp"
    if is_regular(kept):
        return Shown(kept, "image/webp", is_ours=False)
    with path.open("rb") as file:
        suffix = video_suffix(file.read(_HEAD))
    if suffix:
        return None if thumb else Shown(path, _TYPES[suffix], is_ours=False)
    if path.stat().st_size > LARGEST_FILE:
        return None
    drawn = draw(read_bytes(path))
    if drawn is None:
        return None
    make_folders(folder)
    write_atomic(folder / f"{stem}.webp", drawn.content)
    write_atomic(folder / f"{stem}-small.webp", drawn.thumb)
    return Shown(kept, "image/webp", is_ours=False)


def _thumbs(library: Library, model_id: str) -> Path:
    return library.control / "thumbs" / model_id
