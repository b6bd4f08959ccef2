"""The Hugging Face Hub through the suite, and what is special about it."""

from typing import Any, ClassVar

import pytest

from modella.core.errors import ModellaError
from modella.core.listing import Access, ListedFile, Listing, Ref
from modella.io.net import Headers
from modella.sources.huggingface.shapes import quant_of
from modella.sources.huggingface.source import MOST_ENTRIES, HuggingFace
from modella.sources.offers import MOST_FILES
from tests.sources.site import Reply, Site
from tests.sources.suite import BASE_HUB, NOW, Claim, Refusal, SourceSuite, real_net, refusal_of

COMMIT = "12" * 20
REPO = {"model_id": "studio/lantern-lora"}


def weights(path: str, size: int = 1000, sha256: str = "ab" * 32) -> dict[str, Any]:
    """The tree's entry of a big file."""
    lfs = {"oid": sha256, "size": size, "pointerSize": 133}
    return {"type": "file", "path": path, "size": size, "oid": "99" * 20, "lfs": lfs, "xetHash": "77" * 32}


def small(path: str, size: int = 10) -> dict[str, Any]:
    """The tree's entry of a file that git keeps itself."""
    return {"type": "file", "path": path, "size": size, "oid": "34" * 20}


INFO = {
    "_id": "x",
    "id": "studio/lantern-lora",
    "author": "studio",
    "sha": COMMIT,
    "createdAt": "2026-01-02T03:04:05.000Z",
    "lastModified": "2026-02-02T03:04:05.000Z",
    "gated": False,
    "private": False,
    "downloads": 12,
    "likes": 3,
    "tags": ["diffusers", "lora", "base_model:adapter:maker/base-xl", "base_model:maker/base-xl", "license:mit"],
    "pipeline_tag": "text-to-image",
    "cardData": {"license": "other"},
    "siblings": [{"rfilename": "lantern.safetensors"}],
}
CARD = b"""---\r
license: other\r
license_name: lantern-terms\r
license_link: LICENSE.md\r
base_model: maker/base-xl\r
instance_prompt: paper lantern, night market\r
tags: [lora, not-for-all-audiences]\r
widget:\r
- text: a paper lantern\r
  output: {url: images/one 1.png}\r
- text: a film\r
  output: {url: "https://elsewhere.example/two.mp4"}\r
---\r
# Lanterns\r
"""
TREE = [
    {"type": "directory", "path": "images", "oid": "1", "size": 0},
    weights("lantern.safetensors"),
    small("README.md", 300),
    small("images/one 1.png"),
]


