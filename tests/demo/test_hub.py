"""The stand-in hub answers as Civitai, Hugging Face and their storage do, the awkward parts included."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from PIL import Image

from modella.core.packages import read_packages
from modella.demo.catalogue import Catalogue
from modella.demo.civitai import ACCOUNT, KEY
from modella.demo.hub import Hub
from modella.demo.huggingface import TOKEN
from modella.demo.repos import git_sha1
from modella.demo.sample_packages import sample_packages
from tests.terminal import wait_for

AGENT = {"User-Agent": "modella-test/1"}
KEYED = AGENT | {"Authorization": f"Bearer {KEY}"}
LOGGED_IN = AGENT | {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Hub]:
    with Hub(count=80) as running:
        yield running


@pytest.fixture
def hub(shared: Hub) -> Iterator[Hub]:
    """The hub as it was started, whatever the test before did to its switches."""
    yield shared
    shared.behave()
    shared.forget()
    shared.anonymous_downloads = True
    shared.civitai.download_limit = shared.civitai.empty_page = shared.storage.signature_seconds = None
    shared.civitai.region_blocked = shared.huggingface.repeated_cursor = False
    shared.civitai.repeated_cursor = None
    shared.civitai.deleted.clear()
    shared.civitai.downloads = 0
    shared.huggingface.left, shared.huggingface.tree_page = 3000, 1000


@pytest.fixture(scope="module")
def client() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False) as pool:
        yield pool


class Caller:
    """Asks without following redirects."""

    def __init__(self, pool: urllib3.PoolManager, hub: Hub) -> None:
        self.pool = pool
        self.hub = hub

    def __call__(self, address: str, headers: dict[str, str] = AGENT, method: str = "GET", **more: Any) -> Any:
        return self.pool.request(method, address, headers=headers, redirect=False, **more)

    def civitai(self, path: str, headers: dict[str, str] = AGENT, method: str = "GET", **more: Any) -> Any:
        return self(f"{self.hub.civitai_url}{path}", headers, method, **more)

    def hf(self, path: str, headers: dict[str, str] = AGENT, method: str = "GET", **more: Any) -> Any:
        return self(f"{self.hub.huggingface_url}{path}", headers, method, **more)


@pytest.fixture
def ask(client: urllib3.PoolManager, hub: Hub) -> Caller:
    return Caller(client, hub)


# the catalogue


def test_the_same_seed_is_the_same_catalogue() -> None:
    assert Catalogue(3, 60).models == Catalogue(3, 60).models
    assert Catalogue(3, 60).models != Catalogue(4, 60).models


def test_a_full_catalogue_holds_hundreds_of_models_in_several_scripts() -> None:
    names = [model.name for model in Catalogue().models.values()]
    assert len(names) == 320
    for beginning, end in ((0x0400, 0x04FF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0x1F300, 0x1FAFF)):
        assert any(beginning <= ord(letter) <= end for name in names for letter in name)


def test_licences_come_in_every_form_the_real_hub_used() -> None:
    forms = {type(model.commercial) for model in Catalogue().models.values()}
    texts = {model.commercial for model in Catalogue().models.values() if isinstance(model.commercial, str)}
    assert {tuple, str} <= forms
    assert "{Image,RentCivit}" in texts


def test_every_theme_has_a_link_and_every_link_an_answer(hub: Hub, ask: Caller) -> None:
    statuses = {theme: ask(hub.example(theme)).status for theme in hub.themes if theme != "direct-big"}
    odd = {"hf-private": 401, "hf-renamed": 307, "release": 302}
    assert statuses == {theme: odd.get(theme, 200) for theme in statuses}


# Civitai: lists


def pages(ask: Caller, query: str) -> list[dict[str, Any]]:
    found, address = [], f"{ask.hub.civitai_url}/api/v1/models?{query}"
    while address:
        answer = ask(address).json()
        found.append(answer)
        address = answer["metadata"].get("nextPage")
    return found


def test_paging_by_cursor_visits_every_model_once_and_then_ends(hub: Hub, ask: Caller) -> None:
    answers = pages(ask, "limit=25&nsfw=true")
    ids = [item["id"] for answer in answers for item in answer["items"]]
    assert sorted(ids) == sorted(model.id for model in hub.catalogue.models.values() if model.listed)
    assert all("nextCursor" in answer["metadata"] for answer in answers[:-1])
    assert "nextCursor" not in answers[-1]["metadata"]
    assert "currentPage" not in answers[0]["metadata"]


def test_paging_by_page_says_which_and_carries_the_cursor(ask: Caller) -> None:
    meta = ask.civitai("/api/v1/models?limit=10&page=2").json()["metadata"]
    assert (meta["currentPage"], meta["pageSize"]) == (2, 10)
    assert "cursor=" in meta["nextPage"]
    assert "%7C" in meta["nextPage"]


def test_a_page_can_be_empty_and_still_not_be_the_last(hub: Hub, ask: Caller) -> None:
    hub.civitai.empty_page = 1
    answers = pages(ask, "limit=25&nsfw=true")
    assert [bool(answer["items"]) for answer in answers][:3] == [True, False, True]


def test_a_cursor_can_come_a_second_time(hub: Hub, ask: Caller) -> None:
    hub.civitai.repeated_cursor = 1
    first = ask.civitai("/api/v1/models?limit=5").json()["metadata"]["nextCursor"]
    again = ask.civitai(f"/api/v1/models?limit=5&cursor={first.replace('|', '%7C')}").json()["metadata"]["nextCursor"]
    assert first == again
    assert isinstance(ask.civitai("/api/v1/models?limit=1&query=a").json()["metadata"]["nextCursor"], int)


def test_a_deleted_model_stays_in_the_lists_for_a_while(hub: Hub, ask: Caller) -> None:
    model = ask.civitai("/api/v1/models?limit=1").json()["items"][0]
    hub.civitai.deleted.add(model["id"])
    assert ask.civitai("/api/v1/models?limit=1").json()["items"][0]["id"] == model["id"]
    assert ask.civitai(f"/api/v1/models/{model['id']}").status == 404
    assert ask.civitai(f"/api/v1/model-versions/{model['modelVersions'][0]['id']}").status == 404


def test_filters_narrow_the_list(ask: Caller) -> None:
    def items(query: str) -> list[dict[str, Any]]:
        return list(ask.civitai(f"/api/v1/models?nsfw=true&{query}").json()["items"])

    assert {item["type"] for item in items("types=VAE&types=Controlnet")} == {"VAE", "Controlnet"}
    assert {v["baseModel"] for item in items("baseModels=Flux.1%20D") for v in item["modelVersions"]} == {"Flux.1 D"}
    assert [item["name"] for item in items("query=marmalade%20sky")] == ["Marmalade Sky"]
    assert items("baseModels=Nothing%20Known") == []
    newest = [item["modelVersions"][0]["publishedAt"] for item in items("sort=Newest")]
    assert newest[0] > newest[-1]


def test_mature_models_are_shown_only_when_asked_for(ask: Caller) -> None:
    mild = {item["nsfwLevel"] for item in ask.civitai("/api/v1/models").json()["items"] if "nsfwLevel" in item}
    everything = ask.civitai("/api/v1/models?nsfw=true").json()["items"]
    assert mild == {1}
    assert any(item.get("nsfwLevel", 1) > 1 for item in everything)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("types=LORA,Checkpoint", 400),
        ("limit=101", 400),
        ("page=0", 400),
        ("sort=Sideways", 400),
        ("query=a&page=1", 400),
        ("page=11&limit=100", 429),
        ("favorites=true", 401),
        ("somethingNew=1", 200),
    ],
)
def test_bad_list_parameters_get_the_status_of_the_real_hub(ask: Caller, query: str, status: int) -> None:
    answer = ask.civitai(f"/api/v1/models?{query}")
    assert answer.status == status
    assert status == 200 or "error" in answer.json()


# Civitai: single things


def test_pictures_have_ids_in_lists_and_none_in_single_models(hub: Hub, ask: Caller) -> None:
    model = hub.catalogue.themes["lora"]
    listed = ask.civitai(f"/api/v1/models?ids={model.id}").json()["items"][0]
    single = ask.civitai(f"/api/v1/models/{model.id}").json()
    assert "id" in listed["modelVersions"][0]["images"][0]
    assert "id" not in single["modelVersions"][0]["images"][0]


def test_an_unknown_model_or_version_is_404_in_the_real_words(ask: Caller) -> None:
    assert ask.civitai("/api/v1/models/999").json() == {"error": "No model with id 999"}
    assert ask.civitai("/api/v1/model-versions/999").json() == {"error": "Model not found"}
    assert ask.civitai(f"/api/v1/model-versions/by-hash/{'A' * 64}").status == 404


def test_the_imperfect_models_are_imperfect(hub: Hub, ask: Caller) -> None:
    def shown(theme: str) -> dict[str, Any]:
        return dict(ask.civitai(f"/api/v1/models/{hub.catalogue.themes[theme].id}").json())

    assert "creator" not in shown("no-creator")
    assert shown("no-versions")["modelVersions"] == []
    assert shown("taken-down")["modelVersions"][0]["images"] == []
    assert shown("archived")["modelVersions"][0]["files"] == []
    assert "downloadUrl" not in shown("archived")["modelVersions"][0]
    assert shown("no-hash")["modelVersions"][0]["files"][0]["hashes"] == {}
    sparse = shown("missing-fields")
    assert {"stats", "tags", "nsfwLevel"}.isdisjoint(sparse)
    assert sparse["modelVersions"][0]["trainedWords"] is None
    assert "<script>" in shown("hostile")["description"]
    assert len(shown("several-files")["modelVersions"][0]["files"]) == 5
    assert len({version["baseModel"] for version in shown("several-versions")["modelVersions"]}) == 4
    assert shown("paid")["modelVersions"][0]["paidAccess"] == {"permanent": True, "endsAt": None}


def test_the_published_hashes_are_those_of_the_bytes(hub: Hub, ask: Caller, client: urllib3.PoolManager) -> None:
    version = hub.version("lora")
    told = ask.civitai(f"/api/v1/model-versions/{version.id}").json()["files"][0]
    bytes_ = client.request("GET", hub.download_link("lora"), headers=AGENT, retries=3).data
    header = 8 + int.from_bytes(bytes_[:8], "little")
    sha256 = hashlib.sha256(bytes_).hexdigest().upper()
    assert told["hashes"]["SHA256"] == sha256
    assert told["hashes"]["AutoV2"] == sha256[:10]
    assert told["hashes"]["AutoV3"] == hashlib.sha256(bytes_[header:]).hexdigest()[:12].upper()
    assert round(told["sizeKB"] * 1024) == len(bytes_)


def test_a_mislabelled_file_has_another_hash_than_published(hub: Hub, ask: Caller) -> None:
    version = hub.version("wrong-hash")
    told = ask.civitai(f"/api/v1/model-versions/{version.id}").json()["files"][0]["hashes"]["SHA256"]
    assert told != version.files[0].digests["SHA256"]
    assert len(told) == 64


def test_a_hash_finds_its_version_in_any_spelling(hub: Hub, ask: Caller) -> None:
    version = hub.version("flux")
    for name, value in version.files[0].digests.items():
        for spelling in (value, value.lower()):
            found = ask.civitai(f"/api/v1/model-versions/by-hash/{spelling}").json()
            assert found["id"] == version.id or name == "AutoV1"


def test_of_two_uploads_of_one_file_the_older_is_found(hub: Hub, ask: Caller) -> None:
    pair = [hub.version("duplicate"), hub.version("duplicate-again")]
    value = pair[0].files[0].digests["SHA256"]
    assert value == pair[1].files[0].digests["SHA256"]
    oldest = min(pair, key=lambda version: version.published or "")
    assert ask.civitai(f"/api/v1/model-versions/by-hash/{value}").json()["id"] == oldest.id


def post(ask: Caller, path: str, value: Any) -> Any:
    return ask.civitai(path, AGENT | {"Content-Type": "application/json"}, "POST", body=json.dumps(value).encode())


def test_many_hashes_at_once_come_back_unordered_with_a_null_and_without_the_misses(hub: Hub, ask: Caller) -> None:
    versions = [hub.version(theme) for theme in ("lora", "flux", "embedding")]
    values = [version.files[0].digests["SHA256"] for version in versions]
    found = post(ask, "/api/v1/model-versions/by-hash", [*values, "0" * 64]).json()
    ids = [entry["id"] for entry in found if entry]
    assert None in found
    assert sorted(ids) == sorted(version.id for version in versions)
    assert ids != [version.id for version in versions]


def test_hashes_become_ids_and_misses_are_dropped(hub: Hub, ask: Caller) -> None:
    version = hub.version("lora")
    value = version.files[0].digests["SHA256"]
    found = post(ask, "/api/v1/model-versions/by-hash/ids", [value.lower(), "0" * 64]).json()
    assert found == [{"modelVersionId": version.id, "modelId": hub.catalogue.themes["lora"].id, "hash": value}]


def test_too_many_or_malformed_hashes_are_400(ask: Caller) -> None:
    assert post(ask, "/api/v1/model-versions/by-hash", ["0" * 64] * 101).status == 400
    assert post(ask, "/api/v1/model-versions/by-hash", ["short"]).status == 400


def test_one_file_alone_has_a_flat_answer(hub: Hub, ask: Caller) -> None:
    version = hub.version("several-files")
    second = version.files[2]
    mini = ask.civitai(f"/api/v1/model-versions/mini/{version.id}?modelFileId={second.id}").json()
    assert mini["fileName"] == second.name
    assert mini["hashes"]["SHA256"] == second.digests["SHA256"]


def test_an_image_page_leads_to_its_versions(hub: Hub, ask: Caller) -> None:
    version = hub.version("lora")
    found = ask.civitai(f"/api/v1/images?imageId={version.pictures[0].id}&withMeta=true").json()["items"]
    assert [item["modelVersionIds"] for item in found] == [[version.id]]
    assert found[0]["nsfwLevel"] in ("None", "Soft", "Mature", "X")


def test_a_key_is_checked_by_me(ask: Caller) -> None:
    assert ask.civitai("/api/v1/me").status == 401
    assert ask.civitai("/api/v1/me", KEYED).json()["username"] == "demo"
    assert ask.civitai(f"/api/v1/me?token={KEY}").status == 200


def test_enums_creators_and_tags_are_served(ask: Caller) -> None:
    assert "LORA" in ask.civitai("/api/v1/enums").json()["ModelType"]
    assert ask.civitai("/api/v1/creators?limit=2").json()["metadata"]["pageSize"] == 2
    assert ask.civitai("/api/v1/tags").json()["items"][0]["link"].startswith("http://127.0.0.1")


@pytest.mark.parametrize("agent", ["", "Python-urllib/3.11", "python-requests/2.32"])
def test_callers_without_a_name_of_their_own_are_turned_away(hub: Hub, ask: Caller, agent: str) -> None:
    answer = ask.civitai("/api/v1/models", {"User-Agent": agent} if agent else {"User-Agent": urllib3.util.SKIP_HEADER})
    assert (answer.status, answer.data) == (403, b"error code: 1010")


def test_a_blocked_region_is_451(hub: Hub, ask: Caller) -> None:
    hub.civitai.region_blocked = True
    answer = ask.civitai("/api/v1/models")
    assert (answer.status, answer.json()["code"]) == (451, "REGION_BLOCKED")


# Civitai: downloads


def test_a_download_goes_to_another_host_with_a_signature_and_a_name(hub: Hub, ask: Caller) -> None:
    answer = ask(hub.download_link("lora"))
    target = urlsplit(answer.headers["Location"])
    assert (answer.status, answer.headers["Cache-Control"]) == (307, "no-store, max-age=0")
    assert answer.data.decode() == answer.headers["Location"]
    assert (target.hostname, urlsplit(hub.civitai_url).hostname) == ("localhost", "127.0.0.1")
    stored = ask(answer.headers["Location"], AGENT | {"Range": "bytes=0-7"})
    assert (stored.status, len(stored.data)) == (206, 8)
    assert stored.headers["Content-Disposition"] == f'attachment; filename="{hub.version("lora").files[0].name}"'


def both_stores(hub: Hub, ask: Caller) -> list[str]:
    """One signed address in each of the two styles."""
    found: dict[str, str] = {}
    for _, version in hub.catalogue.versions.values():
        address = ask(f"{hub.civitai_url}/api/download/models/{version.id}").headers.get("Location", "")
        found[urlsplit(address).path.split("/")[1] if address else ""] = address
    return [found["model"], found["file"]]


def test_the_storage_refuses_credentials_and_unsigned_requests(hub: Hub, ask: Caller) -> None:
    for address in both_stores(hub, ask):
        assert ask(address, KEYED).status == 400
        assert ask(address.split("?")[0]).status in (401, 403)
        assert ask(address).status == 200
        assert ask(address, AGENT | {"Range": "bytes=99999999999-"}).status == 416


def test_a_signed_address_expires_and_a_new_one_works(hub: Hub, ask: Caller) -> None:
    hub.storage.signature_seconds = -1
    old = ask(hub.download_link("lora")).headers["Location"]
    hub.storage.signature_seconds = None
    new = ask(hub.download_link("lora")).headers["Location"]
    assert ask(old).status in (401, 403)
    assert b"<Error>" in ask(old).data
    assert ask(new).status == 200
    assert urlsplit(old).path == urlsplit(new).path


def test_a_file_is_chosen_by_its_id_or_its_properties(hub: Hub, ask: Caller) -> None:
    version = hub.version("several-files")
    link = hub.download_link("several-files")
    for file in version.files:
        target = ask(f"{link}?fileId={file.id}").headers["Location"]
        assert hashlib.sha256(ask(target).data).hexdigest().upper() == file.digests["SHA256"]
    vae = ask(f"{link}?type=VAE&format=PickleTensor").headers["Location"]
    assert hashlib.sha256(ask(vae).data).hexdigest().upper() == version.files[3].digests["SHA256"]
    assert ask(f"{link}?type=VAE&format=GGUF").status == 404
    assert ask(f"{link}?format=Papyrus").status == 400


@pytest.mark.parametrize(
    ("theme", "status", "words"),
    [
        ("early-access", 403, "Early Access"),
        ("paid", 403, "You do not have access to download this file"),
        ("generation-only", 403, "You do not have access to download this file"),
        ("disabled", 401, "Unauthorized"),
        ("archived", 410, "Model archived, not available for download"),
        ("taken-down", 404, "File not found"),
    ],
)
def test_refused_downloads_say_why(hub: Hub, ask: Caller, theme: str, status: int, words: str) -> None:
    answer = ask(hub.download_link(theme), KEYED)
    assert (answer.status, answer.json()["error"]) == (status, words)


def test_without_a_key_downloads_need_one_when_the_hub_is_strict(hub: Hub, ask: Caller) -> None:
    hub.anonymous_downloads = False
    link = hub.download_link("lora")
    assert ask(link).status == 401
    assert "logged in" in ask(link).json()["message"]
    assert ask(link, AGENT | {"Authorization": "Bearer wrong"}).status == 401
    assert ask(link, KEYED).status == 307
    assert ask(f"{link}?token={KEY}").status == 307


def test_an_error_shown_to_a_browser_ends_as_a_page_with_status_200(hub: Hub, client: urllib3.PoolManager) -> None:
    hub.anonymous_downloads = False
    for agent in ("Mozilla/5.0", "knowledge-fetcher/1.0"):
        answer = client.request("GET", hub.download_link("lora"), headers={"User-Agent": agent}, retries=5)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/html")


def test_too_many_downloads_meet_the_abuse_limit(hub: Hub, ask: Caller) -> None:
    hub.civitai.download_limit = 2
    assert [ask(hub.download_link("lora")).status for _ in range(3)] == [307, 307, 429]


def test_a_download_can_be_made_to_break_off_in_the_storage(hub: Hub, client: urllib3.PoolManager) -> None:
    hub.misbehave("files:/*", "reset-after:1000")
    with pytest.raises(urllib3.exceptions.HTTPError):
        client.request(
            "GET",
            hub.download_link("lora"),
            headers=AGENT,
            redirect=True,
            retries=urllib3.Retry(3, read=0),
        )
    wait_for(lambda: [request.sent for request in hub.files_origin.requests] == [1000])
    whole = client.request("GET", hub.download_link("lora"), headers=AGENT, retries=3)
    assert len(whole.data) == hub.version("lora").files[0].content.size


# Civitai: pictures


def test_pictures_are_served_at_the_width_asked_for(hub: Hub, ask: Caller) -> None:
    picture = hub.version("lora").pictures[0]
    answer = ask.civitai(f"/{ACCOUNT}/{picture.uuid}/width=300/{picture.id}.jpeg")
    image = Image.open(io.BytesIO(answer.data))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert image.width == 320
    assert abs(image.width / image.height - picture.width / picture.height) < 0.02


def test_a_video_is_a_webm_and_has_a_poster(hub: Hub, ask: Caller) -> None:
    images = ask.civitai(f"/api/v1/models/{hub.catalogue.themes['video'].id}").json()["modelVersions"][0]["images"]
    video = next(image for image in images if image["type"] == "video")
    clip = ask(video["url"])
    poster = ask(video["url"].replace("original=true", "anim=false,transcode=true,width=450").replace(".webm", ".jpeg"))
    assert (clip.headers["Content-Type"], clip.data[:4]) == ("video/webm", b"\x1a\x45\xdf\xa3")
    assert Image.open(io.BytesIO(poster.data)).format == "JPEG"


# Hugging Face


def test_lists_page_by_link_and_search_the_id_alone(hub: Hub, ask: Caller) -> None:
    first = ask.hf("/api/models?limit=4&sort=downloads")
    following = first.headers["Link"].split(">")[0].lstrip("<")
    second = ask(following)
    downloads = [item["downloads"] for item in [*first.json(), *second.json()]]
    assert downloads == sorted(downloads, reverse=True)
    assert {item["id"] for item in first.json()}.isdisjoint({item["id"] for item in second.json()})
    assert [item["id"] for item in ask.hf("/api/models?search=pocket+poet").json()] == ["quietengine/pocket-poet-gguf"]
    assert all("gguf" in item["tags"] for item in ask.hf("/api/models?filter=gguf").json())
    assert "Link" not in ask.hf("/api/models?limit=1000").headers


def test_a_private_repo_is_listed_only_for_its_reader(ask: Caller) -> None:
    def names(headers: dict[str, str]) -> set[str]:
        return {item["id"] for item in ask.hf("/api/models", headers).json()}

    assert "vetka/private-sketches" not in names(AGENT)
    assert "vetka/private-sketches" in names(LOGGED_IN)


def test_model_info_tells_blobs_only_when_asked(ask: Caller) -> None:
    lean = ask.hf("/api/models/little-atlas/atlas-xl").json()
    full = ask.hf("/api/models/little-atlas/atlas-xl?blobs=true").json()
    unet = next(s for s in full["siblings"] if s["rfilename"] == "unet/diffusion_pytorch_model.safetensors")
    assert all(set(sibling) == {"rfilename"} for sibling in lean["siblings"])
    assert unet["lfs"]["size"] == unet["size"]
    assert len(unet["lfs"]["sha256"]) == 64


def test_expand_gives_only_the_asked_fields(ask: Caller) -> None:
    shown = ask.hf("/api/models/vetka/open-gate?expand[]=gated&expand[]=cardData").json()
    assert set(shown) == {"_id", "id", "gated", "cardData"}
    assert shown["gated"] == "auto"


def test_a_revision_can_be_a_branch_a_commit_or_a_pull_request(ask: Caller) -> None:
    base = "/api/models/fieldnotes/many-branches"
    main = ask.hf(base).json()["sha"]
    assert ask.hf(f"{base}/revision/{main}").json()["sha"] == main
    shas = {ask.hf(f"{base}/revision/{revision}").json()["sha"] for revision in ("main", "fp16", "refs%2Fpr%2F1")}
    assert len(shas) == 3
    answer = ask.hf(f"{base}/revision/nowhere")
    assert (answer.status, answer.headers["X-Error-Code"]) == (404, "RevisionNotFound")
    refs = ask.hf(f"{base}/refs").json()
    assert [ref["ref"] for ref in refs["pullRequests"]] == ["refs/pr/1"]


def test_a_tree_shows_folders_or_everything_below_them(hub: Hub, ask: Caller) -> None:
    base = "/api/models/little-atlas/atlas-xl/tree/main"
    top = {entry["path"]: entry["type"] for entry in ask.hf(base).json()}
    deep = [entry["path"] for entry in ask.hf(f"{base}?recursive=true").json() if entry["type"] == "file"]
    inside = [entry["path"] for entry in ask.hf(f"{base}/unet").json()]
    assert (top["unet"], top["model_index.json"]) == ("directory", "file")
    assert "vae/config.json" in deep
    assert all(path.startswith("unet/") for path in inside)
    hub.huggingface.tree_page = 3
    assert len(ask.hf(f"{base}?recursive=true").json()) == 3
    assert 'rel="next"' in ask.hf(f"{base}?recursive=true").headers["Link"]


def test_asked_paths_are_described_and_missing_ones_left_out(ask: Caller) -> None:
    body = "paths=vae/config.json&paths=nothing.txt"
    form = AGENT | {"Content-Type": "application/x-www-form-urlencoded"}
    found = ask.hf("/api/models/little-atlas/atlas-xl/paths-info/main", form, "POST", body=body).json()
    assert [entry["path"] for entry in found] == ["vae/config.json"]


def test_a_large_file_resolves_to_the_cdn_which_knows_another_etag(hub: Hub, ask: Caller) -> None:
    path = "/quietengine/pocket-poet-gguf/resolve/main/pocket-poet-Q4_K_M.gguf"
    answer = ask.hf(path, method="HEAD")
    stored = ask(answer.headers["Location"])
    sha256 = hashlib.sha256(stored.data).hexdigest()
    assert (answer.status, len(answer.headers["X-Repo-Commit"])) == (302, 40)
    assert answer.headers["X-Linked-ETag"] == f'"{sha256}"'
    assert int(answer.headers["X-Linked-Size"]) == len(stored.data)
    assert stored.headers["ETag"] == f'"{answer.headers["X-Xet-Hash"]}"'
    assert answer.headers["X-Xet-Hash"] != sha256
    assert urlsplit(answer.headers["Location"]).hostname == "localhost"


def test_the_cdn_ignores_if_range_and_refuses_credentials(ask: Caller) -> None:
    path = "/quietengine/pocket-poet-gguf/resolve/main/pocket-poet-Q4_K_M.gguf"
    address = ask.hf(path).headers["Location"]
    asked = AGENT | {"Range": "bytes=5-9", "If-Range": '"something else"'}
    assert (ask(address, asked).status, ask(address, LOGGED_IN).status) == (206, 400)
    assert ask(address.split("&Signature")[0]).status == 403


def test_a_small_file_resolves_to_the_cache_with_its_git_hash(ask: Caller) -> None:
    first = ask.hf("/little-atlas/atlas-xl/resolve/main/model_index.json")
    location = first.headers["Location"]
    second = ask.hf(location)
    assert (first.status, second.status) == (307, 200)
    assert location.startswith("/api/resolve-cache/models/little-atlas/atlas-xl/")
    assert second.headers["ETag"] == f'"{git_sha1(second.data)}"'
    assert second.headers["X-Repo-Commit"] == first.headers["X-Repo-Commit"]


def test_raw_shows_the_pointer_of_a_large_file(ask: Caller) -> None:
    path = "fieldnotes/clearwater-vae/{}/main/clearwater-vae.safetensors"
    pointer = ask.hf("/" + path.format("raw")).data.decode()
    sha256 = ask.hf("/" + path.format("resolve")).headers["X-Linked-ETag"].strip('"')
    assert pointer.startswith("version https://git-lfs.github.com/spec/v1\n")
    assert sha256 in pointer


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/vetka/open-gate/resolve/main/open-gate.safetensors", AGENT, 401, "GatedRepo"),
        ("/vetka/open-gate/resolve/nowhere/nothing", AGENT, 401, "GatedRepo"),
        ("/vetka/open-gate/resolve/main/open-gate.safetensors", LOGGED_IN, 302, None),
        ("/vetka/closed-gate/resolve/main/closed-gate.safetensors", LOGGED_IN, 403, "GatedRepo"),
        ("/vetka/closed-gate/raw/main/README.md", AGENT, 401, "GatedRepo"),
        ("/vetka/private-sketches/resolve/main/x", AGENT, 401, None),
        ("/vetka/private-sketches/resolve/main/private-sketches.safetensors", LOGGED_IN, 302, None),
        ("/vetka/switched-off/resolve/main/x", LOGGED_IN, 403, None),
        ("/nobody/nothing/resolve/main/x", AGENT, 401, None),
        ("/nobody/nothing/resolve/main/x", LOGGED_IN, 404, "RepoNotFound"),
        ("/nobody/nothing/resolve/main/x", AGENT | {"Authorization": "Bearer hf_bad"}, 401, None),
        ("/little-atlas/atlas-xl/resolve/main/nothing.bin", AGENT, 404, "EntryNotFound"),
        ("/little-atlas/atlas-xl/resolve/nowhere/x", AGENT, 404, "RevisionNotFound"),
        ("/api/resolve-cache/models/little-atlas/atlas-xl/main/model_index.json", AGENT, 400, None),
        ("/api/agent-harnesses", AGENT, 404, None),
    ],
)
def test_access_is_refused_in_the_real_hubs_words(
    ask: Caller, path: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    answer = ask.hf(path, headers)
    assert (answer.status, answer.headers.get("X-Error-Code")) == (status, code)
    assert status < 400 or answer.headers["X-Error-Message"]


def test_the_readme_of_a_gated_repo_is_open_to_all(ask: Caller) -> None:
    assert ask.hf("/vetka/closed-gate/resolve/main/LICENSE.md").status == 200


def test_hashes_behind_a_gate_are_masked(ask: Caller) -> None:
    def oid(headers: dict[str, str]) -> str:
        entries = ask.hf("/api/models/vetka/open-gate/tree/main", headers).json()
        return str(next(entry for entry in entries if "lfs" in entry)["lfs"]["oid"])

    assert oid(AGENT) == "*" * 64
    assert len(set(oid(LOGGED_IN))) > 4


def test_a_renamed_repo_redirects_to_its_new_name(ask: Caller) -> None:
    answer = ask.hf("/api/models/fieldnotes/old-name")
    assert (answer.status, answer.headers["Location"]) == (307, "/api/models/fieldnotes/new-name")


def test_a_token_is_checked_by_whoami(ask: Caller) -> None:
    assert ask.hf("/api/whoami-v2").json() == {"error": "Invalid username or password."}
    assert ask.hf("/api/whoami-v2", LOGGED_IN).json()["name"] == "demo"


def test_the_rate_limit_is_told_and_kept(hub: Hub, ask: Caller) -> None:
    hub.huggingface.left = 1
    first, second = ask.hf("/api/models?limit=1"), ask.hf("/api/models?limit=1")
    assert (first.status, first.headers["RateLimit"]) == (200, '"api";r=0;t=51')
    assert second.status == 429


# the file host


def test_plain_files_are_served_under_the_names_of_recipes_and_sizes(hub: Hub, ask: Caller) -> None:
    lora = ask(f"{hub.files_url}/files/lora-sdxl.safetensors?seed=4")
    end = ask(f"{hub.files_url}/files/zero-5g.bin", AGENT | {"Range": "bytes=-4"})
    assert lora.headers["ETag"] == '"lora-sdxl.safetensors-4"'
    assert (end.status, end.headers["Content-Range"], end.data) == (
        206,
        f"bytes {(5 << 30) - 4}-{(5 << 30) - 1}/{5 << 30}",
        bytes(4),
    )
    assert ask(f"{hub.files_url}/files/nothing.bin").status == 404


def test_other_peoples_pages_lead_to_files_as_theirs_do(hub: Hub, ask: Caller) -> None:
    release = ask(f"{hub.files_url}/a/b/releases/download/v1/upscaler-compact.safetensors")
    asset = ask(release.headers["Location"])
    form = ask(f"{hub.files_url}/uc?id=lora-sdxl.safetensors&export=download")
    confirmed = ask(f"{hub.files_url}/download?id=lora-sdxl.safetensors&export=download&confirm=t")
    box = ask(f"{hub.files_url}/s/abc/lora-sdxl.safetensors?dl=0")
    direct = ask(f"{hub.files_url}/s/abc/lora-sdxl.safetensors?dl=1")
    assert asset.headers["Content-Disposition"] == "attachment; filename=upscaler-compact.safetensors"
    assert b'id="download-form"' in form.data
    assert confirmed.headers["Content-Type"] == "application/octet-stream"
    assert box.headers["Content-Type"].startswith("text/html")
    assert direct.headers["Location"] == f"{hub.files_url}/files/lora-sdxl.safetensors"


def test_every_request_is_seen_and_can_be_forgotten(hub: Hub, ask: Caller) -> None:
    ask.civitai("/api/v1/enums", KEYED)
    ask.hf("/api/whoami-v2")
    seen = {(request.origin, request.path) for request in hub.requests}
    assert seen == {("civitai", "/api/v1/enums"), ("huggingface", "/api/whoami-v2")}
    assert hub.requests[0].headers["authorization"] == f"Bearer {KEY}"
    hub.forget()
    assert hub.requests == []


def test_the_sample_packages_are_sound_and_there(hub: Hub) -> None:
    groups, faults = read_packages("x.json", json.dumps(sample_packages(hub)).encode())
    packages = [each for group in groups for each in group.packages]
    assert (faults, len(packages) > 3, len(packages[0].files) > 1) == ([], True, True)
    assert {each.repo for each in packages} <= set(hub.huggingface.repos)
