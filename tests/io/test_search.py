"""Finding models: by words of any script, by facets, in every order, page by page, as a naive search would."""

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.errors import BadLink
from modella.core.query import Sort, read_query
from modella.core.summary import row_of
from modella.io.store.index import Index
from modella.io.store.search import _read_cursor

KINDS, FAMILIES, TAGS = ("lora", "checkpoint", "vae"), ("sdxl", "flux1", None), ("anime", "photo", "style", "dark")


def model(number: int, **fields: Any) -> dict[str, Any]:
    files = [{"name": f"{number}.safetensors", "size": number * 10, "sha256": f"{number:064x}"}]
    told = {
        "id": f"m{number:04}",
        "name": f"Model {number}",
        "kind": "lora",
        "added_at": f"2026-01-{number % 28 + 1:02}",
    }
    return {**told, "updated_at": "2026", "files": files, "tags": [], **fields}


def filled(path: Path, models: list[dict[str, Any]]) -> Index:
    index = Index(path / "models.db")
    index.put_all(row_of(each, f"loras/{each['id']}") for each in models)
    return index


def found(index: Index, text: str, **more: Any) -> list[str]:
    return [json.loads(item)["id"] for item in index.find(read_query(text), **more).items]


NAMES = [
    "水彩スタイル",
    "Акварель 100%",
    "Plain_Name",
    "Café Détail",
    "动漫风格模型",
    "한국어 모델",
    "a b",
    "Tweaker XL",
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("水彩", ["水彩スタイル"]),
        ("彩ス", ["水彩スタイル"]),
        ("漫", ["动漫风格模型"]),
        ("风格模", ["动漫风格模型"]),
        ("한국", ["한국어 모델"]),
        ("аквар", ["Акварель 100%"]),
        ("варе 100%", ["Акварель 100%"]),
        ("АКВАРЕЛЬ", ["Акварель 100%"]),
        ("n_n", ["Plain_Name"]),
        ("cafe", ["Café Détail"]),
        ("café det", ["Café Détail"]),
        ("xl", ["Tweaker XL"]),
        ("tw", ["Tweaker XL"]),
        ('"eaker x"', ["Tweaker XL"]),
        ("l%e", []),
        ("nothing-like-it", []),
        ("safetensors", []),
    ],
)
def test_models_are_found_by_parts_of_words_of_any_script(tmp_path: Path, text: str, names: list[str]) -> None:
    index = filled(tmp_path, [model(n, name=name) for n, name in enumerate(NAMES)])
    page = index.find(read_query(text))
    assert [json.loads(item)["name"] for item in page.items] == names
    assert page.total == len(names)


@pytest.mark.parametrize(
    "text", ['"', "-", "*", "a*", 'x"y', "AND", "NOT x", "(", "name:", "^a", ":", "-:", "\x00", "%", "''"]
)
def test_no_line_of_text_is_an_error(tmp_path: Path, text: str) -> None:
    index = filled(tmp_path, [model(1)])
    assert index.find(read_query(text)).total in {0, 1}


def test_a_slip_of_the_finger_finds_what_was_meant(tmp_path: Path) -> None:
    index = filled(tmp_path, [model(1, name="Watercolor"), model(2, name="Lantern")])
    page = index.find(read_query("watercolro"))
    assert (page.total, page.meant) == (1, {"watercolro": "watercolor"})
    assert index.find(read_query("xyzzyplugh")).total == 0


def test_values_are_taken_in_and_left_out(tmp_path: Path) -> None:
    index = filled(
        tmp_path,
        [
            model(1, tags=["anime", "style"], family="sdxl", base_model="Pony"),
            model(2, tags=["anime"], kind="checkpoint", rating=4, favorite=True),
            model(3, tags=["photo"], base_model="Illustrious", nsfw_level=8, license={"allow_derivatives": True}),
        ],
    )
    assert found(index, "tag:anime -tag:style") == ["m0002"]
    assert found(index, "tag:anime tag:style") == ["m0001"]
    assert found(index, "kind:checkpoint|lora -base:pony") == ["m0003", "m0002"]
    assert found(index, "-family:none") == ["m0001"]
    assert found(index, "nsfw:x license:derivatives") == ["m0003"]
    assert found(index, "rating:>=4 favorite:yes") == ["m0002"]
    assert found(index, "rating:>4") == []
    assert found(index, "size:11..20") == ["m0002"]
    assert found(index, "added:<=2026-01-03 added:>2026-01-02") == ["m0002"]
    assert index.find(read_query("", {"tag": ["anime", "!style"]})).total == 1


@pytest.mark.parametrize("text", ["size:>lots", "added:yesterday", "rating:>"])
def test_a_bound_without_sense_is_refused(text: str) -> None:
    if text == "rating:>":
        text = "rating:>x"
    with pytest.raises(BadLink):
        read_query(text)


def test_facets_count_what_is_found_and_offer_what_else_there_is(tmp_path: Path) -> None:
    index = filled(tmp_path, [model(n, kind=KINDS[n % 3], tags=[TAGS[n % 4]]) for n in range(12)])
    facets = index.find(read_query("kind:lora"), facets=True).facets or {}
    assert dict(facets["kind"]) == {"lora": 4, "checkpoint": 4, "vae": 4}
    assert dict(facets["tag"]) == {"anime": 1, "photo": 1, "style": 1, "dark": 1}
    assert dict(facets["family"]) == {"none": 4}