class TestHuggingFace(SourceSuite):
    """The Hub and its mirrors."""

    name = "huggingface"
    described = Ref(source="huggingface", model_id="studio/lantern-lora", revision="main")
    pages: ClassVar = {
        "/api/models/studio/lantern-lora/revision/main": INFO,
        f"/api/models/studio/lantern-lora/tree/{COMMIT}": TREE,
        f"/studio/lantern-lora/resolve/{COMMIT}/README.md": CARD,
    }
    searched: ClassVar = {"/api/models": [INFO]}
    claims = (
        Claim("https://huggingface.co/studio/lantern-lora", REPO),
        Claim("huggingface.co/studio/lantern-lora/", REPO),
        Claim("https://www.huggingface.co/studio/lantern-lora.git", REPO),
        Claim("http://hf.co/studio/lantern-lora?library=diffusers#x", REPO),
        Claim("https://huggingface.co/studio/lantern-lora/tree/v1", REPO | {"revision": "v1"}),
        Claim(
            "https://huggingface.co/studio/lantern-lora/tree/main/unet/", REPO | {"revision": "main", "path": "unet"}
        ),
        Claim(
            "https://huggingface.co/studio/lantern-lora/blob/main/a%20b/x+y.safetensors",
            REPO | {"revision": "main", "path": "a b/x+y.safetensors"},
        ),
        Claim(
            "https://huggingface.co/studio/lantern-lora/resolve/main/x.safetensors?download=true",
            REPO | {"revision": "main", "path": "x.safetensors"},
        ),
        Claim(
            "https://huggingface.co/studio/lantern-lora/raw/refs%2Fpr%2F7/x.json",
            REPO | {"revision": "refs/pr/7", "path": "x.json"},
        ),
        Claim(
            "https://huggingface.co/studio/lantern-lora/resolve/refs/pr/7/x.json",
            REPO | {"revision": "refs/pr/7", "path": "x.json"},
        ),
        Claim(
            "https://huggingface.co/studio/lantern-lora/blame/main/x.json",
            REPO | {"revision": "main", "path": "x.json"},
        ),
        Claim(f"https://huggingface.co/studio/lantern-lora/commit/{COMMIT}", REPO | {"revision": COMMIT}),
        Claim("https://huggingface.co/studio/lantern-lora/discussions/4", REPO),
        Claim("https://huggingface.co/studio/lantern-lora?show_file_info=x.gguf", REPO | {"path": "x.gguf"}),
        Claim("https://huggingface.co/api/models/studio/lantern-lora", REPO),
        Claim("https://huggingface.co/api/models/studio/lantern-lora/revision/v1", REPO | {"revision": "v1"}),
        Claim(
            f"https://huggingface.co/api/resolve-cache/models/studio/lantern-lora/{COMMIT}/x.json?etag=1",
            REPO | {"revision": COMMIT, "path": "x.json"},
        ),
        Claim(
            "https://hf-mirror.com/studio/lantern-lora/resolve/main/x.gguf",
            REPO | {"revision": "main", "path": "x.gguf"},
        ),
        Claim(f"{BASE_HUB}/studio/lantern-lora/tree/main", REPO | {"revision": "main"}),
        Claim("https://huggingface.co/gpt2", {"model_id": "gpt2"}),
        Claim(
            "https://huggingface.co/gpt2/resolve/main/x.bin", {"model_id": "gpt2", "revision": "main", "path": "x.bin"}
        ),
        Claim("gpt2", {"model_id": "gpt2"}),
        Claim("hf.co/studio/lantern-GGUF:IQ2_XXS", {"model_id": "studio/lantern-GGUF", "pick": {"quant": "IQ2_XXS"}}),
        Claim("studio/lantern-lora", REPO),
        Claim("studio/FLUX.1-dev", {"model_id": "studio/FLUX.1-dev"}),
        Claim("studio/lantern-lora@v1", REPO | {"revision": "v1"}),
        Claim("studio/lantern-lora@refs%2Fpr%2F7", REPO | {"revision": "refs/pr/7"}),
        Claim("studio/lantern-lora:Q4_K_M", REPO | {"pick": {"quant": "Q4_K_M"}}),
        Claim("studio/lantern-lora:latest", REPO),
        Claim("studio/lantern-lora/unet/x.safetensors", REPO | {"path": "unet/x.safetensors"}),
        Claim("hf://studio/lantern-lora", REPO),
        Claim("hf://models/studio/lantern-lora@v1/a/x.gguf", REPO | {"revision": "v1", "path": "a/x.gguf"}),
        Claim("hf://studio/lantern-lora@refs/pr/7/x.gguf", REPO | {"revision": "refs/pr/7", "path": "x.gguf"}),
        Claim("hf download studio/lantern-lora", REPO),
        Claim(
            "hf download studio/lantern-lora x.gguf --revision v1 --token hf_abcdefghijkl",
            REPO | {"revision": "v1", "path": "x.gguf"},
        ),
        Claim(
            "$ huggingface-cli download studio/lantern-lora --include '*.gguf' *.json --local-dir .",
            REPO | {"pick": {"include": "*.gguf\n*.json"}},
        ),
        Claim(
            "hf download --revision=v1 studio/lantern-lora a.gguf b.gguf",
            REPO | {"revision": "v1", "pick": {"include": "a.gguf\nb.gguf"}},
        ),
        Claim("urn:air:sdxl:lora:huggingface:studio/lantern-lora@v1", REPO | {"revision": "v1"}),
        Claim("air:flux1:checkpoint:huggingface:studio/FLUX.1-dev", {"model_id": "studio/FLUX.1-dev"}),
    )
    refuses = (
        Refusal("https://huggingface.co/datasets/a/b", "link-not-a-model", {"what": "dataset"}),
        Refusal("https://huggingface.co/api/datasets/a/b", "link-not-a-model", {"what": "dataset"}),
        Refusal("https://huggingface.co/spaces/a/b", "link-not-a-model", {"what": "space"}),
        Refusal("https://hf.co/collections/a/b-123", "link-not-a-model", {"what": "collection"}),
        Refusal("https://huggingface.co/papers/2401.00001", "link-not-a-model", {"what": "paper"}),
        Refusal("https://huggingface.co/somebody", "link-not-a-model", {"what": "user"}),
        Refusal("https://huggingface.co/models?search=x", "link-not-a-model", {"what": "page"}),
        Refusal("https://huggingface.co/docs/hub/index", "link-not-a-model", {"what": "page"}),
        Refusal("https://huggingface.co", "link-not-a-model", {"what": "page"}),
        Refusal("hf://datasets/a/b/x.parquet", "link-not-a-model", {"what": "dataset"}),
        Refusal("hf://spaces/a/b", "link-not-a-model", {"what": "space"}),
        Refusal("hf download a/b --repo-type dataset", "link-not-a-model", {"what": "dataset"}),
    )
    secrets = (
        "https://huggingface.co/studio/lantern-lora/resolve/main/x.gguf?token=SECRET",
        "https://user:SECRET@huggingface.co/studio/lantern-lora?X-Amz-Signature=SECRET#SECRET",
        "hf download studio/lantern-lora x.gguf --token hf_SECRET",
        "hf download studio/lantern-lora --token=hf_SECRET x.gguf y.gguf",
        "https://huggingface.co/datasets/a/b?token=SECRET",
    )

    def make(self, net: Any, base_url: str) -> HuggingFace:
        return HuggingFace(net, base_url, now=lambda: NOW)

    def test_info_tree_and_card_become_one_listing(self, site: Site, source: HuggingFace) -> None:
        listing = source.describe(self.described)
        assert listing.ref == Ref(source="huggingface", model_id="studio/lantern-lora", revision=COMMIT)
        assert (listing.name, listing.creator, listing.kind) == ("lantern-lora", "studio", "lora")
        assert listing.trained_words == ("paper lantern", "night market")
        assert listing.base_model == "maker/base-xl"
        assert [(each.type, each.ref) for each in listing.relations] == [("derived-from", "maker/base-xl")]
        assert listing.license == {
            "id": "other",
            "name": "lantern-terms",
            "link": f"{site.url}/studio/lantern-lora/blob/{COMMIT}/LICENSE.md",
        }
        assert (listing.description, listing.description_format) == ("# Lanterns", "markdown")
        assert listing.nsfw_level == 8
        assert [picture.model_dump(include={"url", "type", "prompt"}) for picture in listing.pictures] == [
            {
                "url": f"{site.url}/studio/lantern-lora/resolve/{COMMIT}/images/one%201.png",
                "type": "image",
                "prompt": "a paper lantern",
            },
            {"url": "https://elsewhere.example/two.mp4", "type": "video", "prompt": "a film"},
        ]
        assert listing.stats == {"downloads": 12, "likes": 3}
        assert listing.access is Access.open

    def test_big_files_are_known_by_sha256_and_small_ones_by_git_hash(self, source: HuggingFace) -> None:
        by_path = {file.path: file for file in source.describe(self.described).files}
        assert by_path["lantern.safetensors"].digests.known() == {"sha256": "ab" * 32}
        assert by_path["README.md"].digests.known() == {"git_sha1": "34" * 20}
        assert "images" not in by_path

    def test_a_search_asks_for_the_names_of_files(self, site: Site, source: HuggingFace) -> None:
        site.replies["/api/models"] = Reply([INFO, {"id": "../../x"}, {}, 5])
        found = source.search("lantern lora", "lora", 4)
        assert [each.model_id for each in found] == ["studio/lantern-lora"]
        asked = site.asked[-1].path.partition("?")[2]
        assert asked.split("&") == ["limit=4", "full=true", "sort=downloads", "search=lantern%20lora"]

    def test_a_file_is_located_at_the_commit_not_the_branch(self, site: Site, source: HuggingFace) -> None:
        site.replies[f"/api/models/studio/lantern-lora/tree/{COMMIT}"] = Reply([weights("a b/ü#?.safetensors", 77)])
        listing = source.describe(self.described)
        place = source.locate(listing, listing.files[0])
        assert place.url == f"{site.url}/studio/lantern-lora/resolve/{COMMIT}/a%20b/%C3%BC%23%3F.safetensors"
        assert (place.credential, place.size, place.digests.sha256) == ("huggingface", 77, "ab" * 32)

    def test_a_long_tree_is_read_to_its_end_and_only_on_the_hub(self, site: Site, source: HuggingFace) -> None:
        tree = f"/api/models/studio/lantern-lora/tree/{COMMIT}"
        first, second = f"{tree}?recursive=true&expand=false", f"{tree}?cursor=two"
        site.replies[first] = Reply([weights("a.gguf")], headers={"Link": f'<{site.url}{second}>; rel="next"'})
        site.replies[second] = Reply(
            [weights("b.gguf")], headers={"Link": '<http://localhost:1/elsewhere>; rel="next"'}
        )
        assert [file.path for file in source.describe(self.described).files] == ["a.gguf", "b.gguf"]

    def test_a_tree_that_pages_in_circles_ends(self, site: Site, source: HuggingFace) -> None:
        tree = f"/api/models/studio/lantern-lora/tree/{COMMIT}"
        site.replies[tree] = lambda asked: Reply(
            [weights("a.gguf")], headers={"Link": f'<{site.url}{tree}?n={len(site.asked)}>; rel="next"'}
        )
        problem = refusal_of(lambda: source.describe(self.described))
        assert (problem.code, problem.facts["reason"]) == ("bad-answer", "too-long")

    def test_the_next_page_of_a_mirror_is_asked_for_at_the_mirror(self, site: Site, source: HuggingFace) -> None:
        tree = f"/api/models/studio/lantern-lora/tree/{COMMIT}"
        onward = {"Link": f'<https://hub.example{tree}?cursor=two>; rel="next"'}
        site.replies[f"{tree}?recursive=true&expand=false"] = Reply([weights("a.gguf")], headers=onward)
        site.replies[f"{tree}?cursor=two"] = Reply([weights("b.gguf")])
        assert [file.path for file in source.describe(self.described).files] == ["a.gguf", "b.gguf"]

    def test_a_repository_of_too_many_files_is_refused_and_never_cut(self, site: Site, source: HuggingFace) -> None:
        entry = {"type": "file", "size": 1, "oid": "c" * 40}
        tree = f"/api/models/studio/lantern-lora/tree/{COMMIT}"
        site.replies[tree] = Reply([{**entry, "path": f"{number}.bin"} for number in range(MOST_ENTRIES)])
        assert len(source.describe(self.described).files) == MOST_ENTRIES
        site.replies[tree] = Reply([{**entry, "path": f"{number}.bin"} for number in range(MOST_ENTRIES + 1)])
        problem = refusal_of(lambda: source.describe(self.described))
        assert (problem.code, problem.facts["reason"]) == ("bad-answer", "too-long")

    def test_a_download_of_thousands_of_files_is_left_to_choose(self, source: HuggingFace) -> None:
        files = tuple(ListedFile(name=f"{number}.bin", path=f"{number}.bin") for number in range(MOST_FILES + 1))
        listing = Listing(source="huggingface", ref=Ref(source="huggingface", model_id="a/b"), name="x", files=files)
        problem = refusal_of(lambda: source.choose(listing, "*.bin"))
        assert (problem.code, problem.facts["count"], len(problem.facts["names"])) == ("choose-file", 2001, 50)
        fewer = listing.model_copy(update={"files": files[:MOST_FILES]})
        assert len(source.choose(fewer, "*.bin")) == MOST_FILES

    def test_a_refusal_names_fifty_files_and_counts_the_rest(self, source: HuggingFace) -> None:
        files = tuple(ListedFile(name=f"{number}.gguf", format="gguf") for number in range(70))
        listing = Listing(source="huggingface", ref=Ref(source="huggingface", model_id="a/b"), name="x", files=files)
        for pattern in (None, "nothing-*"):
            facts = refusal_of(lambda pattern=pattern: source.choose(listing, pattern)).facts
            assert (len(facts["names"]), facts["count"]) == (50, 70)

    def test_a_branch_name_with_slashes_is_found(self, site: Site, source: HuggingFace) -> None:
        site.replies["/api/models/studio/lantern-lora/revision/feature"] = Reply(
            {"error": "Invalid rev id: feature"}, 404, {"X-Error-Code": "RevisionNotFound"}
        )
        site.replies["/api/models/studio/lantern-lora/revision/feature%2Fnew"] = Reply(INFO)
        ref = source.recognise(f"{site.url}/studio/lantern-lora/blob/feature/new/lantern.safetensors")
        assert ref is not None
        listing = source.describe(ref)
        assert (listing.revision, listing.ref.path) == (COMMIT, "lantern.safetensors")

    def test_a_missing_readme_and_a_hidden_tree_still_make_a_listing(self, site: Site, source: HuggingFace) -> None:
        site.replies = {"/api/models/studio/lantern-lora/revision/main": Reply(INFO)}
        listing = source.describe(self.described)
        assert [(file.path, file.size) for file in listing.files] == [("lantern.safetensors", None)]
        assert listing.license["id"] == "other"

    def test_a_tree_that_fails_for_a_moment_is_not_taken_for_one_without_hashes(
        self, site: Site, source: HuggingFace
    ) -> None:
        site.replies[f"/api/models/studio/lantern-lora/tree/{COMMIT}"] = Reply({}, 503)
        assert refusal_of(lambda: source.describe(self.described)).retry

    @pytest.mark.parametrize(
        ("gated", "sha256", "access"),
        [
            ("manual", "*" * 64, Access.gated),
            ("auto", "ab" * 32, Access.open),
            (False, "ab" * 32, Access.open),
        ],
    )
    def test_a_gate_is_told_of_when_it_is_closed_for_us(
        self, site: Site, source: HuggingFace, gated: Any, sha256: str, access: Access
    ) -> None:
        site.replies["/api/models/studio/lantern-lora/revision/main"] = Reply({**INFO, "gated": gated})
        site.replies[f"/api/models/studio/lantern-lora/tree/{COMMIT}"] = Reply([weights("x.safetensors", 5, sha256)])
        listing = source.describe(self.described)
        assert listing.access is access
        assert (listing.files[0].digests.sha256 is None) == (access is Access.gated)


