"""Links in apps where somebody has rearranged things: nothing is lost, forgotten or left behind."""

import json
import os
from pathlib import Path

import pytest
import yaml

from modella.core.config_block import block_of, pure_folders, with_block
from modella.core.errors import BadLink, DiskTrouble
from modella.core.linking import Wanted, named_apart, place_key
from modella.io import disk
from modella.work.apps import change_app, mapped
from modella.work.autolink import relink
from modella.work.edit import Edit, edit
from modella.work.hands import now
from modella.work.linking import unlink_app
from tests.changing import lora
from tests.linked import Linked


def _by(linked: Linked, method: str) -> Path:
    """A LoRA that the app has by a method; the library's file."""
    linked.put("detail")
    change_app(linked.house.hands, linked.app.id, {"method": method})
    linked.apply()
    return linked.library / "loras/sdxl/detail/detail.safetensors"


@pytest.mark.parametrize("act", ["apply", "unlink"])
def test_the_librarys_file_stays_when_the_apps_folder_leads_to_it_now(linked: Linked, act: str) -> None:
    source = _by(linked, "hardlink")
    loras = linked.folder / "models/loras"
    loras.rename(linked.folder / "models/loras.old")
    loras.symlink_to(source.parent)
    linked.apply() if act == "apply" else unlink_app(linked.house.hands, linked.app.id)
    assert source.is_file()


@pytest.mark.parametrize("method", ["hardlink", "copy"])
def test_what_was_moved_into_the_library_is_the_librarys(linked: Linked, method: str) -> None:
    _by(linked, method)
    loras, inside = linked.folder / "models/loras", linked.library / "loras/from-the-app"
    loras.rename(inside)
    loras.symlink_to(inside)
    unlink_app(linked.house.hands, linked.app.id)
    assert os.listdir(inside) == ["detail.safetensors"]


def test_a_hard_link_to_content_that_was_replaced_is_told_and_not_forgotten(linked: Linked) -> None:
    source = _by(linked, "hardlink")
    source.unlink()
    lora(source, 7)
    linked.scan()
    hands = linked.house.hands
    for _ in range(2):
        line = linked.lines()["detail.safetensors"]
        assert (line.action, line.why) == ("blocked", "last-copy")
        assert linked.apply().blocked == 1
    assert len(hands.store.links(hands.library_id, linked.app.id)) == 1


def test_a_copy_follows_a_file_of_the_same_size(linked: Linked) -> None:
    source = _by(linked, "copy")
    before = source.stat()
    source.unlink()
    lora(source, 9)
    assert source.stat().st_size == before.st_size
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns + 60 * 10**9))
    linked.scan()
    assert linked.apply().mended == 1
    assert linked.at("detail.safetensors").read_bytes() == source.read_bytes()
    assert not linked.plan().has_work


def test_a_place_too_long_for_the_system_stops_no_other_model(linked: Linked) -> None:
    record = linked.put("detail")
    linked.put("other", 2)
    words = {"path": "/".join(["x" * 200] * 20 + ["y" * 30])}
    edit(linked.house.hands, record["id"], Edit(apps={"comfyui": words}))
    outcome = linked.apply()
    assert (outcome.made, outcome.blocked) == (1, 1)
    assert [each.why for each in linked.plan().lines if each.action == "blocked"] == ["name-too-long"]


def test_a_version_without_a_number_is_none(linked: Linked) -> None:
    (linked.folder / "comfyui_version.py").write_text('__version__ = "nightly"\n')
    found = mapped(linked.house.hands, linked.app.id)
    assert found.app.version == "0.2.7", "by the sign in folder_paths.py"
    assert "models/diffusion_models" in {each.folder for each in found.mapping.at(found.app.version)}


