"""Names that are safe on every file system: the same rules at download, import and mapping.

At most 128 characters and 180 bytes of UTF-8; letters and digits of any script, `-`, `_`, `.`; the official name
stays in the metadata (fault matrix 2.13).
"""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_CHARACTERS = 128
MAX_BYTES = 180
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")
_MAX_SUFFIX = 20
WEIGHTS = frozenset(
    {".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl"},
)
"""Endings of weights, as programs look for them by name."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def slug(text: str, fallback: str = "model") -> str:
    """A folder or stem name: lower case, words joined by single dashes."""
    words = re.split(r"[-\s._]+", _kept(text, "").lower())
    return _guarded(cut("-".join(word for word in words if word), MAX_CHARACTERS, MAX_BYTES), fallback)


def file_name(text: str, fallback: str = "file") -> str:
    """A file name from any text: the last path component, case and suffix kept."""
    last = re.split(r"[/\\]", text.rstrip("/\\ "))[-1]
    if re.match(r"^[A-Za-z]:", last):
        last = last[2:]
    cleaned = re.sub(r"-{2,}", "-", _kept(last, "-")).strip("-. ")
    suffix = suffix_of(cleaned)
    stem = cleaned.removesuffix(suffix).rstrip("-. ")
    room = len(suffix.encode())
    return _guarded(cut(stem, MAX_CHARACTERS - len(suffix), MAX_BYTES - room), fallback) + suffix


def inner_path(text: str) -> PurePosixPath:
    """A relative path of a repository as safe components; what would lead out of the folder is dropped."""
    parts = [part for part in re.split(r"[/\\]", text) if part not in {"", ".", ".."}]
    return PurePosixPath(*(file_name(part) for part in parts)) if parts else PurePosixPath("file")


def suffix_of(name: str) -> str:
    """The suffix with its dot, or nothing when what follows the last dot is no suffix."""
    stem, dot, end = name.rpartition(".")
    plausible = bool(stem) and end.isascii() and end.isalnum() and 0 < len(end) <= _MAX_SUFFIX
    return dot + end if plausible and not end.isdigit() else ""


def with_hash(name: str, digest: str) -> str:
    """The name with a short hash before its suffix: for a name that is taken by other content."""
    suffix = suffix_of(name)
    mark = f"-{digest[:8]}"
    stem = name.removesuffix(suffix)
    room = len((mark + suffix).encode())
    return cut(stem, MAX_CHARACTERS - len(mark + suffix), MAX_BYTES - room) + mark + suffix


def is_inner(name: str) -> bool:
    """Whether a name from a record stays below its folder by the rules of every system."""
    parts = re.split(r"[/\\]", name)
    plain = not ({"", ".", ".."} & set(parts)) and "\\" not in name and not re.match(r"^[A-Za-z]:", name)
    return plain and all(unicodedata.category(c) not in {"Cc", "Cs"} for c in name) and len(name.encode()) < 4096


def name_key(name: str) -> str:
    """Equal for names that some file system would take for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip(" .")


def stem_key(name: str) -> str:
    """Equal for names of one file, whether written with folders and the ending of weights or without them."""
    last = re.split(r"[/\\]+", name.rstrip("/\\"))[-1]
    suffix = suffix_of(last)
    return name_key(last.removesuffix(suffix) if suffix.lower() in WEIGHTS else last)


def shown(text: str, limit: int = 200) -> str:
    """Remote text for a screen or a log: invisible and direction-changing characters written out."""
    visible = (c if unicodedata.category(c) not in _INVISIBLE else f"\\u{ord(c):04x}" for c in text)
    line = "".join(visible)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _kept(text: str, replacement: str) -> str:
    """Letters, digits and marks stay, joiners become dashes, the rest goes or is replaced."""
    normal = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8", "replace"))
    return "".join(_kept_character(c, replacement) for c in normal)


def _kept_character(character: str, replacement: str) -> str:
    if character in "-_." or unicodedata.category(character)[0] in "LN":
        return character
    category = unicodedata.category(character)
    if category in {"Mn", "Mc"}:
        return "" if 0xFE00 <= ord(character) <= 0xFE0F else character
    if category in _INVISIBLE and character not in "\t\n\r":
        return ""
    return replacement or "-"


def cut(text: str, characters: int, size: int) -> str:
    """At most so many characters and bytes, never half a character, no dangling joiner."""
    short = text[: max(1, characters)].encode()[: max(1, size)].decode("utf-8", "ignore")
    return short.rstrip("-._ ")


def _guarded(name: str, fallback: str) -> str:
    stripped = name.strip("-. ")
    if not stripped or not any(unicodedata.category(c)[0] in "LN" for c in stripped):
        return fallback
    return f"_{stripped}" if _DEVICES.match(stripped) else stripped