def chosen(paths: list[str], pattern: str | None = None, **ref: Any) -> list[str | None]:
    """What is chosen from a repository with these files."""
    entries = [
        weights(p) if p.rpartition(".")[2] in {"safetensors", "gguf", "bin", "onnx", "ckpt"} else small(p)
        for p in paths
    ]
    pages: ClassVar = {
        "/api/models/a/b": Reply({"id": "a/b", "sha": COMMIT}),
        f"/api/models/a/b/tree/{COMMIT}": Reply(entries),
    }
    with Site(pages) as site:
        source = HuggingFace(real_net(), site.url)
        listing = source.describe(Ref(source="huggingface", model_id="a/b", **ref))
        return [file.path for file in source.choose(listing, pattern)]


def test_the_only_weights_are_chosen() -> None:
    assert chosen(["README.md", "lora.safetensors", "image.png", "config.json"]) == ["lora.safetensors"]


def test_safetensors_are_preferred_to_a_twin_that_can_run_code() -> None:
    assert chosen(["pytorch_model.bin", "model.safetensors"]) == ["model.safetensors"]


def test_training_leftovers_are_not_in_the_way() -> None:
    paths = ["lora.safetensors", "checkpoint-500/lora.safetensors", "checkpoint-500/optimizer.bin", "training_args.bin"]
    assert chosen(paths) == ["lora.safetensors"]


