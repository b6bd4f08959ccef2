"""Keys and other secrets: from the environment, else from one file that only its owner can read.

Never inside a library, never in the queue, never in a log. A keyring is not used: most machines that run this
program have no desktop session, and a file whose key lies beside it would protect nothing more.
"""

import json
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modella.io.disk import make_folders, set_aside, write_atomic

ENVIRONMENT = {"civitai": "CIVITAI_API_KEY", "huggingface": "HF_TOKEN"}


class Secrets:
    """The secret store: `<home>/secrets`, mode 0600."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self._path = home / "secrets"
        self._env = env
        self._lock = threading.Lock()

    def key(self, name: str) -> str | None:
        """The key for a source, the environment's first."""
        given = self._env.get(ENVIRONMENT.get(name, ""), "").strip()
        return given or self._read().get("keys", {}).get(name, {}).get("value")

    def set_key(self, name: str, value: str) -> None:
        """Stores a key for a source."""
        with self._lock:
            content = self._read()
            content.setdefault("keys", {})[name] = {"value": value, "added": datetime.now(UTC).isoformat()}
            self._write(content)

    def remove_key(self, name: str) -> bool:
        """Forgets a stored key; whether there was one."""
        with self._lock:
            content = self._read()
            found = content.get("keys", {}).pop(name, None)
            if found:
                self._write(content)
            return bool(found)

    def describe(self) -> list[dict[str, Any]]:
        """What is set, without the secrets: name, last four characters, where from, since when."""
        rows = []
        stored = self._read().get("keys", {})
        for name, variable in ENVIRONMENT.items():
            given = self._env.get(variable, "").strip()
            value = given or stored.get(name, {}).get("value")
            rows.append(
                {
                    "name": name,
                    "set": bool(value),
                    "last4": value[-4:] if value and len(value) > 8 else None,
                    "from": ("environment" if given else "file") if value else None,
                    "added": None if given else stored.get(name, {}).get("added"),
                }
            )
        return rows

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            set_aside(self._path, datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f"))
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        make_folders(self._path.parent)
        write_atomic(self._path, json.dumps(content, indent=1).encode(), private=True)


class FullAddresses(MutableMapping[str, str]):
    """Pasted addresses that hold secrets, kept apart from the queue: clean address → full address."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __getitem__(self, clean: str) -> str:
        return str(self._secrets._read().get("addresses", {})[clean])

    def __setitem__(self, clean: str, full: str) -> None:
        with self._secrets._lock:
            content = self._secrets._read()
            content.setdefault("addresses", {})[clean] = full
            self._secrets._write(content)

    def __delitem__(self, clean: str) -> None:
        with self._secrets._lock:
            content = self._secrets._read()
            if content.get("addresses", {}).pop(clean, None):
                self._secrets._write(content)

    def __iter__(self) -> Iterator[str]:
        return iter(self._secrets._read().get("addresses", {}))

    def __len__(self) -> int:
        return len(self._secrets._read().get("addresses", {}))
