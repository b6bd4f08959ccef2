"""What a pasted address means when no other source claims it: the file itself, or the page a site puts before it.

Sites whose pages lead to one file by rule are rewritten; those that need a browser are refused by name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import quote, urlencode

from modella.core import pasted
from modella.core.digests import clean
from modella.core.errors import BadLink
from modella.core.listing import Ref
from modella.core.naming import shown
from modella.core.pasted import Address
from modella.core.secrecy import has_secret, without_secrets

SOURCE = "url"
DRIVE_HOST = "drive.usercontent.google.com"
_KNOWN_HOSTS = frozenset(
    {"github.com", "raw.githubusercontent.com", "gist.github.com", "drive.google.com", "docs.google.com", "dropbox.com"}
    | {"mega.nz", "mediafire.com", "1drv.ms", "onedrive.live.com", "pixeldrain.com", "gofile.io", "we.tl"}
    | {"wetransfer.com", "modelscope.cn", "modelscope.ai", "pan.baidu.com", "pan.quark.cn", DRIVE_HOST}
)
_ANY_DIGEST = re.compile(r"(?:^|&)sha-?256[=:]([^&]*)", re.IGNORECASE)
_DRIVE_ID = re.compile(r"^[\w-]{10,}$")


@dataclass(frozen=True)
class _Refused:
    """Addresses of this site cannot be fetched by a program, and why."""

    hosts: re.Pattern[str]
    site: str
    reason: str
    unless: Callable[[Address], bool] = lambda _: False


def recognise(text: str) -> Ref | None:
    """The ref of an http(s) address, its secrets left out; None for what is no address.

    BadLink("link-unsupported") for sites that give a file to browsers only and for other schemes than http(s);
    BadLink("bad-value") for a `#sha256=` that is none.
    """
    found = _address(text)
    if found is None:
        return None
    url = _rewritten(found)
    return Ref(
        source=SOURCE,
        url=without_secrets(url) if has_secret(url) else url,
        digest=_digest(found.parts.fragment),
    )


def is_misspelt(scheme: str) -> bool:
    """Whether a scheme is `http` or `https` with a slip of the finger."""
    return bool(get_close_matches(scheme, ("http", "https"), cutoff=0.75))


def _digest(fragment: str) -> str | None:
    """The SHA-256 that a person wrote behind the address: a wish that must not be overheard."""
    told = _ANY_DIGEST.search(fragment)
    if told is None:
        return None
    digest = clean("sha256", told[1])
    if digest is None:
        raise BadLink("bad-value", name="sha256", value=shown(told[1][:80]), reason="it must be 64 hexadecimal digits")
    return digest


def secret_of(text: str) -> str | None:
    """The whole address, rewritten like the ref's, when it holds a secret; None when the ref says it all."""
    try:
        found = _address(text)
        url = _rewritten(found) if found else ""
    except BadLink:
        return None
    return url if url and has_secret(url) else None


def _address(text: str) -> Address | None:
    bare = pasted.unwrap(text)
    found = pasted.address(bare, _KNOWN_HOSTS)
    if found is None and (scheme := pasted.other_scheme(bare)) and not is_misspelt(scheme):
        raise BadLink("link-unsupported", site=scheme, reason="scheme")
    return found


def _rewritten(found: Address) -> str:
    """The address of the file behind the page."""
    host = found.host.partition(":")[0].removeprefix("www.")
    for refused in _REFUSED:
        if refused.hosts.search(host) and not refused.unless(found):
            raise BadLink("link-unsupported", site=refused.site, reason=refused.reason)
    rewrite = _REWRITES.get(host)
    return rewrite(found) if rewrite else found.url


def _github(found: Address) -> str:
    """A file's page becomes its raw address; release files are direct; the rest is no file."""
    verb = found.segments[2] if len(found.segments) > 2 else ""
    if verb == "blob" and len(found.segments) > 4:
        return found.parts._replace(path=found.parts.path.replace("/blob/", "/raw/", 1), fragment="", query="").geturl()
    is_asset = verb == "releases" and "download" in found.segments[3:5] and len(found.segments) > 5
    if is_asset or verb in {"raw", "archive", "zipball", "tarball", "suites", "user-attachments"}:
        return found.url
    if found.segments[:1] in {("user-attachments",), ("assets",)}:
        return found.url
    raise _page("GitHub")