def test_shards_come_with_their_siblings_and_their_index() -> None:
    shards = ["t/m-00001-of-00002.safetensors", "t/m-00002-of-00002.safetensors", "t/m.safetensors.index.json"]
    assert chosen([*shards, "t/config.json"]) == shards
    assert chosen([*shards, "other.safetensors"], path=shards[1]) == shards
    assert chosen([*shards, "other.safetensors"], path="t") == shards
    assert chosen([*shards, "other.safetensors"], pattern="*.index.json") == shards


def test_gguf_shards_belong_together() -> None:
    shards = ["q/m-Q8_0-00001-of-00002.gguf", "q/m-Q8_0-00002-of-00002.gguf"]
    assert chosen([*shards, "m-Q4_K_M.gguf"], pick={"quant": "q8_0"}) == shards


def test_a_quant_is_picked_by_name_and_nothing_near_it() -> None:
    paths = ["m-Q4_K_M.gguf", "m-Q4_K_S.gguf", "m-UD-Q4_K_XL.gguf", "mmproj-BF16.gguf", "m-BF16.gguf"]
    assert chosen(paths, pick={"quant": "Q4_K_M"}) == ["m-Q4_K_M.gguf"]
    assert chosen(paths, pick={"quant": "Q4_K_XL"}) == ["m-UD-Q4_K_XL.gguf"]
    assert chosen(paths, pick={"quant": "BF16"}) == ["m-BF16.gguf"]


