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


def refused(tmp_path: Path, env: dict[str, str], **flags: object) -> dict[str, str]:
    """The facts with which a value is refused."""
    with pytest.raises(BadLink) as caught:
        load({"home": tmp_path, **flags}, env)
    return caught.value.facts


def test_only_endpoints_that_somebody_has_named_may_be_private_and_only_at_their_port(tmp_path: Path) -> None:
    assert load({"home": tmp_path}, {}).allowed == frozenset()
    env = {"MODELLA_CIVITAI_URL": "http://Front.lan/civitai", "HF_ENDPOINT": "https://[fd00::1]:8443"}
    assert load({"home": tmp_path}, env).allowed == {"front.lan:80", "[fd00::1]:8443"}
    env = {"MODELLA_CIVITAI_URL": "https://civitai.com/", "MODELLA_ALLOWED_HOSTS": "NAS.lan, 10.0.0.7:8080"}
    assert load({"home": tmp_path}, env).allowed == {"nas.lan", "10.0.0.7:8080"}


@pytest.mark.parametrize(
    ("text", "bytes_a_second"),
    [("0", 0), ("7000", 7000), ("500k", 500_000), ("5MB", 5_000_000), ("1.5MiB", 1_572_864), ("2 GB/s", 2 * 10**9)],
)
def test_bandwidth_is_understood_as_people_write_it(tmp_path: Path, text: str, bytes_a_second: int) -> None:
    assert load({"home": tmp_path}, {"MODELLA_BANDWIDTH": text}).bandwidth == bytes_a_second


@pytest.mark.parametrize("text", ["fast", "-5MB", "5 apples", "1e9", "5 MBit/s"])
def test_a_bandwidth_without_sense_is_refused(tmp_path: Path, text: str) -> None:
    facts = refused(tmp_path, {"MODELLA_BANDWIDTH": text})
    assert (facts["name"], facts["value"]) == ("MODELLA_BANDWIDTH", text)
    assert "5MB" in facts["reason"]


@pytest.mark.parametrize("text", ["2TB", "1000000000001"])
def test_more_than_any_line_carries_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, {"MODELLA_BANDWIDTH": text})["reason"] == "it must be at most 1000000000000"


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("MODELLA_PORT", "many", "it must be a whole number"),
        ("MODELLA_PORT", "99999", "it must be at most 65535"),
        ("MODELLA_CONNECTIONS", "0", "it must be at least 1"),
        ("MODELLA_STALL_TIMEOUT", "0", "it must be more than 0"),
        ("MODELLA_STALL_TIMEOUT", "inf", "it must be a finite number"),
        ("MODELLA_LOG_LEVEL", "loud", "it must be one of 'debug', 'info', 'warning' or 'error'"),
        ("MODELLA_DOWNLOAD_HOURS", "8-20", "hours look like 22:00-07:00"),
        ("HF_ENDPOINT", "hub", "an address begins with http:// or https://"),
        ("HF_ENDPOINT", "http://h:99999", "it is no address of a site"),
    ],
)
def test_a_refusal_names_the_variable_and_says_why_in_a_few_words(
    tmp_path: Path, variable: str, value: str, reason: str
) -> None:
    facts = refused(tmp_path, {variable: value})
    assert (facts["name"], facts["reason"]) == (variable, reason)


def test_a_flag_is_refused_by_its_own_name(tmp_path: Path) -> None:
    assert refused(tmp_path, {"MODELLA_PORT": "1"}, port="x")["name"] == "port"


def test_an_endpoint_holds_no_login_and_the_refusal_does_not_repeat_it(tmp_path: Path) -> None:
    facts = refused(tmp_path, {"MODELLA_CIVITAI_URL": "https://me:hunter2@civitai.example"})
    assert "hunter2" not in repr(facts)
    assert "login" in facts["reason"]
    assert "?" in refused(tmp_path, {"HF_ENDPOINT": "https://hub.example/?token=hunter2"})["reason"]


@pytest.mark.parametrize("name", ["host", "library", "lang", "allowed_hosts"])
def test_text_that_cannot_be_written_down_is_refused(tmp_path: Path, name: str) -> None:
    facts = refused(tmp_path, {}, **{name: "a\ud800b"})
    assert (facts["name"], facts["reason"]) == (name, "it holds characters that are no text")
    facts["value"].encode()


def test_the_log_level_may_be_written_in_any_case(tmp_path: Path) -> None:
    assert load({"home": tmp_path}, {"MODELLA_LOG_LEVEL": "WARNING"}).log_level == "warning"


def test_hundreds_of_rules_are_too_many(tmp_path: Path) -> None:
    rule = {"to": "{kind folder}/{name}"}
    assert len(load({"home": tmp_path}, {}, {"rules": [rule] * 200}).rules) == 200
    with pytest.raises(BadLink) as caught:
        load({"home": tmp_path}, {}, {"rules": [rule] * 201})
    assert caught.value.facts["reason"] == "there may be at most 200"