def _gist(found: Address) -> str:
    if "raw" in found.segments:
        return found.url
    raise _page("GitHub")


def _drive(found: Address) -> str:
    """Every form of a shared file's link leads to the download host; folders and documents do not."""
    segments = [s for s in found.segments if s not in {"a", "u"} and not s.isdigit()]
    if "folders" in segments or "folderview" in segments:
        raise BadLink("link-unsupported", site="Google Drive", reason="folder")
    named = segments[segments.index("d") + 1] if "d" in segments[:-1] and "file" in segments else None
    file = named or found.query.get("id")
    if found.host.startswith("docs.google.com") and segments[:1] != ["uc"] and named is None:
        raise _page("Google Docs")
    if not file or not _DRIVE_ID.match(file):
        raise _page("Google Drive")
    kept = {"id": file, "export": "download", "confirm": "t"}
    if key := found.query.get("resourcekey"):
        kept["resourcekey"] = key
    return f"https://{DRIVE_HOST}/download?{urlencode(kept)}"


def _dropbox(found: Address) -> str:
    """`dl=1` instead of the preview; the keys of the link stay, as secrets."""
    if found.segments[:1] in {("sh",), ("scl",)} and found.segments[:2] != ("scl", "fi"):
        raise BadLink("link-unsupported", site="Dropbox", reason="folder")
    if found.segments[:1] not in {("s",), ("scl",)}:
        raise _page("Dropbox")
    query = {name: value for name, value in found.query.items() if name not in {"dl", "raw"}} | {"dl": "1"}
    return found.parts._replace(scheme="https", query=urlencode(query, quote_via=quote), fragment="").geturl()


def _pixeldrain(found: Address) -> str:
    if found.segments[:1] == ("u",) and len(found.segments) == 2:
        return f"https://{found.host}/api/file/{quote(found.segments[1], safe='')}?download="
    if found.segments[:2] == ("api", "file"):
        return found.url
    raise _page("Pixeldrain")


def _modelscope(found: Address) -> str:
    """`/models/ORG/NAME/resolve/REV/path` is the file; the page that shows a file has a twin there."""
    segments = found.segments
    if segments[:1] == ("models",) and len(segments) > 5:
        if segments[3] == "resolve":
            return found.url
        if segments[3:5] == ("file", "view") and len(segments) > 6:
            path = "/".join(quote(s) for s in (*segments[:3], "resolve", *segments[5:]))
            return f"https://{found.host}/{path}"
    if segments[:3] == ("api", "v1", "models"):
        return found.url
    raise _page("ModelScope")


def _page(site: str) -> BadLink:
    return BadLink("link-unsupported", site=site, reason="page")


_REFUSED = (
    _Refused(re.compile(r"(^|\.)mega\.(nz|co\.nz|io)$"), "MEGA", "encrypted-in-browser"),
    _Refused(re.compile(r"^mediafire\.com$"), "MediaFire", "page"),
    _Refused(re.compile(r"^gofile\.io$"), "Gofile", "page"),
    _Refused(re.compile(r"^(we\.tl|wetransfer\.com)$"), "WeTransfer", "page"),
    _Refused(re.compile(r"(^|\.)(pan|yun)\.baidu\.com$"), "Baidu", "login"),
    _Refused(re.compile(r"^pan\.quark\.cn$"), "Quark", "login"),
    _Refused(re.compile(r"(^|\.)(aliyundrive|alipan)\.com$"), "Aliyun Drive", "login"),
    _Refused(re.compile(r"(^|\.)(terabox|1024tera)\.com$"), "TeraBox", "login"),
    _Refused(
        re.compile(r"(^|\.)(1drv\.ms|onedrive\.live\.com|sharepoint\.com)$"),
        "OneDrive",
        "page",
        unless=lambda found: found.query.get("download") == "1",
    ),
)
_REWRITES: Mapping[str, Callable[[Address], str]] = {
    "github.com": _github,
    "gist.github.com": _gist,
    "drive.google.com": _drive,
    "docs.google.com": _drive,
    DRIVE_HOST: _drive,
    "dropbox.com": _dropbox,
    "pixeldrain.com": _pixeldrain,
    "pixeldrain.net": _pixeldrain,
    "modelscope.cn": _modelscope,
    "modelscope.ai": _modelscope,
}
