"""What a pasted text means on the Hugging Face Hub: pages, `hf://`, `ORG/NAME`, command lines, AIR, mirrors.

A mirror's link is read like the Hub's own and asked for at the configured endpoint.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from modella.core import pasted
from modella.core.errors import BadLink
from modella.core.listing import Ref

SOURCE = "huggingface"
HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"})
MIRRORS = frozenset({"hf-mirror.com", "www.hf-mirror.com", "alpha.hf-mirror.com", "hf-cdn.sufy.com", "hf.1ms.run"})

_NAME = r"[A-Za-z0-9][\w.-]{0,95}"
_OWNER = r"[A-Za-z0-9][\w-]{0,95}"
_REPO_NAME = re.compile(rf"^{_NAME}$")
_BARE = re.compile(
    rf"^(?P<owner>{_OWNER})/(?P<name>{_NAME})(?:@(?P<revision>[^\s@:]+?))?(?::(?P<quant>[\w.-]+))?(?P<path>/[^\s:@?#]*)?$"
)
_HF_URI = re.compile(r"^hf://(?P<rest>.+)$", re.IGNORECASE)
_AIR = re.compile(
    r"^(?:urn:)?(?:air:)?[\w.-]+:[\w-]+:huggingface:(?P<id>[^@+\s:]+)(?:@(?P<revision>[^+\s]+))?", re.IGNORECASE
)
_AIR_FORMAT = re.compile(r"\.(safetensors?|ckpt|gguf|diffusers|onnx|coreml|pt|bin)$", re.IGNORECASE)
QUANT = re.compile(r"(?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|F(?:P)?32)", re.IGNORECASE)
"""How GGUF quantisations are called: `Q4_K_M`, `IQ2_XXS`, `UD-Q4_K_XL`, `BF16` ..."""

_LEGACY = re.compile(
    r"^(gpt2|openai-gpt|distilgpt2|ctrl|t5|bert|roberta|distilbert|distilroberta|albert|xlm|xlnet|transfo-xl|camembert)"
    r"(-[a-z0-9][\w.-]*)?$"
)
"""Model repositories from before there were owners; every other single name is a person's or an organisation's page."""

_LOCAL_FOLDER = re.compile(
    r"^(home|users|usr|var|opt|mnt|media|tmp|etc|root|srv|bin|lib|src|dev|data|content|workspace|apps?|downloads|documents"
    r"|desktop|pictures|models?|loras?|checkpoints|vaes?|unet|clip|controlnet|embeddings|upscalers|upscale_models"
    r"|diffusion_models|text_encoders|outputs?|input|custom_nodes|comfyui|stable-diffusion"
    r"|https?|text|image|audio|video|font|application|multipart|message|and)$",
    re.IGNORECASE,
)
"""First words of a path or a media type: `models/x` is a folder on somebody's disk."""

_FILE_NAME = re.compile(
    r"\.(safetensors|sft|gguf|ckpt|pt|pth|bin|onnx|zip|json|ya?ml|txt|md|png|jpe?g|webp|mp4|py)$", re.IGNORECASE
)
_REPO = re.compile(rf"^{_OWNER}/{_NAME}$")
_OTHER_REPOS = {
    "datasets": "dataset",
    "dataset": "dataset",
    "spaces": "space",
    "space": "space",
    "buckets": "bucket",
    "kernels": "kernel",
    "collections": "collection",
    "papers": "paper",
}
_PAGE = re.compile(
    r"^(models|docs|blog|posts|chat|tasks|pricing|enterprise|join|login|logout|settings|new|organizations|learn|inference"
    r"|search|support|terms-of-service|privacy|welcome|activity|brand|changelog|api)$"
)
_FILE_VERBS = frozenset({"blob", "resolve", "raw", "blame", "edit"})
_TREE_VERBS = frozenset({"tree", "commits", "commit", "revision", "upload"})
_VERBS = _FILE_VERBS | _TREE_VERBS | {"discussions", "settings"}
_VALUED_OPTION = re.compile(
    r"^--(revision|repo-type|type|local-dir|cache-dir|token|max-workers|local-dir-use-symlinks|format)$"
)
_COMMANDS = (("hf", "download"), ("huggingface-cli", "download"))


