"""Replays of recorded answers of Civitai and the Hub: nothing is lost on the way into a listing."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from modella.core.card import read_card
from modella.core.civitai_objects import read_listing
from modella.core.errors import ModellaError
from modella.core.listing import Access, ListedFile, Listing, Picture, Ref
from modella.core.loose_json import mappings
from modella.io.net import Headers
from modella.sources.civitai.refusals import judge_refusal as civitai_refusal
from modella.sources.civitai.shapes import merged_version
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.refusals import judge_refusal as hub_refusal
from modella.sources.huggingface.source import HuggingFace
from tests.sources.site import Reply, Site, TableNet
from tests.sources.suite import NOW, real_net

BASE = "https://civitai.example"
Where = Callable[[Any], Any]

OF_THE_MODEL: Mapping[str, Where] = {
    "id": lambda listing: listing.model_id,
    "name": lambda listing: listing.name,
    "type": lambda listing: listing.kind_text,
    "description": lambda listing: listing.description,
    "tags": lambda listing: listing.tags,
    "creator.username": lambda listing: listing.creator,
    "creator.image": lambda listing: listing.creator_picture,
    "nsfwLevel": lambda listing: listing.nsfw_level,
    "nsfw": lambda listing: "nsfw" in listing.flags,
    "poi": lambda listing: "real_person" in listing.flags,
    "minor": lambda listing: "minor" in listing.flags,
    "sfwOnly": lambda listing: "safe_only" in listing.flags,
    "supportsGeneration": lambda listing: "runs_on_site" in listing.flags,
    "mode": lambda listing: listing.access is not Access.open,
    "availability": lambda listing: listing.access,
    "allowNoCredit": lambda listing: "allow_no_credit" in listing.license,
    "allowCommercialUse": lambda listing: "allow_commercial_use" in listing.license,
    "allowDerivatives": lambda listing: "allow_derivatives" in listing.license,
    "allowDifferentLicense": lambda listing: "allow_different_license" in listing.license,
    "stats.downloadCount": lambda listing: "downloads" in listing.stats,
    "stats.thumbsUpCount": lambda listing: "likes" in listing.stats,
    "stats.thumbsDownCount": lambda listing: "dislikes" in listing.stats,
    "stats.commentCount": lambda listing: "comments" in listing.stats,
    "stats.favoriteCount": lambda listing: "favorites" in listing.stats,
    "stats.ratingCount": lambda listing: "ratings" in listing.stats,
    "stats.rating": lambda listing: "rating" in listing.stats,
    "stats.tippedAmountCount": lambda listing: "tips" in listing.stats,
}
OF_THE_VERSION: Mapping[str, Where] = {
    "id": lambda listing: listing.version_id,
    "name": lambda listing: listing.version,
    "modelId": lambda listing: listing.model_id,
    "baseModel": lambda listing: listing.base_model,
    "baseModelType": lambda listing: listing.base_model_type,
    "air": lambda listing: listing.air,
    "description": lambda listing: listing.version_description,
    "trainedWords": lambda listing: listing.trained_words,
    "nsfwLevel": lambda listing: listing.nsfw_level,
    "createdAt": lambda listing: listing.published_at,
    "publishedAt": lambda listing: listing.published_at,
    "updatedAt": lambda listing: listing.updated_at,
    "supportsGeneration": lambda listing: "runs_on_site" in listing.flags,
    "usageControl": lambda listing: listing.access,
    "availability": lambda listing: listing.access,
    "paidAccess": lambda listing: listing.access is Access.paid,
    "vaeId": lambda listing: listing.relations,
    "model.name": lambda listing: listing.name,
    "model.type": lambda listing: listing.kind_text,
    "model.nsfw": lambda listing: "nsfw" in listing.flags,
    "model.poi": lambda listing: "real_person" in listing.flags,
    "stats.downloadCount": lambda listing: "version_downloads" in listing.stats,
    "stats.thumbsUpCount": lambda listing: "version_likes" in listing.stats,
    "stats.thumbsDownCount": lambda listing: "version_dislikes" in listing.stats,
    "stats.ratingCount": lambda listing: "version_ratings" in listing.stats,
    "stats.rating": lambda listing: "version_rating" in listing.stats,
}
OF_A_FILE: Mapping[str, Where] = {
    "id": lambda file: file.file_id,
    "name": lambda file: file.name,
    "sizeKB": lambda file: file.size,
    "type": lambda file: file.role,
    "metadata.format": lambda file: file.format,
    "metadata.fp": lambda file: file.precision,
    "metadata.size": lambda file: file.variant,
    "metadata.quantType": lambda file: file.quant,
    "pickleScanResult": lambda file: file.pickle_scan,
    "pickleScanMessage": lambda file: file.scan_message,
    "virusScanResult": lambda file: file.virus_scan,
    "virusScanMessage": lambda file: file.scan_message,
    "scannedAt": lambda file: file.scanned_at,
    "hashes.SHA256": lambda file: file.digests.sha256,
    "hashes.AutoV1": lambda file: file.digests.autov1,
    "hashes.AutoV2": lambda file: file.digests.autov2,
    "hashes.AutoV3": lambda file: file.digests.autov3,
    "hashes.CRC32": lambda file: file.digests.crc32,
    "hashes.BLAKE3": lambda file: file.digests.blake3,
    "primary": lambda file: file.primary is not None,
}
OF_A_PICTURE: Mapping[str, Where] = {
    "url": lambda picture: picture.url,
    "type": lambda picture: picture.type,
    "width": lambda picture: picture.width,
    "height": lambda picture: picture.height,
    "hash": lambda picture: picture.blurhash,
    "nsfwLevel": lambda picture: picture.nsfw_level,
    "nsfw": lambda picture: picture.nsfw_level,
    "meta": lambda picture: picture.meta,
}
NO_METADATA = frozenset(
    {
        "index",  # the order, kept by the order of the versions
        "downloadUrl",  # rebuilt from ids
        "cosmetic",
        "modelVersions",
        "files",
        "images",
        "metadata.hash",  # of pictures: width, height and BlurHash once more
        "metadata.width",
        "metadata.height",
        "metadata.size",
    }
)
"""Keys that are no statement about the model, or that say a second time what another key says."""


def replayed(samples: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """File name, model and version of every version in the samples; the model is empty where only a version is."""
    for path in sorted((samples / "civitai").glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for model in (
            [*mappings(content.get("items"))] if isinstance(content, dict) and "items" in content else [content]
        ):
            if not isinstance(model, dict) or "name" not in model:
                continue
            for version in mappings(model.get("modelVersions")):
                yield path.name, model, version
            if "files" in model and "baseModel" in model:
                yield path.name, {}, model


def leaves(value: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted names of what is there: not null, not empty. Objects without a name of their own are entered."""
    for key, each in value.items():
        if each in (None, [], {}, ""):
            continue
        if isinstance(each, dict) and key in {"creator", "stats", "metadata", "hashes", "model"}:
            yield from leaves(each, f"{above}{key}.")
        else:
            yield f"{above}{key}"