def test_facets_follow_changes(tmp_path: Path) -> None:
    index = filled(tmp_path, [model(1, tags=["anime"]), model(2)])
    assert dict((index.find(facets=True).facets or {})["tag"]) == {"anime": 1, "none": 1}
    index.put(model(1, tags=["photo"]), "loras/m0001")
    index.remove("m0002")
    assert dict((index.find(facets=True).facets or {})["tag"]) == {"photo": 1}
    assert index.find(read_query("tag:anime")).total == 0


def test_a_page_goes_on_where_the_last_one_ended_though_models_come_and_go(tmp_path: Path) -> None:
    index = filled(tmp_path, [model(n) for n in range(40)])
    first = index.find(sort="size", descending=False, limit=10)
    index.remove("m0003")
    index.put(model(900, files=[{"name": "x", "size": 1}]), "loras/900")
    second = index.find(sort="size", descending=False, limit=10, cursor=first.next)
    assert [json.loads(item)["id"] for item in second.items] == [f"m{n:04}" for n in range(10, 20)]


@pytest.mark.parametrize("cursor", ["rubbish!", "e30", "WyJhZGRlZCJd", "bnVsbA", "é"])
def test_a_cursor_of_something_else_is_refused(tmp_path: Path, cursor: str) -> None:
    index = filled(tmp_path, [model(1)])
    with pytest.raises(BadLink):
        index.find(cursor=cursor)
    other = index.find(sort="name", limit=1)
    assert other.next is None


def test_what_is_called_so_comes_first_in_the_order_of_matches(tmp_path: Path) -> None:
    models = [model(n, tags=["lantern"]) for n in range(30)] + [model(50, name="Lantern light", added_at="2020")]
    index = filled(tmp_path, models)
    first = index.find(read_query("lantern"), sort="match", limit=3)
    rest = index.find(read_query("lantern"), sort="match", limit=100, cursor=first.next)
    ids = [json.loads(item)["id"] for item in (*first.items, *rest.items)]
    assert (ids[0], len(ids), len(set(ids))) == ("m0050", 31, 31)


def naive(models: list[dict[str, Any]], kind: str | None, tag: str | None, word: str | None) -> set[str]:
    return {
        m["id"]
        for m in models
        if (kind is None or m["kind"] == kind)
        and (tag is None or tag in m["tags"])
        and (word is None or word in f"{m['name']} {' '.join(m['tags'])} {m['kind']} loras/{m['id']}".lower())
    }


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from([None, *KINDS]),
    tag=st.sampled_from([None, *TAGS]),
    word=st.sampled_from([None, "mod", "odel 1", "ani", "7", "12", "model"]),
    sort=st.sampled_from(["added", "name", "size"]),
    descending=st.booleans(),
    limit=st.integers(1, 30),
)
def test_all_pages_together_are_what_a_naive_search_finds(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    kind: str | None,
    tag: str | None,
    word: str | None,
    sort: Sort,
    descending: bool,
    limit: int,
) -> None:
    rng = random.Random(seed)
    models = [
        model(n, kind=rng.choice(KINDS), family=rng.choice(FAMILIES), tags=rng.sample(TAGS, rng.randint(0, 3)))
        for n in range(60)
    ]
    index = filled(tmp_path_factory.mktemp("index"), models)
    filters = {name: [value] for name, value in (("kind", kind), ("tag", tag)) if value}
    query = read_query(f'"{word}"' if word else "", filters)
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = index.find(query, sort, descending, limit, cursor)
        items += [json.loads(item) for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    index.close()
    if word is None or len(word) >= 3:
        assert {item["id"] for item in items} == naive(models, kind, tag, word)
    assert len(items) == page.total == len({item["id"] for item in items})
    keys = [
        (item["added_at"] if sort == "added" else item["name"].lower() if sort == "name" else item["size"], item["id"])
        for item in items
    ]
    assert keys == sorted(keys, reverse=descending)


@pytest.mark.parametrize("key", [10**40, -(10**40), "\ud800", None, [1], {"a": 1}])
def test_a_cursor_that_somebody_made_up_is_refused(key: object) -> None:
    made_up = base64.urlsafe_b64encode(json.dumps(["added", True, 0, key, "x"]).encode()).decode().rstrip("=")
    with pytest.raises(BadLink):
        _read_cursor(made_up, "added", descending=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("famly:sdxl", "family"),
        ("knd:lora", "kind"),
        ("-tga:photo", "tag"),
        ("kind:loar", "checkpoint"),
        ("kind:lora,nothing", "checkpoint"),
        ("state:gone", "missing"),
        ("trust:maybe", "damaged"),
        ("nsfw:q", "pg13"),
        ("favorite:maybe", "yes"),
        ("added:2026-13", "2026-01-31"),
        ("added:>2026-02-30", "2026-01-31"),
    ],
)
def test_slips_in_rules_are_told_with_what_is_known(text: str, told: str) -> None:
    with pytest.raises(BadLink) as found:
        read_query(text)
    assert told in found.value.facts["reason"]


def test_fields_that_are_near_nothing_are_words_and_commas_separate_values() -> None:
    assert read_query("http://x step:4").words == ("http://x", "step:4")
    assert read_query("kind:lora,VAE tag:a,b").include == {"kind": {"lora", "VAE"}, "tag": {"a,b"}}
    for day in ("2026", "2024-02", "2024-02-29", "2026-01-31T10:00:00"):
        assert read_query(f"added:{day}").ranges