def is_repo(text: str) -> bool:
    """Whether the text is the id of a repository: `ORG/NAME` and nothing else."""
    return bool(_REPO.match(text))


def recognise(text: str, endpoint: str) -> Ref | None:
    """The ref of a text that is the Hub's, None when it is not; BadLink for what is there and no model."""
    bare = pasted.unwrap(text)
    return (
        _from_command(bare) or _from_uri(bare) or _from_air(bare) or _from_address(bare, endpoint) or _from_name(bare)
    )


def _from_command(text: str) -> Ref | None:
    """An `hf download` line. Its token, if it has one, is read over."""
    words = text.removeprefix("$").removeprefix("!").split()
    if not any(words[at : at + 2] == list(command) for at in range(3) for command in _COMMANDS):
        return None
    try:
        words = shlex.split(" ".join(words).replace("\\ ", " "))
    except ValueError:
        return None
    start = next((at + 2 for at in range(len(words)) if tuple(words[at : at + 2]) in _COMMANDS), len(words))
    positional, options = _arguments(words[start:])
    kind = (options.get("--repo-type") or options.get("--type") or ["model"])[0]
    if kind != "model":
        raise _no_model(_OTHER_REPOS.get(kind, kind))
    if not positional or not _is_repo(positional[0]):
        return None
    patterns = [*positional[1:], *options.get("--include", [])]
    revision = options.get("--revision", [""])[0] or None
    if len(patterns) == 1 and len(positional) == 2:
        return _ref(positional[0], revision, patterns[0])
    chosen = _ref(positional[0], revision, None)
    return chosen.model_copy(update={"pick": {"include": "\n".join(patterns)}}) if patterns else chosen


