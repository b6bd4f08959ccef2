"""How commands find what a person means, and what they say when they cannot."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from modella.cli.commands import as_error
from modella.cli.door import Door
from modella.cli.find import path_of
from modella.cli.main import app
from modella.cli.review import changes_from
from modella.core.errors import BadLink, Failed, ModellaError, NotFound
from modella.demo import weights
from modella.demo.hub import Hub
from tests.terminal import Terminal

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, hub: Hub) -> Run:
    """Runs commands of one library in this process."""
    env = Terminal(tmp_path, hub).env

    def _run(*arguments: str, **more: str) -> Result:
        return CliRunner(env={**env, **more}).invoke(app, list(arguments))

    return _run


def last_json(result: Result) -> Any:
    """The JSON value that a command printed last."""
    return json.loads(result.stdout.strip().splitlines()[-1])


def test_a_model_is_found_by_id_last_letters_or_name(run: Run, hub: Hub) -> None:
    model = last_json(run("pull", "--json", hub.example("lora")))["model"]
    for said in (model["id"], model["id"].upper(), model["id"][-8:], model["id"][-4:], model["name"].upper()):
        assert last_json(run("show", "--json", said))["id"] == model["id"]
        assert run("verify", said).exit_code == 0


@pytest.mark.parametrize("said", ["", "a/b", "../x", "x?y", "a b", "0" * 26, "xyz", "%2e%2e", "#"])
def test_what_names_no_model_is_said_to_be_nothing(run: Run, said: str) -> None:
    for command in (("show",), ("verify",), ("queue", "pause"), ("queue", "answer")):
        result = run(*command, said, *(["skip"] if command[-1] == "answer" else []))
        assert result.exit_code == 3, result.output
        assert "There is nothing with the id" in result.stderr


@pytest.mark.parametrize("width", ["60", "80", "130"])
def test_the_name_stays_readable_in_a_narrow_list(run: Run, hub: Hub, width: str) -> None:
    model = last_json(run("pull", "--json", hub.example("lora")))["model"]
    told = run("ls", COLUMNS=width, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert model["name"] in told
    assert model["id"][-8:] in told
    assert (model["base_model"] in told) == (width == "130")
    assert max(map(len, told.splitlines())) <= int(width)


def test_a_filter_that_fits_nothing_says_so_and_an_unknown_one_is_refused(run: Run) -> None:
    assert "No models yet" in run("ls").stdout
    assert "Nothing matches" in run("ls", "zebra").stdout
    for option, known in (("--kind", "lora"), ("--family", "sdxl")):
        for command in (("ls",), ("pull", "https://example.org/x.safetensors")):
            result = run(*command, option, "nonsense")
            assert result.exit_code == 2
            assert known in result.stderr


def test_verify_without_anything_to_verify_is_a_usage_error(run: Run) -> None:
    assert run("verify").exit_code == 2


def test_identify_tells_the_good_files_before_the_others(run: Run, tmp_path: Path) -> None:
    content = weights.build("lora-sdxl", 1, {})
    good = tmp_path / "good.safetensors"
    good.write_bytes(content.read(0, content.size))
    result = run("identify", str(tmp_path / "missing"), str(tmp_path), str(good))
    assert result.exit_code == 3
    assert "good.safetensors  lora" in result.stdout
    assert "folder" in result.stderr
    assert "missing" in result.stderr
    assert "adopt" in result.stderr
    assert run("identify", str(tmp_path), str(good)).exit_code == 2
    rows = last_json(run("identify", "--json", str(tmp_path / "missing"), str(good)))
    assert [row.get("kind", row.get("code")) for row in rows] == ["no-such-path", "lora"]


def test_identify_reads_a_diffusers_folder_as_one_model(run: Run, tmp_path: Path) -> None:
    for folder, recipe in (("unet", "diffusion-sdxl"), ("vae", "vae-sd")):
        content = weights.build(recipe, 1, {})
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "diffusion_pytorch_model.safetensors").write_bytes(content.read(0, content.size))
        (tmp_path / folder / "config.json").write_text("{}")
    (tmp_path / "model_index.json").write_text("{}")
    whole, part = last_json(run("identify", "--json", str(tmp_path), str(tmp_path / "vae")))
    assert (whole["kind"], whole["family"], whole["format"]) == ("checkpoint", "sdxl", "diffusers")
    assert (part["kind"], part["format"]) == ("vae", "safetensors")


# ---------------------------------------------------------------------------------------------------------- the queue


def test_a_waiting_duplicate_tells_how_to_answer_and_can_be_answered(run: Run, hub: Hub) -> None:
    run("pull", hub.example("lora"))
    again = run("pull", "--on-duplicate", "ask", hub.example("lora"))
    assert again.exit_code == 1
    waiting = next(row for row in last_json(run("queue", "ls", "--json")) if row["state"] == "waiting")
    short = waiting["id"][-8:]
    assert f"modella queue answer {short} skip" in again.stdout
    listed = run("queue", "ls").stdout
    assert "Already in your library as" in listed
    assert f"   1  {short}" in listed
    assert run("queue", "answer", short, "burn").exit_code == 2
    assert run("queue", "answer", short, "skip").exit_code == 0


def test_a_finished_download_is_left_alone_and_can_be_cleared_away(run: Run, hub: Hub) -> None:
    done = last_json(run("pull", "--json", hub.example("lora")))["download"]
    run("pull", hub.example("early-access"))
    run("pull", hub.example("wrong-hash"))
    for verb in ("pause", "cancel", "resume", "retry"):
        result = run("queue", verb, done["id"][-8:])
        assert result.exit_code == 0
        assert "Nothing to do: already done" in result.stdout
    assert last_json(run("queue", "clear", "--json")) == {"removed": 2}
    assert [row["state"] for row in last_json(run("queue", "ls", "--json"))] == ["quarantined"]
    assert last_json(run("queue", "clear", "--quarantined", "--json")) == {"removed": 1}
    assert len(last_json(run("ls", "--json"))) == 1


def test_a_review_shows_what_would_be_and_takes_changes(run: Run, hub: Hub) -> None:
    told = run("pull", "--review", hub.example("lora")).stdout
    waiting = last_json(run("queue", "ls", "--json"))[0]
    for word in ("lora", "sdxl", "loras/sdxl/", ".safetensors", f"modella queue finalize {waiting['id'][-8:]}"):
        assert word in told
    assert "nsfw_level" in told
    result = run("queue", "finalize", waiting["id"], "--set", "tags=a, b", "--set", "base_model=", "--json")
    model = last_json(run("show", last_json(result)["model_id"], "--json"))
    assert (model["tags"], model["base_model"]) == (["a", "b"], None)


def test_fields_are_read_by_what_may_stand_in_them() -> None:
    read = changes_from(["tags=a,, b c", "trained_words=", "nsfw_level=4", "family=", "name=x=y", "version=2"])
    assert read == {
        "tags": ["a", "b c"],
        "trained_words": [],
        "nsfw_level": 4,
        "family": None,
        "name": "x=y",
        "version": "2",
    }


@pytest.mark.parametrize("part", ["tags", "=x", "id=1", "nsfw_level=many"])
def test_what_is_no_field_and_value_is_refused(part: str) -> None:
    with pytest.raises(BadLink):
        changes_from([part])


# ------------------------------------------------------------------------------------------------------------ errors


@contextmanager
def strange_server(status: int, body: bytes) -> Iterator[str]:
    """A server that answers everything alike, and its address."""

    class Strange(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Strange) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (404, b"<html>nothing</html>", NotFound("unknown-id", id="x")),
        (404, b'{"detail": "Not Found"}', NotFound("unknown-id", id="x")),
        (404, b'{"success": false, "code": "http-404"}', NotFound("unknown-id", id="x")),
        (500, b"Internal Server Error", Failed("internal", error_id="HTTP 500")),
        (
            500,
            b'{"success": false, "code": "internal", "context": {"error_id": "e1"}}',
            Failed("internal", error_id="e1"),
        ),
    ],
)
def test_an_answer_that_is_not_ours_is_not_called_silence(status: int, body: bytes, meant: ModellaError) -> None:
    with strange_server(status, body) as address, pytest.raises(ModellaError) as found:
        Door(address).ask("GET", path_of("models", "x"))
    assert (found.value.code, found.value.facts) == (meant.code, meant.facts)


def test_a_server_that_is_gone_is_called_unreachable() -> None:
    with strange_server(200, b"") as address:
        pass
    with pytest.raises(Failed, match="server-unreachable"):
        Door(address).ask("GET", "/api/models")


def test_errors_of_the_system_become_sentences_and_the_unforeseen_goes_to_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELLA_HOME", str(tmp_path))
    assert as_error(PermissionError(13, "no", "/somewhere")).code == "permission"
    problem = as_error(RuntimeError("a surprise"))
    assert problem.code == "internal"
    log = (tmp_path / "logs" / "modella.log").read_text()
    assert problem.facts["error_id"] in log
    assert "a surprise" in log


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_bad_file_of_certificates_is_named(run: Run, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    result = run("ls", MODELLA_CA_FILE=str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr.replace("\n", "")


# -------------------------------------------------------------------------------------------------------------- keys


def test_a_key_may_come_from_a_pipe(tmp_path: Path) -> None:
    runner = CliRunner(env=Terminal(tmp_path).env)
    result = runner.invoke(app, ["tokens", "set", "civitai"], input="canary-0123456789\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "6789" in runner.invoke(app, ["tokens", "ls"]).stdout


@pytest.mark.parametrize("key", ["abc", "two words", "caf\u00e9-0123", "new\nline", ""])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(run: Run, key: str) -> None:
    result = run("tokens", "set", "civitai", "--value", key)
    assert result.exit_code == 2
    assert not key or key not in result.output


def test_an_unknown_source_is_refused_with_the_known_ones(run: Run) -> None:
    result = run("tokens", "set", "nobody", "--value", "abcd1234")
    assert result.exit_code == 2
    assert "huggingface" in result.stderr


# -------------------------------------------------------------------------------------------------------- the query


def test_a_query_takes_several_words_and_words_with_a_minus(run: Run, hub: Hub) -> None:
    model = last_json(run("pull", "--json", hub.example("lora")))["model"]
    first, *_ = model["name"].split()
    assert [each["id"] for each in last_json(run("ls", first, "-zebra", "--json", "-tag:zebra"))] == [model["id"]]
    assert last_json(run("ls", f"-{first}", "--json")) == []
    assert last_json(run("ls", "--json", "kind:lora", "size:>=1tb")) == []
    assert run("ls", "-size:>=1tb").exit_code == 2
    wrong = run("ls", "--knd", "lora")
    assert wrong.exit_code == 2
    assert "--kind" in wrong.stderr
    assert run("ls", "famly:sdxl").exit_code == 2


def test_a_list_that_no_terminal_reads_has_a_line_for_each_model_with_tabs(run: Run, hub: Hub) -> None:
    model = last_json(run("pull", "--json", hub.example("lora")))["model"]
    lines = run("ls", COLUMNS="40").stdout.splitlines()
    assert len(lines) == 1
    name, kind, family, *_, identity, mark = lines[0].split("\t")
    assert (name, kind, family, identity, mark) == (model["name"], "lora", "sdxl", model["id"], "")
