"""The documents tell the truth: what exists is in them, and what they name exists."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dev
from modella import __version__
from modella.core.errors import BRANCHES, BadLink, all_codes
from modella.io.net import Net, NetPolicy
from modella.io.secrets import ENVIRONMENT
from modella.io.settings import Settings, environment_names
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.source import HuggingFace
from modella.sources.registry import ask_in_order
from modella.sources.url.source import Url
from tests import documents
from tests.documents import PARTS, REFRESH, ROOT, WHOLE

WRITTEN = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
)
LOCKS = ("requirements/run.txt", "requirements/dev.txt")
ENVIRONMENT_OF_ALL = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"}
ENVIRONMENT_OF_BUILDS = {"MODELLA_WEB"}
"""Read by `hatch_build.py`, when the program is built."""


def text_of(name: str) -> str:
    """A file of the clone."""
    return (ROOT / name).read_text(encoding="utf-8")


# -------------------------------------------------------------------------------------------------- generated parts


@pytest.mark.parametrize(("name", "mark"), PARTS, ids=[f"{name}-{mark}" for name, mark in PARTS])
def test_a_generated_part_says_what_the_program_says_now(name: str, mark: str) -> None:
    found = documents.between(text_of(name), mark)
    assert found is not None, f"{name} has no marks for {mark}"
    assert found == PARTS[name, mark](), f"{name} is stale: run {REFRESH}"


@pytest.mark.parametrize("name", WHOLE)
def test_a_generated_file_says_what_the_program_says_now(name: str) -> None:
    assert text_of(name) == WHOLE[name](), f"{name} is stale: run {REFRESH}"


@given(
    st.text(alphabet=st.characters(exclude_characters="<>\r"), min_size=1).filter(lambda text: text.strip("\n") == text)
)
def test_a_part_that_was_written_is_read_back_and_the_rest_stays(content: str) -> None:
    text = "before\n<!-- x -->\n\nold\n\n<!-- /x -->\nafter\n"
    fresh = documents.with_part(text, "x", content)
    assert documents.between(fresh, "x") == content
    assert (fresh.startswith("before\n"), fresh.endswith("\nafter\n")) == (True, True)


def test_every_command_and_option_is_documented() -> None:
    text = text_of("docs/cli.md")
    missing = [
        what
        for command in documents.commands()
        for what in (f"### {command.name}\n", *(name for option in command.options for name in option.opts))
        if what not in text
    ]
    assert missing == []


def test_every_setting_is_documented_with_its_variable() -> None:
    text = text_of("docs/settings.md")
    names = [*environment_names().values(), *Settings.model_fields, *ENVIRONMENT.values()]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_error_is_documented() -> None:
    text = text_of("docs/errors.md")
    assert [code for code in all_codes() if f"| `{code}` |" not in text] == []
    assert [branch.__name__ for branch in BRANCHES if f"### {branch.__name__}: exit " not in text] == []


def test_every_exit_status_has_a_meaning() -> None:
    assert set(documents.EXITS.values()) <= set(documents.EXIT_MEANINGS)


def test_every_operation_of_the_api_says_what_it_does() -> None:
    assert [f"{method} {path}" for method, path, told in documents.operations() if not told.get("description")] == []
    assert documents.sockets()


def test_every_row_of_a_table_in_the_generated_parts_is_one_line_with_all_its_cells() -> None:
    wrong = []
    for name, mark in PARTS:
        lines = re.split(r"\n(?:[^|\n][^\n]*)?(?:\n|$)", PARTS[name, mark]())
        for block in (each for each in lines if each.startswith("|")):
            widths = {len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().split("\n")}
            wrong += [f"{name}: {block[:80]}"] if len(widths) != 1 or "\n| --- |" not in block else []
    assert wrong == []


# --------------------------------------------------------------------------------------------- what is written by hand


def sh_blocks(text: str) -> list[str]:
    """The contents of the fenced `sh` blocks."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_readme_begins_with_one_line_to_run_and_one_line_to_test() -> None:
    assert sh_blocks(text_of("README.md"))[:2] == ["python3 dev.py serve\n", "python3 dev.py test\n"]


def test_every_chore_in_the_documents_is_one_that_dev_knows() -> None:
    assert dev.__doc__ is not None
    known = set(re.findall(r"python3 dev\.py (\w+)", dev.__doc__))
    named = {chore for name in WRITTEN for chore in re.findall(r"python3 dev\.py (\w+)", text_of(name))}
    assert {"serve", "test"} <= named <= known


@pytest.mark.parametrize("name", [*WRITTEN, "src/modella/locales/en.json"])
def test_every_command_that_is_named_exists_with_its_options(name: str) -> None:
    commands = {command.name: command for command in documents.commands()}
    groups = {path.rpartition(" ")[0] for path in commands}
    wrong = []
    for said in said_commands(text_of(name)):
        words = said.split()
        path = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in commands), None)
        if path is None:
            wrong += [] if " ".join(words[:2]) in groups or len(words) == 1 or words[1].startswith("-") else [said]
            continue
        known = {each for option in commands[path].options for each in (*option.opts, *option.secondary_opts)}
        wrong += [
            f"{said}: {word}" for word in words if re.match(r"--\w", word) and word.partition("=")[0] not in known
        ]
    assert wrong == []


