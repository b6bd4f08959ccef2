"""Every setting, declared once: default, help, environment variable and bounds; read in one place.

Order: flag > environment > `<home>/config.toml` > what was set in the UI > default.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import platformdirs
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from modella.core.errors import BadLink
from modella.core.naming import shown
from modella.core.placement import Rule
from modella.core.secrecy import mask_text

HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
CIVITAI = "https://civitai.com"
HUGGING_FACE = "https://huggingface.co"
MOST_RULES = 200
MOST_BANDWIDTH = 10**12
_PORTS = {"http": 80, "https": 443}
_AMOUNT = re.compile(r"^(\d{1,13}(?:\.\d{1,6})?)\s*([kmgt]?)(i?)b?(?:/s|ps)?$", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SENTENCES: Mapping[str, str] = {
    "int_parsing": "it must be a whole number",
    "int_parsing_size": "the number is too large",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_parsing": "it must be a number",
    "float_type": "it must be a number",
    "finite_number": "it must be a finite number",
    "greater_than": "it must be more than {gt}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than": "it must be less than {lt}",
    "less_than_equal": "it must be at most {le}",
    "literal_error": "it must be one of {expected}",
    "too_long": "there may be at most {max_length}",
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
    "string_type": "it must be a text",
    "string_too_long": "it may have at most {max_length} characters",
    "path_type": "it must be the path of a folder or file",
    "list_type": "it must be a list",
    "model_type": "it must be a table",
    "dict_type": "it must be a table",
    "missing": "it is missing",
    "extra_forbidden": "there is no such setting",
    "value_error": "{error}",
}
"""What is said about a value, by the type of pydantic's error; its own words are meant for programmers."""


def _env(name: str, section: str, shape: str | None = None, **bounds: Any) -> Any:
    """One setting: its variable, where people find it, and what its value is when the type alone does not say."""
    return Field(json_schema_extra={"env": name, "section": section, **({"shape": shape} if shape else {})}, **bounds)


