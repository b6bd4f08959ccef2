"""What in an address is a secret, and how an address looks with its secrets masked."""

import re
from urllib.parse import unquote, unquote_plus, urlsplit, urlunsplit

_EXACT = re.compile(
    r"^(key|code|sign|policy|key_pair_id|expires|pwd|se|sp|sv|st|skoid|sktid|ske|sks|skt|skv|rlkey|psig)$"
)
"""Short names that are secrets only when they are the whole name: the fields of signed addresses of storages."""
_CONTAINED = re.compile(
    r"token|secret|passw|signature|(?<![a-z])sig(?!ni|nal)|auth|api_?key|access_?key|access_?id|key$|credential|session"
    r"|sess_?id|(?<![a-z])sid(?![a-z])|(?<![a-z])sas(?![a-z])|hmac|ticket|passphrase|jwt|^x_amz_|^x_goog_"
)
_HARMLESS = re.compile(
    r"^(?:max_?|min_?|num_?|n_?)?tokens(?:_per_?\w*)?$"
    r"|(?<![a-z])(?:author(?!i)(?:s|_\w*)?|tokenizers?|keywords?|monkey|donkey|turkey|hotkey)(?![a-z])"
)
"""Words that hold one of the others and say nothing."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARAMETER = re.compile(r"[^&;]+")
_INNER_NAME = re.compile(r"[?&;#]([^=&;?#/]+)=")
_INNER_USER = re.compile(r"//[^/?#@]+@")
_PATH_PARAMETER = re.compile(r";([^;/=]+)=([^;/]*)")

_IN_TEXT = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://[^\s\"'<>]+", re.IGNORECASE)
_PARAMETER_IN_TEXT = re.compile(r"([?&;])([^=&;?#\s\"'<>/]{1,100})=([^&;#\s\"'<>]+)")
_USER_IN_TEXT = re.compile(r"//[^/\s@\"'<>]{1,300}@(?=[\w\[])")
_OPTION = re.compile(r"(?<!\S)(--?[a-z][\w-]*)(=|\s+)(\"[^\"]*\"|'[^']*'|(?!--)\S+)", re.IGNORECASE)
_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)=(\"[^\"]*\"|'[^']*'|\S+)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_KEYS = re.compile(r"\b(hf_[A-Za-z0-9]{8,}|gh[pousr]_[A-Za-z0-9]{16,})\b")
MASK = "***"


def is_secret_name(name: str) -> bool:
    """Whether a query parameter of this name may hold a secret."""
    plain = _plain(name)
    return bool(_EXACT.match(plain)) or _is_telling(plain)


def has_secret(url: str) -> bool:
    """Whether an address carries user info or a secret parameter."""
    parts = urlsplit(url)
    return (
        "@" in parts.netloc
        or any(_is_secret(each) for each in _PARAMETER.findall(parts.query))
        or any(is_secret_name(unquote(found[0])) for found in _PATH_PARAMETER.findall(parts.path))
    )


def without_secrets(url: str) -> str:
    """The address with user info, secret parameters and fragment left out: safe to store and to show."""
    parts = urlsplit(url)
    kept = _PARAMETER.sub(lambda match: "" if _is_secret(match.group()) else match.group(), parts.query)
    query = re.sub(r"([&;])[&;]+", r"\1", kept).strip("&;") if kept != parts.query else kept
    path = _PATH_PARAMETER.sub(lambda match: "" if is_secret_name(unquote(match[1])) else match.group(), parts.path)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def mask_text(text: str) -> str:
    """Any text with its secrets masked, those of addresses, headers and command lines: for logs and messages."""
    masked = _IN_TEXT.sub(lambda match: _mask_url(match.group()), text)
    masked = _PARAMETER_IN_TEXT.sub(_mask_parameter, _USER_IN_TEXT.sub("//", masked))
    masked = _VARIABLE.sub(lambda m: f"{m[1]}={MASK}" if _is_telling(_plain(m[1])) else m.group(), masked)
    masked = _OPTION.sub(lambda m: f"{m[1]}{m[2]}{MASK}" if _is_telling(_plain(m[1])) else m.group(), masked)
    return _KEYS.sub(MASK, _BEARER.sub(lambda match: f"{match.group(1)} {MASK}", masked))


def _plain(name: str) -> str:
    """A name in lower case, its words divided by one underscore."""
    return re.sub(r"[\W_]+", "_", _HUMP.sub("_", name[:200])).strip("_").lower()


def _is_telling(plain: str) -> bool:
    return bool(_CONTAINED.search(_HARMLESS.sub("", plain)))


def _is_secret(parameter: str) -> bool:
    """Whether a parameter is a secret, by its name or because its value is an address that holds one."""
    name, _, value = parameter.partition("=")
    if is_secret_name(unquote_plus(name)):
        return True
    inner = unquote(value)
    return "://" in inner and (bool(_INNER_USER.search(inner)) or any(map(is_secret_name, _INNER_NAME.findall(inner))))


def _mask_parameter(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}={MASK}" if _is_secret(f"{match[2]}={match[3]}") else match.group()


def _mask_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    query, fragment = (_PARAMETER.sub(_masked, each) for each in (parts.query, parts.fragment))
    path = _PATH_PARAMETER.sub(_mask_path_parameter, parts.path)
    place = parts.netloc.rpartition("@")[2]
    if (place, path, query, fragment) == (parts.netloc, parts.path, parts.query, parts.fragment):
        return url
    return urlunsplit((parts.scheme, place, path, query, fragment))


def _masked(match: re.Match[str]) -> str:
    name = match.group().partition("=")[0]
    return f"{name}={MASK}" if _is_secret(match.group()) else match.group()


def _mask_path_parameter(match: re.Match[str]) -> str:
    return f";{match[1]}={MASK}" if is_secret_name(unquote(match[1])) else match.group()