def said_commands(text: str) -> Iterator[str]:
    """What stands in backticks, or begins a line of a code block, and is a command of ours."""
    for said in re.findall(r"`(modella(?: [^`\n]+)?)`|^(modella [^\n]+?)(?:   .*)?$", text, re.MULTILINE):
        yield (said[0] or said[1]).split(";")[0]


def test_every_variable_that_is_named_exists() -> None:
    known = {*environment_names().values(), *ENVIRONMENT.values(), *ENVIRONMENT_OF_ALL, *ENVIRONMENT_OF_BUILDS}
    said = {
        (name, word)
        for name in (*WRITTEN, "src/modella/locales/en.json")
        for word in re.findall(r"\b(?:MODELLA_[A-Z_]+|HF_[A-Z_]+|[A-Z]+_API_KEY|[A-Z]+_PROXY)\b", text_of(name))
    }
    assert {(name, word) for name, word in said if word not in known} == set()


@pytest.mark.parametrize("name", WRITTEN)
def test_every_link_between_the_documents_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", text_of(name))
    folder = (ROOT / name).parent
    assert [target for target in targets if not (folder / target).exists()] == []


@pytest.mark.parametrize("name", [*WRITTEN, *LOCKS, "pyproject.toml", "dev.py", "Makefile"])
def test_no_file_names_this_machine(name: str) -> None:
    home = re.compile(rf"{re.escape(str(Path.home()))}(?![\w.-])")
    assert not home.search(text_of(name)) or str(Path.home()) == "/"
    assert str(ROOT) not in text_of(name)


def listed_links() -> list[tuple[str, str]]:
    """Source and link of each row in docs/sources.md."""
    found = []
    for section in text_of("docs/sources.md").split("\n## ")[1:]:
        name = section.partition("\n")[0]
        found += [(name, link) for link in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)]
    return found


@pytest.mark.parametrize(("name", "link"), listed_links(), ids=[link for _, link in listed_links()])
def test_a_link_in_the_documents_is_understood_by_its_source(name: str, link: str) -> None:
    net = Net(NetPolicy(), {})
    sources = (Civitai(net), HuggingFace(net), Url(net))
    try:
        assert ask_in_order(sources, link).source == name
    except BadLink as problem:
        pytest.fail(f"{link} is refused: {problem}")


def test_every_source_is_documented() -> None:
    shelf = ROOT / "src" / "modella" / "sources"
    assert {path.parent.name for path in shelf.glob("*/source.py")} == {name for name, _ in listed_links()}


# ------------------------------------------------------------------------------------------- the description, the locks


def plain(requirement: str) -> str:
    """The name of a requirement, as locks write it."""
    return re.split(r"[\s\[<>=!~;]", requirement.strip())[0].lower().replace("_", "-").replace(".", "-")


def pins(lock: str) -> dict[str, str]:
    """Each pinned package of a lock, with everything that is said about it."""
    blocks = re.split(r"\n(?=\S)", text_of(lock).strip())
    return {plain(block): block for block in blocks if not block.startswith("#")}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_version_and_hash_and_names_no_registry(lock: str) -> None:
    assert "://" not in text_of(lock)
    assert re.findall(r"^\s*--(?!hash=)\S*", text_of(lock), re.MULTILINE) == []
    loose = [
        name
        for name, block in pins(lock).items()
        if not re.match(r"\S+==[\w.+!]+", block) or "--hash=sha256:" not in block
    ]
    assert loose == []


@pytest.mark.parametrize(("lock", "groups"), [(LOCKS[0], ("build",)), (LOCKS[1], ("build", "dev"))])
def test_everything_the_project_needs_is_locked(lock: str, groups: tuple[str, ...]) -> None:
    told = tomllib.loads(text_of("pyproject.toml"))
    needed = [
        *told["project"]["dependencies"],
        *(each for group in groups for each in told["dependency-groups"][group]),
    ]
    assert [each for each in needed if plain(each) not in pins(lock)] == []


def test_both_locks_agree() -> None:
    run, dev_pins = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name for name in run if run[name] != dev_pins.get(name)} == set()


def test_the_version_stands_in_one_place_and_in_the_changelog() -> None:
    told = tomllib.loads(text_of("pyproject.toml"))
    assert "version" not in told["project"]
    assert told["project"]["dynamic"] == ["version"]
    holders = [
        p.relative_to(ROOT).as_posix() for p in (ROOT / "src").rglob("*.py") if f'"{__version__}"' in p.read_text()
    ]
    assert holders == ["src/modella/__init__.py"]
    assert re.findall(r"^## \[(\d[^\]]*)\]", text_of("CHANGELOG.md"), re.MULTILINE)[0] == __version__