def test_several_files_are_a_question_with_names_and_sizes() -> None:
    problem = refusal_of(lambda: chosen(["a.safetensors", "b.safetensors"]))
    assert problem.code == "choose-file"
    assert (problem.facts["names"], problem.facts["sizes"]) == (["a.safetensors", "b.safetensors"], [1000, 1000])


def test_a_repository_without_weights_says_so() -> None:
    assert refusal_of(lambda: chosen(["README.md"])).code == "no-such-file"
    assert refusal_of(lambda: chosen(["a.safetensors"], path="missing.safetensors")).code == "no-such-file"


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern() -> None:
    assert chosen(["[fp8] a.safetensors", "f.safetensors"], pattern="[fp8] a.safetensors") == ["[fp8] a.safetensors"]


def test_a_diffusers_set_is_whole_in_one_variant_and_without_other_runtimes() -> None:
    paths = [
        "README.md",
        "model_index.json",
        "scheduler/scheduler_config.json",
        "single_file.safetensors",
        "text_encoder/config.json",
        "text_encoder/model.fp16.safetensors",
        "text_encoder/model.onnx",
        "text_encoder/model.safetensors",
        "text_encoder/pytorch_model.bin",
        "tokenizer/merges.txt",
        "tokenizer/vocab.json",
        "transformer/config.json",
        "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
        "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
        "transformer/diffusion_pytorch_model.safetensors.index.json",
        "transformer/diffusion_pytorch_model.fp16.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.bin",
        "vae_decoder/config.json",
        "vae_decoder/model.onnx",
        "images/one.png",
    ]
    left_out = {
        "README.md",
        "single_file.safetensors",
        "text_encoder/model.fp16.safetensors",
        "text_encoder/model.onnx",
    }
    left_out |= {"text_encoder/pytorch_model.bin", "transformer/diffusion_pytorch_model.fp16.safetensors"}
    left_out |= {"vae_decoder/config.json", "vae_decoder/model.onnx", "images/one.png"}
    assert set(chosen(paths)) == set(paths) - left_out
    assert "text_encoder/model.fp16.safetensors" in chosen(paths, pick={"variant": "fp16"})