class Settings(BaseModel):
    """The settings as they count now."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    home: Annotated[Path, _env("MODELLA_HOME", "system")] = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("modella", appauthor=False))
    )
    library: Annotated[Path, _env("MODELLA_LIBRARY", "library")] = Field(
        default_factory=lambda: Path.home() / "modella"
    )
    watch: Annotated[bool, _env("MODELLA_WATCH", "library")] = True
    rules: Annotated[list[Rule], _env("MODELLA_RULES", "library", max_length=MOST_RULES)] = Field(default_factory=list)

    downloads_at_once: Annotated[int, _env("MODELLA_DOWNLOADS_AT_ONCE", "downloads", ge=1, le=32)] = 3
    downloads_per_host: Annotated[int, _env("MODELLA_DOWNLOADS_PER_HOST", "downloads", ge=1, le=32)] = 2
    connections: Annotated[int, _env("MODELLA_CONNECTIONS", "downloads", ge=1, le=16)] = 16
    bandwidth: Annotated[int, _env("MODELLA_BANDWIDTH", "downloads", "bytes-per-second", ge=0, le=MOST_BANDWIDTH)] = 0
    bandwidth_hours: Annotated[str, _env("MODELLA_BANDWIDTH_HOURS", "downloads", "hours")] = ""
    download_hours: Annotated[str, _env("MODELLA_DOWNLOAD_HOURS", "downloads", "hours")] = ""
    tries: Annotated[int, _env("MODELLA_TRIES", "downloads", ge=1, le=100)] = 8
    retry_pause: Annotated[float, _env("MODELLA_RETRY_PAUSE", "downloads", gt=0, allow_inf_nan=False)] = 1.0
    space_margin: Annotated[int, _env("MODELLA_SPACE_MARGIN", "downloads", "bytes", ge=0)] = 0

    host: Annotated[str, _env("MODELLA_HOST", "network")] = "127.0.0.1"
    port: Annotated[int, _env("MODELLA_PORT", "network", ge=0, le=65535)] = 8190
    civitai_url: Annotated[str, _env("MODELLA_CIVITAI_URL", "network", "url")] = CIVITAI
    hf_endpoint: Annotated[str, _env("HF_ENDPOINT", "network", "url")] = HUGGING_FACE
    allowed_hosts: Annotated[str, _env("MODELLA_ALLOWED_HOSTS", "network")] = ""
    ca_file: Annotated[Path | None, _env("MODELLA_CA_FILE", "network", "file")] = None
    stall_timeout: Annotated[float, _env("MODELLA_STALL_TIMEOUT", "network", gt=0, allow_inf_nan=False)] = 30.0
    connect_timeout: Annotated[float, _env("MODELLA_CONNECT_TIMEOUT", "network", gt=0, allow_inf_nan=False)] = 12.0

    upload_limit: Annotated[int, _env("MODELLA_UPLOAD_LIMIT", "downloads", "bytes", ge=0)] = 0
    previews: Annotated[int, _env("MODELLA_PREVIEWS", "previews", ge=0, le=100)] = 8
    nsfw_cover: Annotated[Literal["pg13", "r", "x", "xxx", "never"], _env("MODELLA_NSFW_COVER", "previews")] = "r"
    nsfw_hide: Annotated[Literal["r", "x", "xxx", "never"], _env("MODELLA_NSFW_HIDE", "previews")] = "never"

    theme: Annotated[Literal["dark", "light", "contrast", "system"], _env("MODELLA_THEME", "appearance")] = "dark"
    density: Annotated[Literal["comfortable", "compact", "list"], _env("MODELLA_DENSITY", "appearance")] = "comfortable"
    lang: Annotated[str, _env("MODELLA_LANG", "appearance", "choice")] = ""
    shortcuts: Annotated[bool, _env("MODELLA_SHORTCUTS", "appearance")] = True
    notify: Annotated[bool, _env("MODELLA_NOTIFY", "appearance")] = False

    backup_every_days: Annotated[int, _env("MODELLA_BACKUP_EVERY_DAYS", "backups", ge=0, le=3650)] = 7
    backups_kept: Annotated[int, _env("MODELLA_BACKUPS_KEPT", "backups", ge=1, le=1000)] = 5

    log_level: Annotated[Literal["debug", "info", "warning", "error"], _env("MODELLA_LOG_LEVEL", "system")] = "info"
    log_dir: Annotated[Path | None, _env("MODELLA_LOG_DIR", "system")] = None

    @field_validator("*", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        if not _is_whole(value):
            raise ValueError("it holds characters that are no text")
        return value

    @field_validator("bandwidth", mode="before")
    @classmethod
    def _amount(cls, value: Any) -> Any:
        found = _AMOUNT.match(value.strip()) if isinstance(value, str) else None
        if found is None:
            if isinstance(value, str):
                raise ValueError("it must be bytes a second, like 5000000, 500k, 5MB or 1.5MiB")
            return value
        return round(float(found[1]) * (1024 if found[3] else 1000) ** _POWERS[found[2].lower()])

    @field_validator("log_level", "theme", "density", "nsfw_cover", "nsfw_hide", mode="before")
    @classmethod
    def _level(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("bandwidth_hours", "download_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        if text and not HOURS.match(text):
            raise ValueError("hours look like 22:00-07:00")
        return text

    @field_validator("civitai_url", "hf_endpoint")
    @classmethod
    def _address(cls, text: str) -> str:
        try:
            parts = urlsplit(text)
            known = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise ValueError("it is no address of a site") from None
        if not known:
            raise ValueError("an address begins with http:// or https://")
        if "@" in parts.netloc:
            raise ValueError("an address holds no login: store a key with `modella tokens set`")
        if parts.query or parts.fragment:
            raise ValueError("the address of a site has no ? and no #")
        return text.rstrip("/")

    @field_validator("home", "library", "log_dir", "ca_file")
    @classmethod
    def _folder(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @property
    def allowed(self) -> frozenset[str]:
        """Hosts that may be private: the list, and endpoints that somebody has named, each at its own port only."""
        listed = {entry.strip().lower() for entry in self.allowed_hosts.split(",") if entry.strip()}
        defaults = {_host_and_port(CIVITAI), _host_and_port(HUGGING_FACE)}
        return frozenset(listed | ({_host_and_port(url) for url in (self.civitai_url, self.hf_endpoint)} - defaults))


CHANGEABLE = frozenset(
    {"downloads_at_once", "downloads_per_host", "connections", "bandwidth", "bandwidth_hours", "download_hours"}
    | {"tries", "previews", "rules", "space_margin", "watch"}
    | {"theme", "density", "lang", "shortcuts", "notify", "nsfw_cover", "nsfw_hide"}
    | {"backup_every_days", "backups_kept", "upload_limit"}
)
"""Settings that the UI may change while the server runs."""


Origin = Literal["flag", "environment", "config", "saved", "default"]
"""Where the value that counts is from."""


def environment_names() -> dict[str, str]:
    """Environment variable of each setting."""
    return {name: str(field.json_schema_extra["env"]) for name, field in _described().items()}


def load(
    flags: Mapping[str, Any], env: Mapping[str, str] = os.environ, saved: Mapping[str, Any] | None = None
) -> Settings:
    """The settings that count, from all four places. BadLink("bad-value") names the one that makes no sense."""
    return _load(flags, env, saved or {})[0]


def check(saved: Mapping[str, Any]) -> None:
    """BadLink("bad-value") when values that shall be stored make no sense, whatever else says otherwise."""
    _validated(saved, ())


def _load(
    flags: Mapping[str, Any], env: Mapping[str, str], saved: Mapping[str, Any]
) -> tuple[Settings, dict[str, Origin]]:
    """The settings that count, and where each is from that is not the default."""
    from_env = {name: env[var] for name, var in environment_names().items() if env.get(var)}
    given = {name: value for name, value in flags.items() if value is not None}
    home = Path(given.get("home") or from_env.get("home") or Settings().home).expanduser()
    places: dict[Origin, Mapping[str, Any]] = {
        "saved": saved,
        "config": _read_config(home / "config.toml"),
        "environment": from_env,
        "flag": given,
    }
    merged = {name: value for place in places.values() for name, value in place.items()}
    origins = {name: origin for origin, place in places.items() for name in place}
    return _validated(merged, [name for name, origin in origins.items() if origin == "environment"]), origins


def _validated(merged: Mapping[str, Any], from_env: Collection[str]) -> Settings:
    try:
        return Settings.model_validate(merged)
    except ValidationError as problem:
        first = problem.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = environment_names()[field] if field in from_env else ".".join(str(part) for part in first["loc"])
        value = shown(mask_text(str(first["input"]))[:80])
        raise BadLink("bad-value", name=name, value=value, reason=_sentence(first)) from None


class LiveSettings:
    """The settings while the program runs: asked anew each time, refreshed when the UI has changed some."""

    def __init__(
        self, flags: Mapping[str, Any], env: Mapping[str, str], saved: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._flags, self._env, self._saved = flags, env, saved
        self.refresh()

    def __call__(self) -> Settings:
        return self._now

    def refresh(self) -> Settings:
        """Reads all places again."""
        self._now, self._origins = _load(self._flags, self._env, self._saved())
        return self._now

    def origin(self, name: str) -> Origin:
        """Where the value of a setting is from."""
        return self._origins.get(name, "default")


def proxies(env: Mapping[str, str] = os.environ) -> tuple[dict[str, str], tuple[str, ...]]:
    """Outgoing proxies by scheme, and the hosts that need none, as everywhere (`HTTPS_PROXY`, `NO_PROXY` ...)."""
    found = (
        getproxies_environment()
        if env is os.environ
        else {k[:-6].lower(): v for k, v in env.items() if k.lower().endswith("_proxy")}
    )
    found = {scheme: url for scheme, url in found.items() if url}
    bypass = tuple(part.strip() for part in found.pop("no", "").split(",") if part.strip())
    return {scheme: url for scheme, url in found.items() if scheme in {"http", "https", "all"}}, bypass


def _sentence(problem: ErrorDetails) -> str:
    """What is wrong with a value, in a few words of ours."""
    told = _SENTENCES.get(problem["type"], "it cannot be understood")
    return told.format_map({name: _number(value) for name, value in problem.get("ctx", {}).items()})


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_whole(value: Any) -> bool:
    """Whether all text in a value can be written down: halves of surrogate pairs cannot."""
    if isinstance(value, Mapping):
        return all(_is_whole(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return all(map(_is_whole, value))
    return not isinstance(value, str | Path) or not any("\ud800" <= each <= "\udfff" for each in str(value))


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def _described() -> dict[str, Any]:
    return Settings.model_fields


def _read_config(path: Path) -> dict[str, Any]:
    try:
        found = tomlkit.parse(path.read_text("utf-8")).unwrap()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.ParseError) as problem:
        raise BadLink("bad-value", name=str(path), value="", reason=str(problem)) from None
    return {str(name): value for name, value in found.items()}
