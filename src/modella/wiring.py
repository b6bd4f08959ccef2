"""Builds the hands once and hands them out; the only file that knows everyone."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from socket import gethostname
from typing import Any
from urllib.parse import urlsplit

from modella import __version__
from modella.core.errors import BadLink, DiskTrouble, ModellaError
from modella.core.events import SettingsChanged
from modella.core.languages import PRETEND
from modella.io.bus import Bus
from modella.io.disk import Library, Ownership, make_folders, make_private, read_json, sweep, write_json
from modella.io.journal import start_log
from modella.io.net import Credential, Net, NetPolicy, origin_of
from modella.io.packaged import languages as known_languages
from modella.io.packaged import load_rules
from modella.io.secrets import FullAddresses, Secrets
from modella.io.settings import CHANGEABLE, LiveSettings, Settings, check, load, proxies
from modella.io.store.browsed import BrowseStore
from modella.io.store.index import Index
from modella.io.store.queue import QueueStore
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.source import HuggingFace
from modella.sources.source import Source
from modella.sources.url.source import Url
from modella.work.fetch import Patience
from modella.work.hands import Hands, new_id, now
from modella.work.keys import KeyTrial, try_key
from modella.work.lists import refresh_lists
from modella.work.manners import Browsing
from modella.work.pace import Pace
from modella.work.queue import Queue
from modella.work.recovering import recover
from modella.work.reindex import rebuild
from modella.work.roots import own_root
from modella.work.scan import scan
from modella.work.tasks import Task, Tasks
from modella.work.trash import unlist_trashed

CIVITAI_HOSTS = ("civitai.com", "www.civitai.com", "civitai.red", "civitai.green", "civitai.blue", "api.civitai.com")
HUGGINGFACE_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")

_SURELY_DEAD = 3600.0
"""Seconds after which a temporary file in the home folder, which several processes share, has no writer any more."""


@dataclass
class House:
    """A library that is ours: its hands and its queue. Close it to let go of the library."""

    hands: Hands
    queue: Queue
    ownership: Ownership
    settings: LiveSettings

    def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Stores settings made in the UI; they count at once where no flag, variable or file says otherwise.

        BadLink("bad-value") for a setting that cannot be changed or a value without sense; nothing is stored then.
        """
        for name in changes:
            if name not in CHANGEABLE:
                raise BadLink("bad-value", name=name[:40], value="", reason="this setting cannot be changed here")
        wanted = str(changes.get("lang") or "en")
        if wanted not in (*known_languages(), PRETEND):
            raise BadLink("bad-value", name="lang", value=wanted[:40], reason="there is no such language")
        check({**self.hands.store.settings(), **{k: v for k, v in changes.items() if v is not None}})
        before = self.settings().model_dump(mode="json")
        for name, value in changes.items():
            self.hands.store.set_setting(name, value)
        now_counts = self.settings.refresh()
        self.hands.patience = replace(self.hands.patience, tries=now_counts.tries)
        after = now_counts.model_dump(mode="json")
        if other := {name: value for name, value in after.items() if value != before[name]}:
            self.hands.bus.tell(SettingsChanged(values=other))
        return now_counts

    def announce(self, address: str) -> None:
        """Writes into the owner's record where this process can be reached."""
        self.ownership.tell({"version": __version__, "since": now(), "host": gethostname(), "address": address})

    def close(self) -> None:
        """Closes databases and connections, and lets go of the library."""
        self.hands.tasks.close()
        self.hands.browsing.close()
        self.hands.net.close()
        self.hands.index.close()
        self.hands.store.close()
        self.ownership.release()


def open_house(flags: Mapping[str, Any], env: Mapping[str, str] = os.environ, *, only_asked: bool = False) -> House:
    """Becomes the owner of the library and builds everything on it.

    With `only_asked`, downloads left over from earlier wait until somebody asks for them again.

    Conflict("library-in-use") when another process has it; DiskTrouble when the library's drive is not there.
    """
    settings = load(flags, env)
    start_log(settings.log_level, settings.log_dir or settings.home / "logs")
    library = Library(settings.library)
    library_id = _found_again(library, settings.home)
    ownership = Ownership(library)
    ownership.take({"version": __version__, "since": now(), "host": gethostname()})
    try:
        make_private(settings.home)
        sweep(settings.home, _SURELY_DEAD)
        hands, live = _hands(flags, env, library, library_id)
    except BaseException:
        ownership.release()
        raise
    refresh_lists(hands)
    recover(hands)
    if hands.index.is_new:
        with suppress(ModellaError):
            scan(hands, [(own_root(hands), "")], Task("start", "scan", hands.bus), quiet=0.0)
    elif ownership.after_power_cut:
        with suppress(ModellaError):
            rebuild(hands)
            unlist_trashed(hands)
    return House(hands, Queue(hands, only_asked=only_asked), ownership, live)