@pytest.mark.parametrize(
    ("name", "quant"),
    [
        ("model-Q4_K_M.gguf", "Q4_K_M"),
        ("model.Q8_0.gguf", "Q8_0"),
        ("model-UD-IQ2_XXS.gguf", "UD-IQ2_XXS"),
        ("Model-7B-f16.gguf", "F16"),
        ("flux1-dev-Q5_K_S-00001-of-00002.gguf", "Q5_K_S"),
        ("model-MXFP4_MOE.gguf", "MXFP4_MOE"),
        ("qwen3-4b.gguf", None),
    ],
)
def test_the_quant_is_read_from_the_file_name(name: str, quant: str | None) -> None:
    assert quant_of(name) == quant


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (401, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted. Please log in."}, b"", "gated"),
        (
            403,
            {"X-Error-Code": "GatedRepo", "X-Error-Message": "Your request is awaiting a review"},
            b"",
            "gated-pending",
        ),
        (403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Your request was rejected"}, b"", "forbidden"),
        (403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "You are not in the list"}, b"", "gated"),
        (401, {"X-Error-Message": "Invalid username or password."}, b"", "missing-or-private"),
        (401, {}, b'{"error":"Invalid username or password."}', "missing-or-private"),
        (404, {"X-Error-Code": "RepoNotFound"}, b"", "not-found"),
        (404, {"X-Error-Code": "EntryNotFound"}, b"", "not-found"),
        (404, {"X-Error-Code": "RevisionNotFound"}, b"", "revision-not-found"),
        (403, {"X-Error-Message": "Access to this resource is disabled."}, b"", "downloads-disabled"),
        (429, {"RateLimit": '"api";r=0;t=120'}, b"", "rate-limited"),
        (403, {}, b"<?xml?><Error>AccessDenied</Error>", "address-expired"),
        (500, {}, b"", None),
    ],
)
def test_a_refusal_of_the_hub_says_what_it_means(
    status: int, headers: dict[str, str], body: bytes, code: str | None
) -> None:
    told = explained(status, headers, body)
    assert (told.code if told else None) == code


def test_a_used_up_limit_tells_when_the_window_opens_again() -> None:
    told = explained(429, {"RateLimit": '"api";r=0;t=120'}, b"")
    assert told is not None
    assert told.facts["retry_after"] == 121


def explained(status: int, headers: dict[str, str], body: bytes) -> ModellaError | None:
    """What the source makes of a refusal."""
    listing = Listing(source="huggingface", ref=Ref(source="huggingface"), name="x")
    return HuggingFace(real_net()).explain(status, Headers(headers.items()), body, listing)