def _arguments(words: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Positional arguments, and the values of each option. An option of patterns takes all words up to the next."""
    positional: list[str] = []
    options: dict[str, list[str]] = {}
    current, expected = "", 0
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            current, expected = (
                name,
                99 if name in {"--include", "--exclude"} else int(bool(_VALUED_OPTION.match(name))),
            )
            if equals:
                options.setdefault(name, []).append(value)
                expected = 0
        elif expected:
            options.setdefault(current, []).append(word)
            expected -= 1
        else:
            positional.append(word)
    return positional, options


def _from_uri(text: str) -> Ref | None:
    found = _HF_URI.match(text)
    if found is None:
        return None
    segments = [segment for segment in found["rest"].split("/") if segment]
    if segments and segments[0] in _OTHER_REPOS:
        raise _no_model(_OTHER_REPOS[segments[0]])
    if segments and segments[0] == "models":
        segments = segments[1:]
    split_at = 1 if segments and _LEGACY.match(segments[0].partition("@")[0]) else 2
    name, _, revision = "/".join(segments[:split_at]).partition("@")
    rest = segments[split_at:]
    if not _is_repo(name):
        raise _no_model("page")
    revision = unquote(revision)
    if revision == "refs" and len(rest) >= 2:
        revision, rest = "/".join([revision, *rest[:2]]), rest[2:]
    name, _, quant = name.partition(":")
    return _ref(name, revision or None, "/".join(rest) or None, quant or None)


def _from_air(text: str) -> Ref | None:
    found = _AIR.match(text)
    if found is None:
        return None
    revision = _AIR_FORMAT.sub("", found["revision"] or "") or None
    return _ref(found["id"], revision, None) if _is_repo(found["id"]) else None


def _from_address(text: str, endpoint: str) -> Ref | None:
    found = pasted.address(text, HOSTS | MIRRORS)
    if found is None:
        return None
    segments = _segments_below(found, endpoint)
    if segments is None:
        return None
    ref = _from_segments(segments)
    shown_file = found.query.get("show_file_info")
    return ref.model_copy(update={"path": shown_file}) if shown_file and ref.path is None else ref


def _segments_below(found: pasted.Address, endpoint: str) -> list[str] | None:
    base = pasted.address(endpoint)
    if base is not None and found.host == base.host and found.segments[: len(base.segments)] == base.segments:
        return list(found.segments[len(base.segments) :])
    return list(found.segments) if found.host.partition(":")[0] in HOSTS | MIRRORS else None


def _from_segments(segments: list[str]) -> Ref:
    if segments[:2] == ["api", "models"]:
        segments = segments[2:]
    elif segments[:3] == ["api", "resolve-cache", "models"]:
        segments = [*segments[3:5], "resolve", *segments[5:]]
    if segments[:1] == ["api"] and len(segments) > 1:
        segments = segments[1:]
    if not segments or segments[0] in _OTHER_REPOS or _PAGE.match(segments[0]):
        raise _no_model(_OTHER_REPOS.get(segments[0], "page") if segments else "page")
    is_old = len(segments) == 1 or segments[1] in _VERBS
    if is_old and not _LEGACY.match(segments[0]):
        raise _no_model("user")
    name, rest = "/".join(segments[: 1 if is_old else 2]).removesuffix(".git"), segments[1 if is_old else 2 :]
    name, _, quant = name.partition(":")
    if not _is_repo(name):
        raise _no_model("page")
    verb, rest = (rest[0], rest[1:]) if rest else ("", [])
    revision, path = _revision_and_path(rest) if verb in _FILE_VERBS | _TREE_VERBS else (None, None)
    return _ref(name, revision, path, quant or None)


def _revision_and_path(segments: Sequence[str]) -> tuple[str | None, str | None]:
    """`refs/pr/1` is one revision although it has slashes; of other names the first segment is taken."""
    if not segments:
        return None, None
    length = 3 if segments[0] == "refs" and len(segments) >= 3 else 1
    return "/".join(segments[:length]), "/".join(segments[length:]) or None


def _from_name(text: str) -> Ref | None:
    """`ORG/NAME` with a revision, a quantisation or a path behind it, and nothing that is a path on a disk."""
    if _LEGACY.match(text):
        return _ref(text, None, None)
    found = _BARE.match(text)
    if found is None or _is_something_else(found):
        return None
    path = (found["path"] or "").strip("/")
    revision = unquote(found["revision"]) if found["revision"] else None
    return _ref(f"{found['owner']}/{found['name']}", revision, path or None, found["quant"])


def _is_something_else(found: re.Match[str]) -> bool:
    """Whether what has the form of a repository is a path, a date, a media type or a tag of something else."""
    name, path, quant = found["name"].lower(), (found["path"] or "").strip("/").lower(), found["quant"]
    return (
        bool(_LOCAL_FOLDER.match(found["owner"]))
        or found["owner"].isdigit()
        or bool(_FILE_NAME.search(name))
        or (bool(path) and not _FILE_NAME.search(path))
        or (quant is not None and quant != "latest" and not QUANT.fullmatch(quant))
        or "//" in found.string
    )


def _ref(name: str, revision: str | None, path: str | None, quant: str | None = None) -> Ref:
    pick = {"quant": quant} if quant and quant != "latest" else {}
    clean_path = (path or "").strip("/") or None
    return Ref(source=SOURCE, model_id=name, revision=revision, path=clean_path, pick=pick)


def _is_repo(text: str) -> bool:
    pieces = text.partition(":")[0].split("/")
    names = all(_REPO_NAME.match(piece) and ".." not in piece for piece in pieces)
    return names and (len(pieces) == 2 or (len(pieces) == 1 and bool(_LEGACY.match(pieces[0]))))


def _no_model(what: str) -> BadLink:
    return BadLink("link-not-a-model", source=SOURCE, what=what)


def revisions_to_try(ref: Ref) -> Iterator[tuple[str | None, str | None]]:
    """Revision and path as the link was read, then with more of the path taken as a branch name with slashes."""
    yield ref.revision, ref.path
    pieces = (ref.path or "").split("/") if ref.revision and ref.path else []
    for length in range(1, min(len(pieces), 3) + 1):
        yield "/".join([ref.revision or "", *pieces[:length]]), "/".join(pieces[length:]) or None
