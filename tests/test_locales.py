"""The sentences people read: complete in every language, fed with the facts they speak of, and worded alike."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from modella.core.download import State, Step
from modella.core.errors import BRANCHES, all_codes
from modella.core.languages import HABITS, habits_of, is_plural
from modella.core.model import Verified
from modella.core.words import Words
from modella.io.packaged import languages, load_words
from tests.place import Place

SOURCE = Path(__file__).parents[1] / "src" / "modella"
EVERYWHERE = {"name", "url", "source", "until"}
"""Facts that `work/download.with_context` adds to every error of a download."""

REFUSED_THEMES = (
    *("early-access", "paid", "disabled", "generation-only", "archived", "no-versions", "wrong-hash", "hf-gated"),
    *("hf-private", "html"),
)

IMPERATIVES = {
    *("Allow", "Ask", "Buy", "Check", "Choose", "Close", "Connect", "Correct", "Delete", "Download", "Fetch", "Give"),
    *("Install", "Leave", "List", "Log", "Look", "Make", "Move", "Name", "Open", "Paste", "Rename", "Report", "Run"),
    *("Set", "Shorten", "Start", "Stop", "Tell", "Try", "Use", "Wait", "Write"),
}


@cache
def texts(language: str) -> dict[str, str]:
    """Every text of a language by its dotted key."""
    found = json.loads((SOURCE / "locales" / f"{language}.json").read_text(encoding="utf-8"))
    return dict(_flat(found, ""))


def _flat(found: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def plurals(language: str) -> dict[str, set[str]]:
    """Every sentence that has plural forms, and which it has."""
    found = json.loads((SOURCE / "locales" / f"{language}.json").read_text(encoding="utf-8"))
    return dict(_plurals(found, ""))


def _plurals(found: Mapping[str, Any], path: str) -> Iterator[tuple[str, set[str]]]:
    for key, value in found.items():
        if isinstance(value, dict) and is_plural(value):
            yield f"{path}{key}", set(value)
        elif isinstance(value, dict):
            yield from _plurals(value, f"{path}{key}.")


def spoken(language: str) -> dict[str, str]:
    """Every text by its key; of plural forms `other`, which every language has, under the key of the sentence."""
    several = plurals(language)
    found = {}
    for key, text in texts(language).items():
        parent, _, form = key.rpartition(".")
        if parent not in several:
            found[key] = text
        elif form == "other":
            found[parent] = text
    return found


def facts_in(text: str) -> set[str]:
    """The names of the facts a text speaks of."""
    return set(re.findall(r"\{(\w*)[^}]*\}", text))


@cache
def trees() -> dict[str, ast.Module]:
    """Every file of the program but the stand-in hub."""
    paths = (path for path in SOURCE.rglob("*.py") if "demo" not in path.relative_to(SOURCE).parts[:-1])
    return {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Calls of functions with these names, and the file each is in."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                yield path, node


LANGUAGES = pytest.mark.parametrize("language", languages())


def test_english_is_there() -> None:
    assert "en" in languages()


@LANGUAGES
def test_every_error_has_a_sentence_and_a_hint(language: str) -> None:
    known = texts(language)
    wanted = [f"errors.{code}.{part}" for code in all_codes() for part in ("sentence", "hint")]
    assert [key for key in wanted if not known.get(key, "").strip()] == []


@LANGUAGES
def test_no_sentence_is_kept_for_an_error_that_does_not_exist(language: str) -> None:
    codes = {key.split(".")[1] for key in texts(language) if key.startswith("errors.")}
    assert codes - set(all_codes()) == set()


@LANGUAGES
def test_every_language_says_the_same_things(language: str) -> None:
    assert set(spoken(language)) ^ set(spoken("en")) == set()
    assert set(plurals(language)) == set(plurals("en"))


@LANGUAGES
def test_every_plural_has_the_forms_that_its_language_needs(language: str) -> None:
    needed = set(habits_of(language).forms)
    assert {key: forms for key, forms in plurals(language).items() if forms != needed} == {}


@LANGUAGES
def test_the_habits_of_every_language_are_known(language: str) -> None:
    assert language in HABITS


@LANGUAGES
def test_a_translation_speaks_of_the_same_facts_as_english(language: str) -> None:
    english = spoken("en")
    wrong = {key: facts_in(text) ^ facts_in(english.get(key, "")) for key, text in spoken(language).items()}
    assert {key: facts for key, facts in wrong.items() if facts} == {}


@LANGUAGES
def test_a_plural_form_leaves_out_no_fact_but_the_count(language: str) -> None:
    known = texts(language)
    wrong = {
        f"{key}.{form}": facts_in(known[f"{key}.other"]) ^ facts_in(known[f"{key}.{form}"])
        for key, forms in plurals(language).items()
        for form in forms
    }
    assert {key: facts for key, facts in wrong.items() if facts - {"count"}} == {}


@LANGUAGES
def test_every_text_can_be_filled_in(language: str) -> None:
    words = load_words(language)
    assert [key for key in texts(language) if "{" in words.say(key) or words.say(key) == key] == []


@LANGUAGES
def test_a_language_names_itself_and_its_direction(language: str) -> None:
    assert texts(language)["language"].strip()
    assert texts(language)["direction"] in {"ltr", "rtl"}


@LANGUAGES
def test_states_steps_and_trust_have_words(language: str) -> None:
    known = texts(language)
    trust = get_args(Verified.model_fields["state"].annotation)
    checked = {word for word in _words_of("work/recheck.py") if word in {"missing", "unreachable", "damaged"}}
    wanted = [f"states.{s.value}" for s in State] + [f"steps.{s.value}" for s in Step]
    assert trust
    assert [key for key in [*wanted, *(f"trust.{word}" for word in {*trust, *checked})] if key not in known] == []


def _words_of(path: str) -> set[str]:
    """Every piece of text in a file."""
    return {n.value for n in ast.walk(trees()[path]) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


# ----------------------------------------------------------------------------------------------------- what is said


def said() -> dict[str, str]:
    """Every key that the program says, with the file that says it; keys that are put together end in a dot."""
    found = {}
    for path, call in calls("say"):
        key = call.args[0]
        if isinstance(key, ast.Constant):
            found[str(key.value)] = path
        elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
            found[str(key.values[0].value)] = path
        elif isinstance(key, ast.BinOp) and isinstance(key.left, ast.Constant):
            found[str(key.left.value)] = path
    return found


def test_every_key_that_is_said_exists() -> None:
    known = set(texts("en")) | set(spoken("en"))
    assert len(said()) > 10
    wrong = {
        key: path
        for key, path in said().items()
        if key not in known and not (key.endswith(".") and any(each.startswith(key) for each in known))
    }
    assert wrong == {}


def test_a_text_is_given_every_fact_it_speaks_of() -> None:
    wrong = []
    for path, call in calls("say"):
        given = {keyword.arg for keyword in call.keywords}
        if isinstance(call.args[0], ast.Constant) and None not in given:
            missing = facts_in(texts("en").get(str(call.args[0].value), "")) - given
            wrong += [f"{path}:{call.lineno} {call.args[0].value} lacks {sorted(missing)}"] if missing else []
    assert wrong == []


def test_an_error_is_raised_with_every_fact_its_sentence_speaks_of() -> None:
    """Otherwise people read an ellipsis. Errors whose facts are spread from a mapping cannot be looked at here."""
    english = texts("en")
    wrong = []
    for path, call in calls(*(branch.__name__ for branch in BRANCHES)):
        code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        given = {keyword.arg for keyword in call.keywords}
        if code is None or None in given:
            continue
        spoken = facts_in(english[f"errors.{code}.sentence"]) | facts_in(english[f"errors.{code}.hint"])
        missing = spoken - given - EVERYWHERE
        wrong += [f"{path}:{call.lineno} {code} lacks {sorted(missing)}"] if missing else []
    assert wrong == []


@pytest.mark.parametrize("theme", REFUSED_THEMES)
def test_a_refused_download_is_told_without_gaps(place: Place, theme: str) -> None:
    reason = place.pull(place.hub.example(theme)).reason
    assert reason is not None
    words = load_words("en")
    told = f"{words.sentence(reason.code, reason.facts)} | {words.hint(reason.code, reason.facts)}"
    assert "…" not in told, f"{told} {reason.facts}"


def test_a_download_that_needs_a_key_is_told_without_gaps(place: Place) -> None:
    place.hub.anonymous_downloads = False
    reason = place.pull(place.hub.example("lora")).reason
    assert reason is not None
    words = load_words("en")
    assert words.sentence(reason.code, reason.facts) == "127.0.0.1 gives this file only to people who are logged in"
    assert words.hint(reason.code, reason.facts).endswith("`modella tokens set civitai`")


# -------------------------------------------------------------------------------------------------------- how it reads


@LANGUAGES
def test_no_text_has_a_double_period_or_stray_blanks(language: str) -> None:
    wrong = [key for key, text in texts(language).items() if ".." in text or text != text.strip() or "\n" in text]
    assert wrong == []


@LANGUAGES
def test_messages_end_without_a_period(language: str) -> None:
    wrong = [key for key, text in texts(language).items() if key.startswith(("errors.", "cli.")) and text.endswith(".")]
    assert wrong == []


def test_hints_begin_with_what_to_do() -> None:
    hints = {key: text for key, text in texts("en").items() if key.endswith(".hint") and key.startswith("errors.")}
    assert {key: text for key, text in hints.items() if re.split(r"\W", text)[0] not in IMPERATIVES} == {}


def test_sentences_begin_with_a_capital_or_a_fact() -> None:
    sentences = {key: text for key, text in texts("en").items() if key.endswith(".sentence")}
    assert {key: text for key, text in sentences.items() if not (text[0].isupper() or text[0] == "{")} == {}


def test_a_missing_fact_reads_as_an_ellipsis_and_a_missing_key_as_itself() -> None:
    words = Words({"a": {"b": "for {name}"}})
    assert (words.say("a.b"), words.say("a.b", name="x"), words.say("a.c")) == ("for …", "for x", "a.c")


def test_one_is_not_told_as_many() -> None:
    words = Words({"a": {"one": "{count} model", "other": "{count} models"}})
    assert [words.say("a", count=count) for count in (0, 1, "1", "1,000", 1000)] == [
        "0 models",
        "1 model",
        "1 model",
        "1,000 models",
        "1,000 models",
    ]
