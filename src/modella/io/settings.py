"""Every setting, declared once: default, help, environment variable and bounds; read in one place.

Order: flag > environment > `<home>/config.toml` > what was set in the UI > default.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import platformdirs
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from modella.core.errors import BadLink
from modella.core.placement import Rule

HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")


def _env(name: str, text: str, **bounds: Any) -> Any:
    return Field(description=text, json_schema_extra={"env": name}, **bounds)


class Settings(BaseModel):
    """The settings as they count now."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    home: Annotated[Path, _env("MODELLA_HOME", "Folder of the queue, the history and the configuration")] = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("modella", appauthor=False))
    )
    library: Annotated[Path, _env("MODELLA_LIBRARY", "Folder of the library")] = Field(
        default_factory=lambda: Path.home() / "modella"
    )
    host: Annotated[str, _env("MODELLA_HOST", "Address the server listens on")] = "127.0.0.1"
    port: Annotated[int, _env("MODELLA_PORT", "Port the server listens on", ge=0, le=65535)] = 8190
    civitai_url: Annotated[str, _env("MODELLA_CIVITAI_URL", "Civitai, or a front or mirror of it")] = (
        "https://civitai.com"
    )
    hf_endpoint: Annotated[str, _env("HF_ENDPOINT", "Hugging Face, or a mirror of it")] = "https://huggingface.co"
    allowed_hosts: Annotated[
        str, _env("MODELLA_ALLOWED_HOSTS", "Comma list of host[:port] that may be private addresses")
    ] = ""
    log_level: Annotated[str, _env("MODELLA_LOG_LEVEL", "debug, info, warning or error")] = "info"
    log_dir: Annotated[Path | None, _env("MODELLA_LOG_DIR", "Folder of the log; default <home>/logs")] = None
    lang: Annotated[str, _env("MODELLA_LANG", "Language of messages, e.g. en")] = ""
    ca_file: Annotated[Path | None, _env("MODELLA_CA_FILE", "Extra certificate authorities, a PEM file")] = None

    downloads_at_once: Annotated[int, _env("MODELLA_DOWNLOADS_AT_ONCE", "Downloads that run together", ge=1, le=32)] = 3
    downloads_per_host: Annotated[int, _env("MODELLA_DOWNLOADS_PER_HOST", "... of them from one host", ge=1, le=32)] = 2
    connections: Annotated[int, _env("MODELLA_CONNECTIONS", "Connections per file at most", ge=1, le=16)] = 16
    bandwidth: Annotated[int, _env("MODELLA_BANDWIDTH", "Bytes a second for all downloads, 0 = no cap", ge=0)] = 0
    bandwidth_hours: Annotated[
        str, _env("MODELLA_BANDWIDTH_HOURS", "Hours in which the cap holds, like 08:00-23:00; empty = always")
    ] = ""
    download_hours: Annotated[
        str, _env("MODELLA_DOWNLOAD_HOURS", "Hours in which downloads may run, like 22:00-07:00; empty = always")
    ] = ""
    stall_timeout: Annotated[
        float, _env("MODELLA_STALL_TIMEOUT", "Seconds without a byte before reconnecting", gt=0)
    ] = 30.0
    connect_timeout: Annotated[float, _env("MODELLA_CONNECT_TIMEOUT", "Seconds to wait for a connection", gt=0)] = 12.0
    tries: Annotated[int, _env("MODELLA_TRIES", "Tries without progress before giving up", ge=1, le=100)] = 8
    retry_pause: Annotated[float, _env("MODELLA_RETRY_PAUSE", "First pause between tries, in seconds", gt=0)] = 1.0
    space_margin: Annotated[
        int, _env("MODELLA_SPACE_MARGIN", "Bytes to leave free on the disk; 0 = the larger of 1 GiB and 2 %", ge=0)
    ] = 0
    previews: Annotated[int, _env("MODELLA_PREVIEWS", "Preview pictures kept per model", ge=0, le=100)] = 8
    rules: Annotated[list[Rule], _env("MODELLA_RULES", "Where models go (config.toml only)")] = Field(
        default_factory=list
    )

    @field_validator("bandwidth_hours", "download_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        if text and not HOURS.match(text):
            raise ValueError("hours look like 22:00-07:00")
        return text

    @field_validator("civitai_url", "hf_endpoint")
    @classmethod
    def _address(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address begins with http:// or https://")
        return text.rstrip("/")

    @field_validator("home", "library", "log_dir", "ca_file")
    @classmethod
    def _folder(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @property
    def allowed(self) -> frozenset[str]:
        """Hosts that may be private: the list, and the endpoints that the user has named himself."""
        named = {entry.strip().lower() for entry in self.allowed_hosts.split(",") if entry.strip()}
        return frozenset(named | {urlsplit(url).netloc.lower() for url in (self.civitai_url, self.hf_endpoint)})


CHANGEABLE = frozenset(
    {"downloads_at_once", "downloads_per_host", "connections", "bandwidth", "bandwidth_hours", "download_hours"}
    | {"tries", "previews", "rules", "space_margin"}
)
"""Settings that the UI may change while the server runs."""


def environment_names() -> dict[str, str]:
    """Environment variable of each setting."""
    return {name: str(field.json_schema_extra["env"]) for name, field in _described().items()}


def load(
    flags: Mapping[str, Any], env: Mapping[str, str] = os.environ, saved: Mapping[str, Any] | None = None
) -> Settings:
    """The settings that count, from all four places. BadLink("bad-value") names the one that makes no sense."""
    from_env = {name: env[var] for name, var in environment_names().items() if env.get(var)}
    given = {name: value for name, value in flags.items() if value is not None}
    home = Path(given.get("home") or from_env.get("home") or Settings().home).expanduser()
    from_file = _read_config(home / "config.toml")
    merged = {**(saved or {}), **from_file, **from_env, **given}
    try:
        return Settings.model_validate(merged)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadLink("bad-value", name=name, value=str(first["input"])[:80], reason=first["msg"]) from None


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
        self._now = load(self._flags, self._env, self._saved())
        return self._now


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
