"""Civitai through the suite, and what is special about it."""

import json
from typing import Any, ClassVar

import pytest

from modella.core.civitai_objects import commercial_uses, read_access
from modella.core.errors import AccessNeeded, BadLink, NetworkTrouble, NotFound
from modella.core.listing import Access, Listing, Ref
from modella.io.net import Headers
from modella.sources.civitai.source import Civitai
from tests.sources.site import Asked, Reply, Site
from tests.sources.suite import BASE_CIVITAI, NOW, Claim, Refusal, SourceSuite, real_net, refusal_of

SHA = "ab" * 32
FILE = {
    "id": 31,
    "name": "paper-lanterns.safetensors",
    "sizeKB": 150.25,
    "type": "Model",
    "pickleScanResult": "Success",
    "pickleScanMessage": "No Pickle imports",
    "virusScanResult": "Success",
    "scannedAt": "2026-01-02T03:04:05.000Z",
    "metadata": {"format": "SafeTensor", "size": "full", "fp": "fp16"},
    "hashes": {"SHA256": SHA.upper(), "AutoV2": SHA[:10].upper(), "CRC32": "12AB34CD"},
    "primary": True,
    "downloadUrl": "https://elsewhere.example/api/download/models/21?fileId=31",
}
VERSION = {
    "id": 21,
    "modelId": 11,
    "name": "v2",
    "baseModel": "SDXL 1.0",
    "air": "urn:air:sdxl:lora:civitai:11@21",
    "publishedAt": "2026-01-02T03:04:05.000Z",
    "nsfwLevel": 1,
    "trainedWords": ["paper lantern, night market\nred lantern"],
    "usageControl": "Download",
    "stats": {"downloadCount": 7, "thumbsUpCount": 3},
    "files": [FILE],
    "images": [
        {
            "url": "https://image.example/a/width=450/1.jpeg",
            "nsfwLevel": 1,
            "width": 832,
            "height": 1216,
            "hash": "LEHV6nWB2yk8",
            "type": "image",
            "meta": {"prompt": "a paper lantern", "seed": 18446744073709551615},
        },
        {"url": "https://image.example/a/original=true/2.mp4", "nsfwLevel": 2, "meta": None},
    ],
}
OLDER = {"id": 20, "name": "v1", "baseModel": "SD 1.5", "publishedAt": "2025-01-02T03:04:05.000", "files": [FILE]}
MODEL = {
    "id": 11,
    "name": "Paper Lanterns 紙灯籠",
    "type": "LORA",
    "description": "<p>Light.</p>",
    "nsfw": False,
    "nsfwLevel": 1,
    "allowNoCredit": True,
    "allowCommercialUse": ["Image", "Sell"],
    "creator": {"username": "somebody", "image": "https://image.example/face.jpeg"},
    "tags": ["light", "paper"],
    "stats": {"downloadCount": 9},
    "modelVersions": [{**VERSION, "images": []}, OLDER],
}