def test_more_than_nine_in_ten_metadata_fields_of_civitai_arrive(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, arrived, lost = 0, 0, Counter[str]()

    def count(level: str, holder: Mapping[str, Any], where: Mapping[str, Where], read: Any) -> None:
        nonlocal given, arrived
        for name in leaves(holder):
            if name in NO_METADATA and not (level == "file" and name == "metadata.size"):
                continue
            given += 1
            found = where[name](read) if name in where and read is not None else None
            if found not in (None, False, "", (), {}):
                arrived += 1
            else:
                lost[f"{level}.{name}"] += 1

    for _, model, version in replayed(samples):
        listing = read_listing(model, version, BASE, NOW)
        count("model", model, OF_THE_MODEL, listing)
        count("version", version, OF_THE_VERSION, listing)
        for file in mappings(version.get("files")):
            count("file", file, OF_A_FILE, _same(listing.files, file))
        for image in mappings(version.get("images")):
            count("picture", image, OF_A_PICTURE, _same_picture(listing.pictures, image))
    with capsys.disabled():
        print(
            f"\n{arrived} of {given} metadata fields arrive ({arrived / given:.1%}); lost: {dict(lost.most_common(12))}"
        )
    assert given > 2000
    assert arrived / given > 0.9


def _same(files: tuple[ListedFile, ...], told: Mapping[str, Any]) -> ListedFile | None:
    by_id = [file for file in files if "id" in told and file.file_id == str(told["id"])]
    return next(iter(by_id or [file for file in files if file.name == told.get("name")]), None)


def _same_picture(pictures: tuple[Picture, ...], told: Mapping[str, Any]) -> Picture | None:
    return next((picture for picture in pictures if picture.url == told.get("url")), None)


def test_every_recorded_version_has_a_name_and_its_published_hashes(samples: Path) -> None:
    seen = 0
    for name, model, version in replayed(samples):
        listing = read_listing(model, version, BASE, NOW)
        assert listing.name, name
        assert listing.version == version["name"], name
        assert listing.version_id == str(version["id"]), name
        for told, file in zip(mappings(version.get("files")), listing.files, strict=True):
            published = (told.get("hashes") or {}).get("SHA256")
            assert file.digests.sha256 == (published.lower() if published else None), name
            seen += bool(published)
    assert seen > 60


def test_every_recorded_kind_of_model_has_a_kind(samples: Path) -> None:
    kinds = {
        model["type"]: read_listing(model, version, BASE, NOW).kind for _, model, version in replayed(samples) if model
    }
    assert kinds["Checkpoint"] == "checkpoint"
    assert kinds["LORA"] == "lora"
    assert None not in kinds.values()


def test_trained_words_of_the_record_are_all_there(samples: Path) -> None:
    for name, model, version in replayed(samples):
        words = {word.casefold() for word in read_listing(model, version, BASE, NOW).trained_words}
        for entry in version.get("trainedWords") or []:
            assert {part.strip().casefold() for part in entry.split(",") if part.strip()} <= words, name


def test_a_recorded_model_can_be_described_chosen_and_located(samples: Path) -> None:
    chosen = Counter[str]()
    for path in sorted((samples / "civitai").glob("model-20*.json")):
        model = json.loads(path.read_text("utf-8"))
        pages = {f"/api/v1/models/{model['id']}": model}
        source = Civitai(TableNet(pages), BASE, now=lambda: NOW)  # type: ignore[arg-type]
        try:
            listing = source.describe(Ref(source="civitai", model_id=str(model["id"])))
            files = source.choose(listing, None)
        except ModellaError as problem:
            chosen[problem.code] += 1
            continue
        assert all(source.locate(listing, file).url.startswith(f"{BASE}/api/download/models/") for file in files)
        chosen[files[0].role] += 1
    assert chosen["model"] > 15
    assert set(chosen) <= {"model", "archive", "negative", "no-files", "archived", "config"}


def test_the_record_by_model_and_by_version_merge(samples: Path) -> None:
    model = json.loads((samples / "civitai/model-2023-by-id-215485.json").read_text("utf-8"))
    version = json.loads((samples / "civitai/version-2023-by-id-sdxl-lora.json").read_text("utf-8"))
    with Site(
        {"/api/v1/models/215485": Reply(model), f"/api/v1/model-versions/{version['id']}": Reply(version)}
    ) as site:
        ref = Ref(source="civitai", model_id="215485", version_id=str(version["id"]))
        listing = Civitai(real_net(), site.url).describe(ref)
    assert (listing.creator, listing.kind) == ("test_author", "lora")
    assert any(picture.prompt for picture in listing.pictures)
    assert merged_version({"a": 1, "b": None}, {"a": None, "b": 2}) == {"a": 1, "b": 2, "files": [], "images": []}


def test_recorded_refusals_of_civitai_are_understood(samples: Path) -> None:
    understood = {}
    for case in json.loads((samples / "civitai/errors.json").read_text("utf-8")):
        if isinstance(case["status"], int):
            body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
            told = civitai_refusal(case["status"], Headers((case.get("headers") or {}).items()), body.encode())
            understood[case["when"]] = told.code if told else None
    assert understood["download without token"] == "login-needed"
    assert understood["download disabled by creator"] == "downloads-disabled"
    assert understood["download in early access without purchase"] == "early-access"
    assert understood["download of an archived model"] == "archived"
    assert understood["download abuse limit"] == "download-limit"
    assert understood["caller in a blocked region, any /api/v1"] == "region-blocked"


def test_recorded_refusals_of_the_hub_are_understood(samples: Path) -> None:
    codes = []
    for case in json.loads((samples / "huggingface/errors.json").read_text("utf-8")):
        body = case.get("body") or ""
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        told = hub_refusal(case["status"], Headers(case.get("headers", {}).items()), content)
        codes.append(told.code if told else None)
    assert {"gated", "gated-pending", "missing-or-private", "revision-not-found", "rate-limited"} <= set(codes)


def test_a_recorded_diffusers_repository_is_chosen_as_a_set(samples: Path) -> None:
    listing = _hub_listing(samples, "model-info-blobs-diffusers-sdxl-turbo-2023.json")
    source = HuggingFace(real_net(), BASE)
    paths = [file.path or "" for file in source.choose(listing, None)]
    assert "model_index.json" in paths
    assert "unet/diffusion_pytorch_model.safetensors" in paths
    assert not [path for path in paths if "fp16" in path or path.endswith((".onnx", ".onnx_data"))]
    assert [f.path for f in source.choose(listing, "sd_xl_turbo_1.0_fp16.safetensors")] == [
        "sd_xl_turbo_1.0_fp16.safetensors"
    ]


def test_a_recorded_embedding_keeps_hash_and_base(samples: Path) -> None:
    listing = _hub_listing(samples, "model-info-blobs-textual-inversion-2024.json")
    assert (listing.kind, listing.base_model) == ("embedding", "stabilityai/stable-diffusion-xl-base-1.0")
    assert listing.files[0].digests.sha256 == "f368050465cd473785298808c37abd17b98e5f532c144cc1be1f5e897092e67f"
    assert listing.files[0].digests.git_sha1 is None


def test_recorded_masked_hashes_close_the_gate(samples: Path) -> None:
    info = json.loads((samples / "huggingface/model-info-gated-2026.json").read_text("utf-8"))
    for tree, access in (("masked", Access.gated), ("access", Access.open)):
        name = "tree-subdir-gated-masked-2026.json" if tree == "masked" else "tree-subdir-with-access-2026.json"
        entries = json.loads((samples / "huggingface" / name).read_text("utf-8"))
        assert _described(info, entries).access is access


def test_recorded_cards_never_fail_and_keep_their_words(samples: Path) -> None:
    words = {}
    for path in sorted((samples / "huggingface/cards").glob("*.md")):
        card = read_card(path.read_bytes())
        words[path.stem] = card.front.get("instance_prompt")
        assert card.body or path.stem == "minimal", path.name
    assert words["lora-flux-instance-prompt"] == "wablogo, logo, Minimalist"
    assert words["lora-flux-null-instance-prompt"] is None
    assert words["lora-from-civitai"] == "arcane"


def _hub_listing(samples: Path, name: str) -> Listing:
    info = json.loads((samples / "huggingface" / name).read_text("utf-8"))
    return _described(info, info["siblings"])


def _described(info: dict[str, Any], entries: list[dict[str, Any]]) -> Listing:
    pages = {f"/api/models/{info['id']}": info, f"/api/models/{info['id']}/tree/{info['sha']}": entries}
    source = HuggingFace(TableNet(pages), BASE, now=lambda: NOW)  # type: ignore[arg-type]
    return source.describe(Ref(source="huggingface", model_id=info["id"]))
