"""Links in apps: planned, made, found again, mended and taken back, and nothing of the app's touched."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from modella.core.errors import BadLink, Conflict, DiskTrouble, ModellaError, NotFound, Refused
from modella.io import disk
from modella.wiring import House
from modella.work.apps import add_app, app_of, apps, change_app, forget_app
from modella.work.doctor import examine
from modella.work.edit import Edit, edit
from modella.work.linking import unlink_app
from modella.work.scan import begin_scan
from modella.work.trash import delete
from tests.changing import lora
from tests.linked import Linked, comfyui


def test_a_plan_changes_nothing_and_says_what_would_be_done(linked: Linked) -> None:
    linked.put("detail")
    plan = linked.plan()
    assert [(each.action, each.path, each.method) for each in plan.lines] == [
        ("make", "models/loras/detail.safetensors", "relative")
    ]
    assert plan.lines[0].to == str(linked.library / "loras/sdxl/detail/detail.safetensors")
    assert linked.names() == []
    assert not linked.house.hands.store.links(linked.house.hands.library_id, linked.app.id)


def test_a_link_leads_to_the_file_and_applying_again_changes_nothing(linked: Linked) -> None:
    linked.put("detail")
    assert linked.apply().made == 1
    link = linked.at("detail.safetensors")
    assert link.is_symlink()
    assert not os.path.isabs(os.readlink(link))
    assert link.resolve() == (linked.library / "loras/sdxl/detail/detail.safetensors").resolve()
    before = link.lstat()
    again = linked.apply()
    assert (again.made, again.mended, again.removed, again.kept) == (0, 0, 0, 1)
    assert link.lstat().st_ino == before.st_ino
    assert not linked.plan().has_work


def test_library_and_app_may_travel_together(linked: Linked, tmp_path: Path) -> None:
    linked.put("detail")
    linked.apply()
    linked.house.close()
    (tmp_path / "moved").mkdir()
    for each in ("library", "ComfyUI"):
        (tmp_path / each).rename(tmp_path / "moved" / each)
    assert (tmp_path / "moved/ComfyUI/models/loras/detail.safetensors").read_bytes()


@pytest.mark.parametrize("method", ["absolute", "hardlink", "copy"])
def test_files_get_there_by_the_method_that_was_chosen(linked: Linked, method: str) -> None:
    linked.put("detail")
    change_app(linked.house.hands, linked.app.id, {"method": method})
    linked.apply()
    place, source = linked.at("detail.safetensors"), linked.library / "loras/sdxl/detail/detail.safetensors"
    assert place.read_bytes() == source.read_bytes()
    found = {
        "absolute": place.is_symlink() and os.path.isabs(os.readlink(place)),
        "hardlink": place.stat().st_ino == source.stat().st_ino,
        "copy": not place.is_symlink() and place.stat().st_ino != source.stat().st_ino,
    }
    assert found[method]
    assert not linked.plan().has_work
    assert unlink_app(linked.house.hands, linked.app.id).removed == 1
    assert linked.names() == []
    assert source.is_file()


def test_another_method_replaces_what_was_made_by_the_first(linked: Linked) -> None:
    linked.put("detail")
    linked.apply()
    change_app(linked.house.hands, linked.app.id, {"method": "hardlink"})
    assert [each.action for each in linked.plan().lines] == ["mend"]
    assert linked.apply().mended == 1
    assert not linked.at("detail.safetensors").is_symlink()


def test_a_foreign_file_in_the_way_stays_and_is_told(linked: Linked) -> None:
    linked.put("detail")
    linked.at("detail.safetensors").write_bytes(b"mine")
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == ("blocked", "foreign-file")
    assert linked.apply().blocked == 1
    assert linked.at("detail.safetensors").read_bytes() == b"mine"
    unlink_app(linked.house.hands, linked.app.id)
    assert linked.at("detail.safetensors").read_bytes() == b"mine"


@pytest.mark.parametrize("thing", ["folder", "link", "own-link", "same-file", "pipe", "loop"])
def test_whatever_has_the_name_is_named_and_left(linked: Linked, thing: str) -> None:
    linked.put("detail")
    place, source = linked.at("detail.safetensors"), linked.library / "loras/sdxl/detail/detail.safetensors"
    make = {
        "folder": place.mkdir,
        "link": lambda: place.symlink_to("elsewhere"),
        "own-link": lambda: place.symlink_to(source),
        "same-file": lambda: os.link(source, place),
        "pipe": lambda: os.mkfifo(place),
        "loop": lambda: place.symlink_to(place.name),
    }
    make[thing]()
    before = place.lstat()
    why = {
        "folder": ("blocked", "foreign-folder"),
        "link": ("blocked", "foreign-link"),
        "own-link": ("there", "own-link"),
        "same-file": ("there", "same-file"),
        "pipe": ("blocked", "foreign-other"),
        "loop": ("blocked", "link-loop"),
    }
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == why[thing]
    linked.apply()
    unlink_app(linked.house.hands, linked.app.id)
    assert (place.lstat().st_ino, place.lstat().st_mode) == (before.st_ino, before.st_mode)


def test_two_files_of_one_name_get_names_of_their_own_and_keep_them(linked: Linked) -> None:
    first = linked.put("detail")
    linked.apply()
    lora(linked.library / "loras/sd15/detail/detail.safetensors", 2)
    linked.scan()
    linked.apply()
    second = next(each for each in linked.house.hands.index.every() if each["id"] != first["id"])
    other = f"detail-{second['id'][-8:]}.safetensors"
    assert linked.names() == sorted(["detail.safetensors", other])
    assert linked.at("detail.safetensors").resolve() == linked.library / "loras/sdxl/detail/detail.safetensors"
    delete(linked.house.hands, first["id"])
    linked.apply()
    assert linked.names() == [other], "a link keeps the name by which workflows know it"
    assert not linked.plan(second["id"]).has_work


def test_a_moved_model_is_found_by_its_link_again(linked: Linked) -> None:
    record = linked.put("detail")
    linked.apply()
    target = linked.library / "loras/other"
    target.mkdir(parents=True)
    (linked.library / "loras/sdxl/detail").rename(target / "detail")
    linked.scan()
    line = linked.lines(record["id"])["detail.safetensors"]
    assert (line.action, line.drift) == ("mend", "broken")
    linked.apply()
    assert linked.at("detail.safetensors").resolve() == target / "detail/detail.safetensors"


def test_a_deleted_model_leaves_the_app(linked: Linked) -> None:
    record = linked.put("detail")
    linked.apply()
    delete(linked.house.hands, record["id"])
    assert linked.apply(record["id"]).removed == 1
    assert linked.names() == []


def test_a_link_that_somebody_removed_is_missed_and_made_again(linked: Linked) -> None:
    linked.put("detail")
    linked.apply()
    linked.at("detail.safetensors").unlink()
    assert linked.plan().drift == {"missing": 1}
    assert linked.apply().made == 1


def test_what_took_the_place_of_a_link_stays(linked: Linked) -> None:
    record = linked.put("detail")
    linked.apply()
    linked.at("detail.safetensors").unlink()
    linked.at("detail.safetensors").write_bytes(b"a training of mine")
    assert linked.plan().drift == {"foreign": 1}
    linked.apply()
    delete(linked.house.hands, record["id"])
    linked.apply()
    unlink_app(linked.house.hands, linked.app.id)
    assert linked.at("detail.safetensors").read_bytes() == b"a training of mine"


def test_a_copy_that_was_changed_is_nobodys_to_remove(linked: Linked) -> None:
    linked.put("detail")
    change_app(linked.house.hands, linked.app.id, {"method": "copy"})
    linked.apply()
    with linked.at("detail.safetensors").open("ab") as file:
        file.write(b"more")
    assert linked.plan().drift == {"changed": 1}
    unlink_app(linked.house.hands, linked.app.id)
    assert linked.names() == ["detail.safetensors"]


def test_the_last_name_of_some_content_is_not_removed(linked: Linked) -> None:
    linked.put("detail")
    change_app(linked.house.hands, linked.app.id, {"method": "hardlink"})
    linked.apply()
    shutil.rmtree(linked.library / "loras")
    unlink_app(linked.house.hands, linked.app.id)
    assert linked.names() == ["detail.safetensors"]


def test_a_model_that_is_away_keeps_its_links(linked: Linked) -> None:
    record = linked.put("detail")
    linked.apply()
    hands = linked.house.hands
    hands.index.set_state("", "unreachable")
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == ("keep", "not-present")
    linked.apply()
    assert linked.names() == ["detail.safetensors"]
    assert record["id"] in {each.model for each in hands.store.links(hands.library_id, linked.app.id)}


def test_what_is_said_of_a_model_counts(linked: Linked) -> None:
    record = linked.put("detail")
    hands = linked.house.hands
    for said, expected in (
        ({"link": False}, "switched-off"),
        ({"versions": "<0.3"}, "version"),
        ({"versions": ">=0.3.50"}, None),
    ):
        edit(hands, record["id"], Edit(apps={"comfyui": said}))
        assert linked.plan().reasons == ({expected: 1} if expected else {})
    edit(hands, record["id"], Edit(apps={"comfyui": {"path": "models/loras/mine/best.safetensors"}}))
    linked.apply()
    assert (linked.folder / "models/loras/mine/best.safetensors").is_symlink()
    edit(hands, record["id"], Edit(apps={"*": {"link": False}, "comfyui": None}))
    linked.apply()
    assert linked.names() == [], "the folder that was made for it is gone, too"


def test_an_upgrade_lets_a_model_age_out(linked: Linked) -> None:
    record = linked.put("detail")
    edit(linked.house.hands, record["id"], Edit(apps={"comfyui": {"versions": "<0.4"}}))
    linked.apply()
    assert linked.names() == ["detail.safetensors"]
    (linked.folder / "comfyui_version.py").write_text('__version__ = "0.4.0"\n')
    plan = linked.plan()
    assert plan.upgraded is not None
    assert (plan.upgraded.before, plan.upgraded.now) == ("0.3.60", "0.4.0")
    assert plan.actions == {"remove": 1}
    linked.apply()
    assert linked.names() == []
    assert linked.plan().upgraded is None


def test_a_range_without_sense_is_refused_where_it_is_said(linked: Linked) -> None:
    record = linked.put("detail")
    with pytest.raises(BadLink, match="bad-value"):
        edit(linked.house.hands, record["id"], Edit(apps={"comfyui": {"versions": "newest"}}))


def test_files_in_the_apps_own_folder_need_no_link(house: House, tmp_path: Path) -> None:
    linked = Linked(house, comfyui(house.hands.library.root / "ComfyUI"))
    lora(linked.at("own.safetensors"))
    linked.scan()
    line = linked.lines()["own.safetensors"]
    assert (line.action, line.why) == ("there", "lives-here")
    linked.apply()
    assert linked.names() == ["own.safetensors"]


def test_a_folder_that_leads_into_the_library_gets_no_links(linked: Linked) -> None:
    linked.put("detail")
    (linked.folder / "models/loras").rmdir()
    (linked.folder / "models/loras").symlink_to(linked.library / "loras")
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == ("there", "lives-here")
    linked.apply()
    assert sorted(os.listdir(linked.library / "loras")) == ["sdxl"]


@pytest.mark.parametrize("trouble", ["file", "loop", "nowhere"])
def test_what_is_no_folder_blocks_the_way(linked: Linked, trouble: str) -> None:
    linked.put("detail")
    loras = linked.folder / "models/loras"
    loras.rmdir()
    if trouble == "file":
        loras.write_bytes(b"")
    else:
        loras.symlink_to("loras" if trouble == "loop" else "gone")
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == ("blocked", "link-loop" if trouble == "loop" else "way-blocked")
    assert linked.apply().blocked == 1


def test_a_folder_that_may_not_be_written_is_told(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.put("detail")
    _refuse(monkeypatch, "touch", errno.EACCES)
    line = linked.lines()["detail.safetensors"]
    assert (line.action, line.why) == ("blocked", "folder-unwritable")


def test_without_the_right_to_make_links_hard_links_are_made(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.put("detail")
    _refuse(monkeypatch, "symlink_to", errno.EPERM)
    assert linked.lines()["detail.safetensors"].method == "hardlink"
    change_app(linked.house.hands, linked.app.id, {"method": "absolute"})
    assert linked.lines()["detail.safetensors"].why == "no-symbolic-links"


def test_hard_links_do_not_lead_to_another_disk(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == linked.library.stat().st_dev:
        pytest.skip("there is no second file system here (looked for /dev/shm)")
    folder = comfyui(other / f"modella-{os.getpid()}")
    try:
        linked.put("detail")
        far = Linked(linked.house, folder)
        assert far.lines()["detail.safetensors"].method == "absolute"
        change_app(linked.house.hands, far.app.id, {"method": "hardlink"})
        assert far.lines()["detail.safetensors"].why == "other-volume"
        change_app(linked.house.hands, far.app.id, {"method": "auto"})
        far.apply()
        assert (folder / "models/loras/detail.safetensors").resolve().is_file()
    finally:
        shutil.rmtree(folder)


def _refuse(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(disk.Path, name, refuse)


def test_an_app_that_vanished_is_told_and_nothing_is_forgotten(linked: Linked, tmp_path: Path) -> None:
    linked.put("detail")
    linked.apply()
    linked.folder.rename(tmp_path / "away")
    with pytest.raises(DiskTrouble, match="app-gone"):
        linked.plan()
    with pytest.raises(DiskTrouble, match="app-gone"):
        linked.apply()
    (tmp_path / "away").rename(linked.folder)
    assert linked.plan().actions == {"keep": 1}


def test_the_doctor_tells_of_links_that_are_not_as_they_were_left(linked: Linked, tmp_path: Path) -> None:
    def found() -> dict[str, object]:
        told = examine(linked.house.hands)
        return {each["check"]: each["facts"].get("count") for each in told if "app" in each["facts"]}

    linked.put("detail")
    assert found() == {}
    linked.apply()
    linked.at("detail.safetensors").unlink()
    (linked.folder / "comfyui_version.py").write_text('__version__ = "0.4.0"')
    assert found() == {"app-upgraded": None, "links-drifted": 1}
    linked.folder.rename(tmp_path / "away")
    assert found() == {"app-gone": None}


def test_an_app_that_was_moved_keeps_its_links(linked: Linked, tmp_path: Path) -> None:
    linked.put("detail")
    linked.apply()
    hands, app = linked.house.hands, linked.app.id
    with pytest.raises(ModellaError, match="no-such-path"):
        change_app(hands, app, {"path": str(tmp_path / "nowhere")})
    with pytest.raises(Conflict, match="app-added-already"):
        other = add_app(hands, str(comfyui(tmp_path / "other")))
        change_app(hands, other.id, {"path": str(linked.folder)})
    (tmp_path / "far/away").mkdir(parents=True)
    linked.folder = linked.folder.rename(tmp_path / "far/away/ComfyUI")
    change_app(hands, app, {"path": str(linked.folder)})
    assert [(each.action, each.drift) for each in linked.plan().lines] == [("mend", "broken")]
    assert linked.apply().mended == 1
    assert linked.at("detail.safetensors").read_bytes()


def test_an_app_is_added_once_and_forgotten_whole(linked: Linked, tmp_path: Path) -> None:
    hands = linked.house.hands
    with pytest.raises(Conflict, match="app-added-already"):
        add_app(hands, str(linked.folder))
    second = add_app(hands, str(comfyui(tmp_path / "second", "0.2.9")), "comfyui", {"title": "Old one"})
    assert (second.id, second.title, second.version) == ("comfyui-2", "Old one", "0.2.9")
    forget_app(hands, linked.app.id)
    assert [each.id for each in apps(hands)] == ["comfyui-2"]
    with pytest.raises(NotFound, match="unknown-id"):
        app_of(hands, linked.app.id)


def test_an_app_without_links_says_why(house: House, tmp_path: Path) -> None:
    (tmp_path / "models/blobs").mkdir(parents=True)
    (tmp_path / "models/manifests").mkdir()
    with pytest.raises(Refused, match="app-takes-no-links"):
        add_app(house.hands, str(tmp_path / "models"), "ollama")


@pytest.mark.parametrize("wishes", [{"method": "magic"}, {"version": "newest"}])
def test_wishes_without_sense_are_refused(house: House, tmp_path: Path, wishes: dict[str, str]) -> None:
    folder = comfyui(tmp_path / "ComfyUI")
    with pytest.raises(BadLink, match="bad-value"):
        add_app(house.hands, str(folder), None, wishes)


@pytest.mark.parametrize("method", ["relative", "hardlink", "copy"])
def test_second_places_of_files_are_no_models_of_their_own(linked: Linked, method: str) -> None:
    hands = linked.house.hands
    linked.put("detail")
    lora(linked.at("own.safetensors"), 2)
    change_app(hands, linked.app.id, {"method": method})
    linked.apply()
    begin_scan(hands, [linked.folder / "models"], quiet=0.0).finished.wait(60)
    assert sorted(Path(each["place"]).stem for each in hands.index.every()) == ["detail", "own"]
    if method == "copy":
        linked.at("detail.safetensors").unlink()
        lora(linked.at("detail.safetensors"), 3)
        begin_scan(hands, [linked.folder / "models"], quiet=0.0).finished.wait(60)
        assert hands.index.count() == 3, "what somebody has put in its place is a model"


# --------------------------------------------------------------------------------------------------- deaths on the way


class Died(BaseException):
    """The process is dead."""


@pytest.mark.parametrize("method", ["relative", "hardlink", "copy"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("act", ["make", "remove"])
def test_a_death_on_the_way_is_found_out_and_finished(
    linked: Linked, method: str, moment: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked.put("detail")
    hands = linked.house.hands
    change_app(hands, linked.app.id, {"method": method})
    if act == "remove":
        linked.apply()
    name = {"relative": "symbolic_link", "hardlink": "hard_link", "copy": "copy_new"}[method]
    name = name if act == "make" else "unlink_unchanged"
    with monkeypatch.context() as patched:
        _die(patched, name, moment)
        with pytest.raises(Died):
            if act == "make":
                linked.apply()
            else:
                unlink_app(hands, linked.app.id)
    assert [each.state for each in hands.store.links(hands.library_id, linked.app.id)] in (["making"], ["removing"])
    linked.apply()
    assert linked.at("detail.safetensors").read_bytes()
    assert not linked.plan().has_work
    assert [each.state for each in hands.store.links(hands.library_id, linked.app.id)] == ["made"]
    unlink_app(hands, linked.app.id)
    assert linked.names() == []


def _die(patched: pytest.MonkeyPatch, name: str, moment: str) -> None:
    real = getattr(disk, name)

    def die(*arguments: object, **more: object) -> object:
        if moment == "after":
            real(*arguments, **more)
        raise Died

    patched.setattr(f"modella.work.linking.{name}", die)


def test_a_line_that_fails_leaves_the_others_to_be_done(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.put("one", 1)
    linked.put("two", 2)
    real = disk.symbolic_link

    def sometimes(text: str, place: Path, *, to_folder: bool = False) -> bool:
        if place.name.startswith("one"):
            raise DiskTrouble("disk-error", path=str(place))
        return real(text, place, to_folder=to_folder)

    monkeypatch.setattr("modella.work.linking.symbolic_link", sometimes)
    outcome = linked.apply()
    assert (outcome.made, [each.code for each in outcome.failed]) == (1, ["disk-error"])
    monkeypatch.undo()
    assert linked.apply().made == 1


def test_a_name_that_is_taken_in_the_last_moment_is_not_ours(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.put("detail")
    real = disk.symbolic_link

    def too_late(text: str, place: Path, *, to_folder: bool = False) -> bool:
        place.write_bytes(b"theirs")
        return real(text, place, to_folder=to_folder)

    monkeypatch.setattr("modella.work.linking.symbolic_link", too_late)
    outcome = linked.apply()
    assert [each.code for each in outcome.failed] == ["name-taken"]
    monkeypatch.undo()
    unlink_app(linked.house.hands, linked.app.id)
    assert linked.at("detail.safetensors").read_bytes() == b"theirs"


def test_an_unknown_app_is_no_app(house: House) -> None:
    with pytest.raises(ModellaError, match="unknown-id"):
        app_of(house.hands, "nothing")