class TestCivitai(SourceSuite):
    """Civitai and the sites that speak its API."""

    name = "civitai"
    described = Ref(source="civitai", model_id="11", version_id="21")
    pages: ClassVar = {"/api/v1/model-versions/21": VERSION, "/api/v1/models/11": MODEL}
    searched: ClassVar = {"/api/v1/models": {"items": [MODEL], "metadata": {}}}
    claims = (
        Claim("https://civitai.com/models/11", {"model_id": "11"}),
        Claim("http://civitai.com/models/11/", {"model_id": "11"}),
        Claim("civitai.com/models/11", {"model_id": "11"}),
        Claim("https://www.civitai.com/models/11/paper-lanterns", {"model_id": "11"}),
        Claim("HTTPS://CIVITAI.COM/models/11#comments", {"model_id": "11"}),
        Claim("https://civitai.red/models/11/slug?modelVersionId=21", {"model_id": "11", "version_id": "21"}),
        Claim("https://civitai.green/models/11?modelVersionId=21&x=1", {"model_id": "11", "version_id": "21"}),
        Claim("https://civitai.com/models/11?a=1&amp;modelVersionId=21", {"model_id": "11", "version_id": "21"}),
        Claim("https://civitai.blue/models/11?modelVersionId=latest", {"model_id": "11"}),
        Claim("https://civitai.com/models/11?modelVersionId=", {"model_id": "11"}),
        Claim("https://civitai.com/models/11?modelVersionId=99999999999", {"model_id": "11"}),
        Claim("https://civitai.com/models/11/%E7%B4%99", {"model_id": "11"}),
        Claim("https://civitai.com/model-versions/21", {"version_id": "21"}),
        Claim("https://civitai.com/api/download/models/21", {"version_id": "21"}),
        Claim("https://civitai.com/api/download/models/21?fileId=31", {"version_id": "21", "file_id": "31"}),
        Claim(
            "https://civitai.com/api/download/models/21?type=Model&format=SafeTensor&size=full&fp=fp16&token=abc",
            {"version_id": "21", "pick": {"type": "Model", "format": "SafeTensor", "size": "full", "fp": "fp16"}},
        ),
        Claim(
            "https://civitai.com/api/download/models/21?type=Pruned%20Model&quantType=Q8_0",
            {"version_id": "21", "pick": {"type": "Pruned Model", "quantType": "Q8_0"}},
        ),
        Claim(
            "https://civitai.com/api/download/training-data/21", {"version_id": "21", "pick": {"type": "Training Data"}}
        ),
        Claim("https://civitai.com/api/v1/models/11", {"model_id": "11"}),
        Claim("https://api.civitai.com/api/v1/model-versions/21", {"version_id": "21"}),
        Claim("https://civitai.com/api/v1/model-versions/mini/21", {"version_id": "21"}),
        Claim(f"https://civitai.com/api/v1/model-versions/by-hash/{SHA.upper()}", {"digest": SHA}),
        Claim("https://civitai.com/images/41", {"image_id": "41"}),
        Claim(f"{BASE_CIVITAI}/models/11?modelVersionId=21", {"model_id": "11", "version_id": "21"}),
        Claim("urn:air:sdxl:lora:civitai:11@21", {"model_id": "11", "version_id": "21"}),
        Claim("air:sdxl:lora:civitai:11@21", {"model_id": "11", "version_id": "21"}),
        Claim("sdxl:lora:civitai:11@21", {"model_id": "11", "version_id": "21"}),
        Claim("urn:air:sdxl:lora:civitai:11", {"model_id": "11"}),
        Claim(
            "urn:air:sdxl:lora:civitai:11@21+31.safetensors",
            {"model_id": "11", "version_id": "21", "file_id": "31", "pick": {"format": "SafeTensor"}},
        ),
        Claim("11@21", {"model_id": "11", "version_id": "21"}),
        Claim(SHA, {"digest": SHA}),
        Claim(SHA.upper(), {"digest": SHA}),
        Claim(f"sha256:{SHA}", {"digest": SHA}),
        Claim("a5F58eb1c3", {"digest": "a5f58eb1c3"}),
        Claim("22D8CB95B807", {"digest": "22d8cb95b807"}),
        Claim("DAEE95B7", {"digest": "daee95b7"}),
    )
    refuses = (
        Refusal("https://image.civitai.com/x/uuid/width=450/1.jpeg", "link-not-a-model", {"what": "picture"}),
        Refusal("https://civitai.com/posts/1", "link-not-a-model", {"what": "post"}),
        Refusal("https://civitai.com/user/somebody", "link-not-a-model", {"what": "user"}),
        Refusal("https://civitai.com/user/somebody/models", "link-not-a-model", {"what": "user"}),
        Refusal("https://civitai.com/collections/5", "link-not-a-model", {"what": "collection"}),
        Refusal("https://civitai.com/articles/28676", "link-not-a-model", {"what": "article"}),
        Refusal("https://civitai.com/models", "link-not-a-model", {"what": "list"}),
        Refusal("https://civitai.com/models/99999999999", "link-not-a-model", {"what": "unknown-id"}),
        Refusal("civitai.com/models/abc", "link-not-a-model", {"what": "unknown-id"}),
        Refusal("https://civitai.com", "link-not-a-model", {"what": "page"}),
        Refusal("https://auth.civitai.com/models/1", "link-not-a-model", {"what": "login"}),
        Refusal("urn:air:other:other:orchestrator:abc@1", "link-unsupported", {"site": "orchestrator"}),
        Refusal("urn:air:sdxl:lora:civitai-r2:11@21", "link-unsupported", {"site": "civitai-r2"}),
    )
    secrets = (
        "https://civitai.com/api/download/models/21?type=Model&token=SECRET",
        "https://civitai.com/models/11?token=SECRET&modelVersionId=SECRET",
        "https://user:SECRET@civitai.com/models/11#SECRET",
        "https://civitai.com/posts/1?token=SECRET",
        "https://civitai.com/api/v1/models/11?api_key=SECRET",
    )

    def make(self, net: Any, base_url: str) -> Civitai:
        return Civitai(net, base_url, now=lambda: NOW)

    def test_model_and_version_become_one_listing(self, site: Site, source: Civitai) -> None:
        listing = source.describe(self.described)
        assert (listing.name, listing.version, listing.kind, listing.kind_text) == (MODEL["name"], "v2", "lora", "LORA")
        assert (listing.creator, listing.tags) == ("somebody", ("light", "paper"))
        assert listing.trained_words == ("paper lantern", "night market", "red lantern")
        assert listing.license == {"allow_no_credit": True, "allow_commercial_use": ["Image", "Sell"]}
        assert listing.stats == {"downloads": 9, "version_downloads": 7, "version_likes": 3}
        assert listing.page_url == f"{site.url}/models/11?modelVersionId=21"
        assert [choice.version_id for choice in listing.versions] == ["21", "20"]
        assert listing.versions[1].published_at == "2025-01-02T03:04:05Z"
        assert [picture.type for picture in listing.pictures] == ["image", "video"]
        assert listing.pictures[0].meta["seed"] == 18446744073709551615
        (file,) = listing.files
        assert (file.size, file.size_exact, file.digests.sha256, file.format) == (153856, False, SHA, "safetensors")

    def test_the_payload_is_what_was_received_without_the_other_versions(self, source: Civitai) -> None:
        payload = source.describe(self.described).payload
        assert payload["model"] == {key: value for key, value in MODEL.items() if key != "modelVersions"}
        assert payload["version"] == VERSION

    def test_a_model_that_cannot_be_asked_costs_only_its_own_fields(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/models/11"] = Reply(b"<html>down</html>", 503)
        listing = source.describe(self.described)
        assert (listing.version, listing.creator, len(listing.files)) == ("v2", None, 1)

    def test_without_a_version_the_newest_that_can_be_downloaded_is_taken(self, site: Site, source: Civitai) -> None:
        paid = {**VERSION, "id": 22, "paidAccess": {"permanent": True, "endsAt": None}}
        site.replies["/api/v1/models/11"] = Reply({**MODEL, "modelVersions": [paid, {"id": 23, "files": []}, OLDER]})
        assert source.describe(Ref(source="civitai", model_id="11")).version_id == "20"

    def test_a_hash_leads_to_its_very_file(self, site: Site, source: Civitai) -> None:
        other = {**FILE, "id": 32, "hashes": {"SHA256": "cd" * 32}, "primary": False, "name": "other.safetensors"}
        site.replies[f"/api/v1/model-versions/by-hash/{'cd' * 32}"] = Reply({**VERSION, "files": [FILE, other]})
        listing = source.describe(Ref(source="civitai", digest="cd" * 32))
        assert [file.file_id for file in source.choose(listing, None)] == ["32"]

    def test_a_hash_that_the_listing_does_not_have_is_never_another_file(self, site: Site, source: Civitai) -> None:
        site.replies[f"/api/v1/model-versions/by-hash/{'cd' * 32}"] = Reply(VERSION)
        problem = refusal_of(lambda: source.describe(Ref(source="civitai", digest="cd" * 32)))
        assert (problem.code, problem.facts["digest"]) == ("hash-unknown", "cd" * 32)
        assert problem.facts["source"] == "civitai"

    @pytest.mark.parametrize(
        ("digest", "hashes", "found"),
        [
            ("cdcdcdcdcd", {"AutoV2": "CDCDCDCDCD"}, True),
            ("cdcdcdcdcd", {"SHA256": "cd" * 32}, True),
            ("12ab34ce", {"CRC32": "12AB34CE"}, True),
            ("cdcdcdcdcdcd", {"AutoV3": "cd" * 32}, True),
            ("eeeeeeeeee", {"AutoV2": "CDCDCDCDCD"}, False),
            ("eeeeeeee", {"CRC32": "12AB34CE"}, False),
        ],
    )
    def test_a_short_hash_leads_to_its_very_file_where_it_is_published(
        self, site: Site, source: Civitai, digest: str, hashes: dict[str, str], found: bool
    ) -> None:
        nameless = {key: value for key, value in FILE.items() if key not in {"id", "downloadUrl"}}
        other = {**nameless, "hashes": hashes, "primary": False, "name": "other.safetensors"}
        site.replies[f"/api/v1/model-versions/by-hash/{digest}"] = Reply({**VERSION, "files": [nameless, other]})
        site.replies["/api/v1/models/11"] = Reply({}, 503)
        ref = Ref(source="civitai", digest=digest)
        if found:
            assert [file.name for file in source.choose(source.describe(ref), None)] == ["other.safetensors"]
        else:
            assert refusal_of(lambda: source.describe(ref)).code == "hash-unknown"

    def test_a_short_hash_that_no_file_publishes_is_left_to_the_site(self, site: Site, source: Civitai) -> None:
        bare = {**FILE, "hashes": {"CRC32": "12AB34CD"}}
        site.replies["/api/v1/model-versions/by-hash/cdcdcdcdcd"] = Reply({**VERSION, "files": [bare]})
        site.replies["/api/v1/models/11"] = Reply({}, 503)
        listing = source.describe(Ref(source="civitai", digest="cdcdcdcdcd"))
        assert [file.name for file in source.choose(listing, None)] == [FILE["name"]]

    def test_a_listing_without_measure_is_cut_to_what_people_read(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/model-versions/21"] = Reply(
            {
                **VERSION,
                "images": [VERSION["images"][1]] * 300,
                "files": [{**FILE, "id": number} for number in range(1, 6001)],
                "trainedWords": ["w" * 5000],
            }
        )
        versions = [{"id": number} for number in range(1, 2501)]
        tags = ["t" * 5000, *map(str, range(2000))]
        site.replies["/api/v1/models/11"] = Reply({**MODEL, "tags": tags, "modelVersions": versions})
        listing = source.describe(self.described)
        assert (len(listing.pictures), len(listing.files), len(listing.versions)) == (200, 5000, 2000)
        assert (len(listing.tags), len(listing.tags[0]), len(listing.trained_words[0])) == (1000, 1000, 1000)
        facts = refusal_of(lambda: source.choose(listing, "nothing-*")).facts
        assert (len(facts["names"]), facts["count"]) == (50, 5000)
        assert refusal_of(lambda: source.choose(listing, "*")).code == "choose-file"

    def test_an_unknown_hash_says_so(self, source: Civitai) -> None:
        problem = refusal_of(lambda: source.describe(Ref(source="civitai", digest="ee" * 32)))
        assert (problem.code, problem.facts["digest"]) == ("hash-unknown", "ee" * 32)

    def test_an_image_leads_to_the_version_it_was_made_with(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/images"] = Reply({"items": [{"id": 41, "modelVersionIds": [21, 5]}]})
        assert source.describe(Ref(source="civitai", image_id="41")).version_id == "21"
        site.replies["/api/v1/images"] = Reply({"items": [{"id": 41, "modelVersionIds": []}]})
        assert refusal_of(lambda: source.describe(Ref(source="civitai", image_id="41"))).code == "not-found"

    def test_a_version_its_model_no_longer_lists_is_gone(self, site: Site, source: Civitai) -> None:
        problem = refusal_of(lambda: source.describe(Ref(source="civitai", model_id="11", version_id="29")))
        assert (problem.code, problem.facts["page_url"]) == ("gone", f"{site.url}/models/11")

    def test_a_version_of_a_model_nobody_knows_was_never_there(self, source: Civitai) -> None:
        assert (
            refusal_of(lambda: source.describe(Ref(source="civitai", model_id="12", version_id="29"))).code
            == "not-found"
        )
        assert refusal_of(lambda: source.describe(Ref(source="civitai", version_id="29"))).code == "not-found"

    def test_an_error_with_status_200_is_an_error(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/models/11"] = Reply({"error": "No model with id 11"})
        assert refusal_of(lambda: source.describe(Ref(source="civitai", model_id="11"))).code == "not-found"
        site.replies["/api/v1/models/11"] = Reply({"error": "Something else"})
        assert refusal_of(lambda: source.describe(Ref(source="civitai", model_id="11"))).code == "bad-answer"

    def test_a_page_where_json_should_be_is_told_by_its_title(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/models/11"] = Reply(
            b"<html><title>Hotel WLAN</title>", headers={"Content-Type": "text/html"}
        )
        problem = refusal_of(lambda: source.describe(Ref(source="civitai", model_id="11")))
        assert (problem.code, problem.facts["title"]) == ("bad-answer", "Hotel WLAN")

    def test_a_file_is_asked_for_by_id_at_our_own_base(self, site: Site, source: Civitai) -> None:
        listing = source.describe(self.described)
        place = source.locate(listing, listing.files[0])
        assert place.url == f"{site.url}/api/download/models/21?fileId=31"
        assert (place.credential, place.max_connections) == ("civitai", 8)

    def test_a_file_without_id_is_asked_for_by_its_selectors(self, site: Site, source: Civitai) -> None:
        plain = {key: value for key, value in FILE.items() if key not in {"id", "downloadUrl"}}
        site.replies["/api/v1/model-versions/21"] = Reply({**VERSION, "files": [{**plain, "type": "Pruned Model"}]})
        site.replies["/api/v1/models/11"] = Reply({**MODEL, "modelVersions": []})
        listing = source.describe(self.described)
        query = "type=Pruned%20Model&format=SafeTensor&size=full&fp=fp16"
        assert source.locate(listing, listing.files[0]).url == f"{site.url}/api/download/models/21?{query}"

    def test_the_main_file_comes_with_what_it_does_not_work_without(self, site: Site, source: Civitai) -> None:
        files = [
            {**FILE, "id": 1, "name": "m.ckpt", "metadata": {"format": "PickleTensor"}, "primary": False},
            {**FILE, "id": 2, "name": "m.yaml", "type": "Config", "primary": False},
            {**FILE, "id": 3, "name": "train.zip", "type": "Training Data", "primary": False},
            {**FILE, "id": 4, "name": "m.safetensors"},
            {**FILE, "id": 5, "name": "te.safetensors", "type": "Text Encoder", "metadata": {"isRequired": True}}
            | {"primary": False},
        ]
        site.replies["/api/v1/model-versions/21"] = Reply({**VERSION, "files": files})
        listing = source.describe(self.described)
        assert [f.name for f in source.choose(listing, None)] == ["m.safetensors", "m.yaml", "te.safetensors"]
        assert [f.name for f in source.choose(listing, "*.CKPT")] == ["m.ckpt"]

    def test_the_selectors_of_a_pasted_download_address_choose_the_file(self, site: Site, source: Civitai) -> None:
        half = {**FILE, "id": 33, "metadata": {"format": "SafeTensor", "size": "pruned", "fp": "fp8"}, "primary": False}
        site.replies["/api/v1/model-versions/21"] = Reply({**VERSION, "files": [FILE, half]})
        ref = source.recognise(f"{site.url}/api/download/models/21?type=Model&size=pruned&fp=fp8")
        assert ref is not None
        assert [f.file_id for f in source.choose(source.describe(ref), None)] == ["33"]
        problem = refusal_of(
            lambda: source.choose(source.describe(ref.model_copy(update={"pick": {"fp": "int4"}})), None)
        )
        assert isinstance(problem, BadLink)

    @pytest.mark.parametrize(("mode", "code"), [("Archived", "archived"), (None, "no-files")])
    def test_a_version_without_files_says_why(self, site: Site, source: Civitai, mode: str | None, code: str) -> None:
        site.replies["/api/v1/model-versions/21"] = Reply({**VERSION, "files": []})
        site.replies["/api/v1/models/11"] = Reply({**MODEL, "mode": mode, "modelVersions": []})
        listing = source.describe(self.described)
        assert refusal_of(lambda: source.choose(listing, None)).code == code

    def test_many_hashes_are_looked_up_at_once_whatever_the_order(self, site: Site, source: Civitai) -> None:
        later = {**VERSION, "id": 99, "publishedAt": "2026-09-09T00:00:00Z"}
        site.replies["/api/v1/model-versions/by-hash"] = lambda asked: Reply([None, later, VERSION, {"files": "x"}])
        site.replies["/api/v1/models"] = Reply({"items": [MODEL]})
        found = source.lookup([SHA.upper(), "cd" * 32, "nonsense", SHA])
        assert list(found) == [SHA]
        assert (found[SHA].version_id, found[SHA].creator) == ("21", "somebody")
        posts = [asked for asked in site.asked if asked.method == "POST"]
        assert [json.loads(asked.body) for asked in posts] == [[SHA.upper(), "CD" * 32]]

    def test_a_search_names_words_types_and_every_level(self, site: Site, source: Civitai) -> None:
        site.replies["/api/v1/models"] = Reply({"items": [MODEL, None, {"name": "no versions"}]})
        found = source.search("paper & lanterns", "lora", 3)
        assert [(each.version_id, each.files[0].digests.sha256) for each in found] == [("21", SHA), ("20", SHA)]
        asked = site.asked[-1].path
        assert asked.partition("?")[2].split("&") == [
            *("limit=3", "nsfw=true", "query=paper%20%26%20lanterns", "types=LORA", "types=LoCon", "types=DoRA")
        ]

    def test_more_than_a_hundred_hashes_take_more_than_one_question(self, site: Site, source: Civitai) -> None:
        sizes: list[int] = []

        def answer(asked: Asked) -> Reply:
            sizes.append(len(json.loads(asked.body)))
            return Reply([])

        site.replies["/api/v1/model-versions/by-hash"] = answer
        assert source.lookup([f"{number:064x}" for number in range(1, 251)]) == {}
        assert sizes == [100, 100, 50]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": "Unauthorized", "message": "The creator requires you to be logged in"}, "login-needed"),
        (401, {"error": "Unauthorized", "message": "The creator has disabled downloads on this"}, "downloads-disabled"),
        (403, {"error": "Early Access", "deadline": "2026-12-24T00:00:00.000Z"}, "early-access"),
        (403, {"error": "You do not have access to download this file"}, "forbidden"),
        (403, {"error": "Forbidden"}, "forbidden"),
        (404, {"error": "File not found"}, "gone"),
        (410, {"error": "Model archived, not available for download"}, "archived"),
        (429, {"error": "We've noticed an unusual amount of downloading from your account."}, "download-limit"),
        (451, {"error": "Not available", "code": "REGION_BLOCKED"}, "region-blocked"),
        (400, {"error": {"name": "ZodError"}}, "bad-value"),
        (403, b"error code: 1010", "client-blocked"),
        (
            403,
            b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>",
            "address-expired",
        ),
        (400, b"<Error><Code>InvalidRequest</Code><Message>Missing x-amz-content-sha256</Message>", "address-expired"),
        (401, {"code": "expired_auth_token", "status": 401}, "address-expired"),
        (200, b"<!DOCTYPE html><title>Sign in</title><a href='/login?reason=download-auth'>", "login-needed"),
        (200, b"<!DOCTYPE html><title>Paper Lanterns</title>", "html-page"),
        (200, {"error": "Model archived, not available"}, "archived"),
        (503, {"error": "busy"}, None),
    ],
)
def test_a_refusal_of_the_download_route_says_what_it_means(status: int, body: Any, code: str | None) -> None:
    listing = Listing(source="civitai", ref=Ref(source="civitai"), name="x", page_url="https://civitai.com/models/1")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = Civitai(real_net()).explain(status, Headers([]), content, listing)
    assert (told.code if told else None) == code
    if told is not None:
        assert told.facts["page_url"] == "https://civitai.com/models/1"


def test_early_access_tells_until_when() -> None:
    listing = Listing(source="civitai", ref=Ref(source="civitai"), name="x")
    body = b'{"error":"Early Access","deadline":"2026-12-24T00:00:00.000Z"}'
    told = Civitai(real_net()).explain(403, Headers([]), body, listing)
    assert isinstance(told, AccessNeeded)
    assert told.facts["deadline"] == "2026-12-24T00:00:00Z"


def test_a_busy_search_tells_how_long_to_wait() -> None:
    with Site({"/api/v1/models/11": Reply({"error": "overloaded"}, 503, {"Retry-After": "2"})}) as site:
        problem = refusal_of(lambda: Civitai(real_net(), site.url).describe(Ref(source="civitai", model_id="11")))
    assert isinstance(problem, NetworkTrouble)
    assert (problem.code, problem.facts["retry_after"]) == ("server-error", 2)


def test_a_model_without_versions_has_no_files() -> None:
    with Site({"/api/v1/models/11": Reply({**MODEL, "modelVersions": []})}) as site:
        problem = refusal_of(lambda: Civitai(real_net(), site.url).describe(Ref(source="civitai", model_id="11")))
    assert isinstance(problem, NotFound)
    assert problem.code == "no-files"


@pytest.mark.parametrize(
    ("model", "version", "access", "until"),
    [
        ({}, {}, Access.open, None),
        ({}, {"paidAccess": None}, Access.open, None),
        ({}, {"paidAccess": {"permanent": True, "endsAt": None}}, Access.paid, None),
        ({}, {"paidAccess": {"permanent": False, "endsAt": None}}, Access.paid, None),
        (
            {},
            {"paidAccess": {"permanent": False, "endsAt": "2026-12-24T00:00:00Z"}},
            Access.paid,
            "2026-12-24T00:00:00Z",
        ),
        ({}, {"paidAccess": {"permanent": False, "endsAt": "2026-01-01T00:00:00Z"}}, Access.open, None),
        ({}, {"availability": "EarlyAccess", "earlyAccessDeadline": None}, Access.early_access, None),
        ({}, {"earlyAccessEndsAt": "2027-01-01T00:00:00"}, Access.early_access, "2027-01-01T00:00:00Z"),
        ({}, {"availability": "EarlyAccess", "earlyAccessDeadline": "2026-01-01T00:00:00Z"}, Access.open, None),
        ({}, {"usageControl": "Generation"}, Access.generation_only, None),
        ({}, {"usageControl": "Download"}, Access.open, None),
        ({"mode": "Archived"}, {}, Access.archived, None),
        ({"mode": "TakenDown"}, {}, Access.taken_down, None),
        ({"mode": "SomethingNew"}, {"usageControl": None}, Access.open, None),
    ],
)
def test_what_stands_between_us_and_the_file_is_known_before_the_download(
    model: dict[str, Any], version: dict[str, Any], access: Access, until: str | None
) -> None:
    assert read_access(model, version, NOW) == (access, until)


@pytest.mark.parametrize(
    ("told", "uses"),
    [
        ("None", []),
        ("Image", ["Image"]),
        (["Image", "RentCivit"], ["Image", "RentCivit"]),
        ([], []),
        ("{Image,RentCivit}", ["Image", "RentCivit"]),
        ('{"Image","Sell"}', ["Image", "Sell"]),
        ("{}", []),
        (None, None),
        (7, None),
    ],
)
def test_commercial_use_reads_the_same_in_all_its_forms(told: Any, uses: list[str] | None) -> None:
    assert commercial_uses(told) == uses
