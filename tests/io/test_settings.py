"""Settings: which place wins, what is refused, and where keys are kept."""

import json
import stat
from pathlib import Path

import pytest

from modella.core.errors import BadLink
from modella.io.secrets import FullAddresses, Secrets
from modella.io.settings import LiveSettings, environment_names, load, proxies


def test_a_flag_beats_the_environment_beats_the_file_beats_the_ui(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = 3\nconnections = 3\nbandwidth = 3\n")
    env = {"MODELLA_HOME": str(tmp_path), "MODELLA_PORT": "2", "MODELLA_CONNECTIONS": "2"}
    found = load({"port": 1}, env, {"port": 4, "connections": 4, "bandwidth": 4, "tries": 4})
    assert (found.port, found.connections, found.bandwidth, found.tries) == (1, 2, 3, 4)


def test_the_contract_names_of_the_environment_are_kept() -> None:
    names = set(environment_names().values())
    assert names >= {
        *("MODELLA_HOME", "MODELLA_LIBRARY", "MODELLA_HOST", "MODELLA_PORT", "MODELLA_CIVITAI_URL", "HF_ENDPOINT"),
        *("MODELLA_ALLOWED_HOSTS", "MODELLA_LOG_LEVEL", "MODELLA_LOG_DIR", "MODELLA_LANG"),
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MODELLA_PORT", "99999"),
        ("MODELLA_CIVITAI_URL", "civitai.com"),
        ("MODELLA_BANDWIDTH_HOURS", "8-20"),
        ("MODELLA_CONNECTIONS", "0"),
        ("MODELLA_STALL_TIMEOUT", "-1"),
    ],
)
def test_a_value_without_sense_is_refused_by_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(BadLink) as refused:
        load({"home": tmp_path}, {variable: value})
    assert refused.value.facts["value"] == value


def test_a_broken_configuration_file_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = = 3")
    with pytest.raises(BadLink) as refused:
        load({"home": tmp_path}, {})
    assert "config.toml" in refused.value.facts["name"]
    assert (tmp_path / "config.toml").read_text() == "port = = 3"


def test_live_settings_follow_what_the_ui_saves(tmp_path: Path) -> None:
    saved: dict[str, int] = {}
    live = LiveSettings({"home": tmp_path}, {}, lambda: saved)
    saved["bandwidth"] = 77
    assert live().bandwidth == 0
    assert live.refresh().bandwidth == 77
    assert live().bandwidth == 77


def test_proxies_come_from_the_usual_variables() -> None:
    env = {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "localhost, .example.org", "http_proxy": ""}
    found, bypass = proxies(env)
    assert found == {"https": "http://proxy:3128"}
    assert bypass == ("localhost", ".example.org")


def test_keys_lie_in_a_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {})
    secrets.set_key("civitai", "canary-key-123")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600
    assert Secrets(tmp_path, {}).key("civitai") == "canary-key-123"
    assert Secrets(tmp_path, {"CIVITAI_API_KEY": "from-env"}).key("civitai") == "from-env"
    assert "canary-key-123" not in json.dumps(secrets.describe())
    assert secrets.remove_key("civitai")
    assert not secrets.remove_key("civitai")


def test_a_broken_secret_file_is_kept_aside_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("{half a key")
    secrets = Secrets(tmp_path, {})
    secrets.set_key("civitai", "new-key-1")
    assert secrets.key("civitai") == "new-key-1"
    assert [p.read_text() for p in tmp_path.glob("secrets.bad-*")] == ["{half a key"]


def test_full_addresses_are_kept_apart_from_the_queue(tmp_path: Path) -> None:
    addresses = FullAddresses(Secrets(tmp_path, {}))
    addresses["https://example.org/x"] = "https://example.org/x?token=canary"
    assert FullAddresses(Secrets(tmp_path, {}))["https://example.org/x"].endswith("canary")
    del addresses["https://example.org/x"]
    assert list(addresses) == []
    with pytest.raises(KeyError):
        addresses["https://example.org/x"]