def _found_again(library: Library, home: Path) -> str:
    """The id of the library; DiskTrouble when it was here before and its drive is not connected now."""
    known_file = home / "libraries.json"
    try:
        known = read_json(known_file) or {}
    except ValueError:
        known = {}
    place = str(library.root)
    if place in known and library.identity is None:
        raise DiskTrouble("root-offline", path=place, record=str(known_file))
    make_folders(library.root)
    library_id = library.prepare()
    if known.get(place) != library_id:
        make_folders(home)
        write_json(known_file, {**known, place: library_id})
    return library_id


def owner_of(flags: Mapping[str, Any], env: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """The record of the process that owns the library now, if one does."""
    library = Library(load(flags, env).library)
    ownership = Ownership(library)
    if not library.control.is_dir() or not ownership.is_held():
        return None
    return ownership.owner()


def secrets_of(flags: Mapping[str, Any], env: Mapping[str, str] = os.environ) -> Secrets:
    """The secret store, which needs no library."""
    return Secrets(load(flags, env).home, env)


def key_trial(name: str, flags: Mapping[str, Any], env: Mapping[str, str] = os.environ) -> KeyTrial:
    """What a source says of the stored key; needs no library either."""
    settings = load(flags, env)
    secrets = Secrets(settings.home, env)
    net = outgoing(settings, secrets, env)
    try:
        found = next(each for each in _sources(net, settings, FullAddresses(secrets)) if each.name == name)
        return try_key(found, secrets, net)
    finally:
        net.close()


def _sources(net: Net, settings: Settings, addresses: FullAddresses) -> tuple[Source, ...]:
    return Civitai(net, settings.civitai_url), HuggingFace(net, settings.hf_endpoint), Url(net, addresses)


def outgoing(settings: Settings, secrets: Secrets, env: Mapping[str, str]) -> Net:
    """The hand for connections, with keys bound to the origins they belong to."""
    found, bypass = proxies(env)
    policy = NetPolicy(
        allowed=settings.allowed,
        connect_timeout=settings.connect_timeout,
        stall_timeout=settings.stall_timeout,
        head_timeout=2 * settings.stall_timeout,
        landmarks=_landmarks(settings),
        proxies=found,
        no_proxy=bypass,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
    credentials = {
        "civitai": _bound("civitai", CIVITAI_HOSTS, settings.civitai_url, secrets),
        "huggingface": _bound("huggingface", HUGGINGFACE_HOSTS, settings.hf_endpoint, secrets),
    }
    return Net(policy, credentials)


def _landmarks(settings: Settings) -> tuple[str, ...]:
    """The sites that are asked anyway, at their plain http door, from where they send everybody on to https."""
    sites = (urlsplit(url) for url in (settings.civitai_url, settings.hf_endpoint))
    return tuple(dict.fromkeys(f"http://{site.hostname}/" for site in sites if site.scheme == "https"))


def _bound(name: str, hosts: tuple[str, ...], base: str, secrets: Secrets) -> Credential:
    origins = frozenset({f"https://{host}:443" for host in hosts} | {origin_of(base)})
    return Credential(origins, lambda: secrets.key(name))


def _hands(
    flags: Mapping[str, Any], env: Mapping[str, str], library: Library, library_id: str
) -> tuple[Hands, LiveSettings]:
    settings = load(flags, env)
    secrets = Secrets(settings.home, env)
    addresses = FullAddresses(secrets)
    net = outgoing(settings, secrets, env)
    store = QueueStore(settings.home)
    live = LiveSettings(flags, env, store.settings)
    bus = Bus()
    hands = Hands(
        library=library,
        library_id=library_id,
        settings=live,
        store=store,
        index=Index(library.root / "models.db"),
        net=net,
        sources=_sources(net, settings, addresses),
        rules=load_rules(),
        pace=Pace(live),
        bus=bus,
        tasks=Tasks(bus, new_id),
        browsing=Browsing(BrowseStore(settings.home), lambda: live().retry_pause),
        secrets=secrets,
        addresses=addresses,
        patience=Patience(tries=settings.tries, pause=settings.retry_pause),
    )
    return hands, live