def test_an_app_that_goes_in_the_middle_is_not_made_anew(
    linked: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked.put("one", 1)
    linked.put("two", 2)
    real = disk.symbolic_link

    def unplug(text: str, place: Path, *, to_folder: bool = False) -> bool:
        done = real(text, place, to_folder=to_folder)
        linked.folder.rename(tmp_path / "away")
        linked.folder.mkdir()
        return done

    with monkeypatch.context() as patched:
        patched.setattr("modella.work.linking.symbolic_link", unplug)
        outcome = linked.apply()
    assert [each.code for each in outcome.failed] == ["app-gone"]
    assert os.listdir(linked.folder) == []
    linked.folder.rmdir()
    (tmp_path / "away").rename(linked.folder)
    assert linked.apply().made == 1
    assert unlink_app(linked.house.hands, linked.app.id).removed == 2


def test_two_folders_that_are_one_share_their_names(linked: Linked) -> None:
    linked.put("same")
    lora(linked.library / "vae/sdxl/same/same.safetensors", 2)
    linked.scan()
    hands = linked.house.hands
    second = next(each for each in hands.index.every() if str(each["place"]).startswith("vae"))
    edit(hands, second["id"], Edit(set={"kind": "vae"}))
    (linked.folder / "models/vae").rmdir()
    (linked.folder / "models/vae").symlink_to("loras")
    outcome = linked.apply()
    assert (outcome.made, outcome.blocked, outcome.failed) == (2, 0, [])
    assert len({os.path.realpath(linked.at(each)) for each in linked.names()}) == 2
    assert not linked.plan().has_work
    assert not linked.plan(second["id"]).has_work
    assert unlink_app(hands, linked.app.id).removed == 2


@pytest.mark.parametrize("title", ["  ", "a\nb", "\u202eab"])
def test_a_title_that_cannot_be_shown_is_refused(linked: Linked, title: str) -> None:
    with pytest.raises(BadLink, match="bad-value"):
        change_app(linked.house.hands, linked.app.id, {"title": title})


class Died(BaseException):
    """The process is dead."""


def test_what_a_death_left_of_a_copy_is_removed(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.put("detail")
    change_app(linked.house.hands, linked.app.id, {"method": "copy"})
    linked.at(".0123456789abcdef.part").write_bytes(b"somebody else's")
    begun: list[Path] = []

    def die(_: Path, __: Path, ___: object, *, by_way_of: Path) -> None:
        by_way_of.write_bytes(b"half")
        begun.append(by_way_of)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("modella.work.linking.copy_new", die)
        with pytest.raises(Died):
            linked.apply()
    assert begun[0].is_file()
    assert linked.apply().made == 1
    assert linked.names() == [".0123456789abcdef.part", "detail.safetensors"]


def test_trouble_that_nobody_thought_of_does_not_end_the_following(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = linked.put("detail")

    def burst(*_: object, **__: object) -> None:
        raise ValueError

    with monkeypatch.context() as patched:
        patched.setattr("modella.work.autolink.apply_links", burst)
        assert relink(linked.house.hands, {record["id"]: now()}) == []
    relink(linked.house.hands, {record["id"]: now()})
    assert linked.names() == ["detail.safetensors"]


# ---------------------------------------------------------------------------------------------------------- names apart


def _wanted(model: str, file: str, path: str, bundle: str = "") -> Wanted:
    return Wanted(model, model, file, f"/l/{model}/{file}", path, "lora", 1, "loras", "loras", bundle=bundle)


def test_many_files_of_one_name_in_one_model_all_get_a_place_and_keep_it() -> None:
    wanted = [_wanted("m1", f"{each}/m.safetensors", "loras/m.safetensors") for each in "abcdef"]
    named, twice = named_apart(wanted, {}, lambda _: False)
    assert len({place_key(each.path) for each in named}) == len(wanted)
    assert not twice
    ours = {(each.model, each.file): {place_key(each.path)} for each in named}
    again, _ = named_apart(list(reversed(wanted)), ours, lambda _: False)
    assert again == named


def test_a_file_with_several_places_keeps_its_name_in_each() -> None:
    ours = {("m2", "x.pt"): {"one/x.pt", "two/x.pt"}, ("m1", "x.pt"): {"one/x-m1.pt", "two/x-m1.pt"}}
    wanted = [_wanted(model, "x.pt", f"{folder}/x.pt") for model in ("m1", "m2") for folder in ("one", "two")]
    named, _ = named_apart(wanted, ours, lambda _: False)
    assert {(each.model, each.path) for each in named} == {
        ("m2", "one/x.pt"),
        ("m2", "two/x.pt"),
        ("m1", "one/x-m1.pt"),
        ("m1", "two/x-m1.pt"),
    }


def test_models_that_are_folders_of_one_name_do_not_mix() -> None:
    files = ("model_index.json", "unet/a.safetensors")
    wanted = [_wanted(model, file, f"d/foo/{file}", "d/foo") for model in ("m1", "m2") for file in files]
    named, _ = named_apart(wanted, {}, lambda _: False)
    expected = {("m1", f"d/foo/{file}") for file in files} | {("m2", f"d/foo-m2/{file}") for file in files}
    assert {(each.model, each.path) for each in named} == expected
    ours = {(each.model, each.file): {place_key(each.path)} for each in named if each.model == "m2"}
    later, _ = named_apart([each for each in wanted if each.model == "m2"], ours, lambda _: False)
    assert {each.path for each in later} == {f"d/foo-m2/{file}" for file in files}, "it keeps its folder"
    beside, _ = named_apart(wanted[2:], {}, lambda key: key.startswith("d/foo/"))
    assert {each.path for each in beside} == {f"d/foo-m2/{file}" for file in files}


# ------------------------------------------------------------------------------------------------- configuration files


@pytest.mark.parametrize("trouble", ["broken", "link", "bytes"])
def test_a_configuration_without_our_block_keeps_no_link_from_going(
    linked: Linked, tmp_path: Path, trouble: str
) -> None:
    linked.put("detail")
    linked.apply()
    file = linked.folder / "extra_model_paths.yaml"
    if trouble == "link":
        (tmp_path / "other.yaml").write_text("a: {base_path: x}\n")
        file.symlink_to(tmp_path / "other.yaml")
    else:
        file.write_bytes(b"a: [\n" if trouble == "broken" else b"\xff\xfe")
    before = file.read_bytes()
    assert unlink_app(linked.house.hands, linked.app.id).removed == 1
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["{a: {b: c}}\n", "  a:\n    b: c\n", "a:\n  b: c\n...\n", "null\n", json.dumps({"a": {"b": "c"}})]
)
def test_a_configuration_that_takes_no_further_section_is_refused(text: str) -> None:
    with pytest.raises(DiskTrouble, match="config-unreadable"):
        with_block(text, block_of({"loras": ["/l/loras"]}, "/l"))


@pytest.mark.parametrize(
    "text",
    ["", "# c\n", "---\na:\n  b: c\n", "a: &x\n  b: c\nd:\n  <<: *x\n", "\ufeffa:\n  b: c\r\n", "a:\n  b: |\n    x\n"],
)
def test_a_configuration_gets_the_block_and_is_as_before_without_it(text: str) -> None:
    block = block_of({"loras": ["/l/loras"]}, "/l")
    told = with_block(text, block)
    assert yaml.safe_load(told)["modella"] == {"base_path": "/l", "loras": "loras"}
    assert with_block(told, block) == told
    assert with_block(told, "") == text


@pytest.mark.parametrize("base", ["/data/$HOME/l", "/data/100%/l", "/with space/l", "/a #b/l", "/it's/l", '/"q"/l'])
def test_the_app_reads_the_folders_that_are_meant(base: str) -> None:
    said = yaml.safe_load(block_of({"loras": [f"{base}/loras"]}, base))["modella"]
    top = os.path.expandvars(os.path.expanduser(said.get("base_path", "")))
    assert [os.path.join(top, each) for each in said["loras"].split("\n")] == [f"{base}/loras"]


def test_a_folder_with_a_line_end_in_its_name_cannot_be_told() -> None:
    folders, mixed = pure_folders({"loras": ["/l/a\nb/x.safetensors"]}, ["/l/a\nb/x.safetensors"], [], "/l")
    assert (folders, mixed) == ({}, ["/l/a\nb/x.safetensors"])


def test_an_app_that_gets_links_again_is_told_nothing_in_its_configuration(linked: Linked) -> None:
    linked.put("detail")
    hands, file = linked.house.hands, linked.folder / "extra_model_paths.yaml"
    file.write_text("own:\n  loras: x\n")
    file.chmod(0o600)
    change_app(hands, linked.app.id, {"way": "config"})
    linked.apply()
    assert set(yaml.safe_load(file.read_text())) == {"own", "modella"}
    assert file.stat().st_mode & 0o777 == 0o600
    change_app(hands, linked.app.id, {"way": "links"})
    assert linked.plan().has_work
    linked.apply()
    assert file.read_text() == "own:\n  loras: x\n"
    assert not linked.plan().has_work
    assert linked.names() == ["detail.safetensors"]


def test_one_model_more_leaves_the_others_in_the_configuration(linked: Linked) -> None:
    linked.put("one", 1)
    hands = linked.house.hands
    change_app(hands, linked.app.id, {"way": "config"})
    linked.apply()
    place = linked.library / "checkpoints/sdxl/two"
    lora(place / "two.safetensors", 2)
    linked.scan()
    second = next(each for each in hands.index.every() if each["name"] == "two")
    linked.apply(second["id"])
    told = yaml.safe_load((linked.folder / "extra_model_paths.yaml").read_text())["modella"]
    assert set(told["loras"].split("\n")) == {"loras", "checkpoints"}


def test_a_configuration_that_nobody_may_write_to_stays(linked: Linked) -> None:
    linked.put("detail")
    file = linked.folder / "extra_model_paths.yaml"
    file.write_text("own:\n  loras: x\n")
    file.chmod(0o444)
    change_app(linked.house.hands, linked.app.id, {"way": "config"})
    with pytest.raises(DiskTrouble, match="permission"):
        linked.apply()
    assert file.read_text() == "own:\n  loras: x\n"
