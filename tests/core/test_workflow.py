"""Workflows as they are written, and as nobody should write them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modella.core.comfy_nodes import folder_of, kind_of
from modella.core.errors import BadContent, ModellaError
from modella.core.kinds import Kind
from modella.core.workflow import LARGEST, MOST_MODELS, Named, parse, read

SHA = "ab" * 32


def node(node_class: str, *values: Any, **more: Any) -> dict[str, Any]:
    """A node as the screen saves it."""
    return {"id": 7, "type": node_class, "mode": 0, "widgets_values": list(values), **more}


def named(*nodes: dict[str, Any], **more: Any) -> list[Named]:
    """What a workflow of these nodes names."""
    return list(read({"workflow": {"nodes": list(nodes), **more}}).models)


def one(*nodes: dict[str, Any], **more: Any) -> Named:
    """The only model that a workflow of these nodes names."""
    (found,) = named(*nodes, **more)
    return found


def test_a_loader_names_its_file_and_where_it_belongs() -> None:
    found = one(node("CheckpointLoaderSimple", "SDXL\\juggernaut_xl.safetensors", title="The base"))
    assert (found.name, found.file) == ("SDXL\\juggernaut_xl.safetensors", "juggernaut_xl.safetensors")
    assert (found.folder, found.kind) == ("checkpoints", Kind.checkpoint)
    assert [(each.id, each.node_class, each.title) for each in found.nodes] == [
        ("7", "CheckpointLoaderSimple", "The base")
    ]


def test_a_loader_of_several_files_names_all_of_them() -> None:
    found = named(node("DualCLIPLoader", "clip_l.safetensors", "t5xxl_fp16.safetensors", "flux", "default"))
    assert [(each.name, each.kind) for each in found] == [
        ("clip_l.safetensors", Kind.text_encoder),
        ("t5xxl_fp16.safetensors", Kind.text_encoder),
    ]


def test_a_loader_of_two_kinds_tells_them_apart() -> None:
    found = named(node("LTXAVTextEncoderLoader", "gemma.safetensors", "ltx.safetensors", "default"))
    assert [each.folder for each in found] == ["text_encoders", "checkpoints"]


def test_the_list_of_a_node_brings_address_folder_and_hash() -> None:
    listed = {
        "name": "ae.safetensors",
        "url": "https://huggingface.co/some/where/resolve/main/ae.safetensors?download=true",
        "hash": SHA.upper(),
        "hash_type": "SHA256",
        "directory": "vae",
    }
    found = one(node("VAELoader", "flux\\ae.safetensors", properties={"models": [listed]}))
    assert (found.name, found.folder, found.kind) == ("flux\\ae.safetensors", "vae", Kind.vae)
    assert found.urls == (listed["url"],)
    assert found.digests == {"sha256": SHA}


def test_the_list_of_the_whole_workflow_counts_too() -> None:
    listed = {"name": "x.safetensors", "url": "https://example.org/x.safetensors", "directory": "model_patches"}
    found = one(models=[listed])
    assert (found.name, found.kind, found.nodes) == ("x.safetensors", Kind.other, ())


def test_what_a_list_says_of_the_folder_counts_more_than_what_a_class_makes_likely() -> None:
    listed = {"name": "x.safetensors", "url": "https://example.org/x.safetensors", "directory": "loras"}
    assert one(node("StrangeVaeLoader", "x.safetensors", properties={"models": [listed]})).folder == "loras"


def test_values_of_an_object_are_known_by_their_names() -> None:
    values = {"unet_name": "flux1-dev.gguf", "seed": 5, "text": "a cat.safetensors on a mat"}
    found = one({"id": 1, "type": "SomeonesLoader", "widgets_values": values})
    assert (found.name, found.kind) == ("flux1-dev.gguf", Kind.diffusion_model)


def test_a_value_that_no_widget_stands_for_does_not_move_the_names_of_the_others() -> None:
    inputs: list[dict[str, Any]] = [
        {"name": name, "widget": {"name": name}} for name in ("seed", "vae_name", "ckpt_name")
    ]
    inputs.insert(0, {"name": "model", "link": 3})
    found = named(node("Mixed", 12, "randomize", "a.safetensors", "b.safetensors", inputs=inputs))
    assert [each.kind for each in found] == [Kind.vae, Kind.checkpoint]


def test_a_stack_of_loras_names_each_and_says_which_are_off() -> None:
    on = {"on": True, "lora": "Flux/detail.safetensors", "strength": 1}
    off = {"on": False, "lora": "grain.safetensors", "strength": 1}
    found = named(node("Power Lora Loader (rgthree)", {}, {"type": "PowerLoraLoaderHeaderWidget"}, on, off, {}, ""))
    assert [(each.name, each.kind, each.idle) for each in found] == [
        ("Flux/detail.safetensors", Kind.lora, False),
        ("grain.safetensors", Kind.lora, True),
    ]


@pytest.mark.parametrize("mode", [2, 4])
def test_a_model_that_only_resting_nodes_name_is_idle(mode: int) -> None:
    assert one(node("VAELoader", "a.safetensors", mode=mode)).idle
    both = (node("VAELoader", "a.safetensors", mode=mode), node("VAELoader", "a.safetensors"))
    assert not one(*both).idle


def graph(name: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """A subgraph."""
    return {"id": name, "nodes": list(nodes)}


def test_a_subgraph_is_looked_into_where_it_is_used() -> None:
    inner = {"subgraphs": [graph("s1", node("s2")), graph("s2", node("VAELoader", "deep.safetensors"))]}
    assert one(node("s1"), definitions=inner).name == "deep.safetensors"
    assert named(definitions=inner) == []


def test_a_subgraph_that_rests_has_nothing_in_it_that_runs() -> None:
    inner = {"subgraphs": [graph("s1", node("VAELoader", "deep.safetensors"))]}
    assert one(node("s1", mode=4), definitions=inner).idle
    assert not one(node("s1", mode=4), node("s1"), definitions=inner).idle


def test_subgraphs_that_hold_each_other_come_to_an_end() -> None:
    circle = [graph("a", node("b"), node("VAELoader", "x.safetensors")), graph("b", node("a"), node("b"))]
    assert one(node("a"), definitions={"subgraphs": circle}).name == "x.safetensors"


def test_subgraphs_that_multiply_are_looked_into_once() -> None:
    doubling = [graph(f"s{n}", node(f"s{n + 1}"), node(f"s{n + 1}")) for n in range(200)]
    doubling.append(graph("s200", node("VAELoader", "x.safetensors")))
    assert one(node("s0"), definitions={"subgraphs": doubling}).name == "x.safetensors"


def test_the_api_format_is_read_by_the_names_of_inputs() -> None:
    prompt = {
        "4": {"class_type": "Efficient Loader", "inputs": {"ckpt_name": "a.safetensors", "vae_name": "Baked VAE"}},
        "9": {"class_type": "KSampler", "inputs": {"model": ["4", 0], "seed": float("nan")}},
        "11": {
            "class_type": "Many",
            "inputs": {"lora_1": {"on": True, "lora": "b.safetensors"}},
            "_meta": {"title": "x"},
        },
    }
    for told in ({"prompt": prompt}, {"": json.dumps({"prompt": prompt})}, {"": json.dumps(prompt)}):
        found = read(told).models
        assert [(each.name, each.kind) for each in found] == [
            ("a.safetensors", Kind.checkpoint),
            ("b.safetensors", Kind.lora),
        ]


def test_both_formats_of_one_picture_name_each_model_once() -> None:
    screen = {"nodes": [node("VAELoader", "a.safetensors")]}
    api = {"1": {"class_type": "VAELoader", "inputs": {"vae_name": "sub/a.safetensors"}}}
    told = read({"workflow": json.dumps(screen), "prompt": json.dumps(api)})
    assert [each.name for each in told.models] == ["sub/a.safetensors"]
    assert told.formats == ("screen", "api")


def test_files_of_one_name_in_different_folders_are_different() -> None:
    found = named(
        node("ControlNetLoader", "a/diffusion_pytorch_model.safetensors"),
        node("ControlNetLoader", "b\\diffusion_pytorch_model.safetensors"),
        node("ControlNetLoader", "A/Diffusion_pytorch_model.safetensors"),
    )
    assert [each.name for each in found] == [
        "a/diffusion_pytorch_model.safetensors",
        "b\\diffusion_pytorch_model.safetensors",
    ]


def test_what_people_write_for_a_model_names_nothing_but_embeddings_and_loras() -> None:
    text = "a photo of model.safetensors, (embedding:easynegative:1.2), <lora:Add Detail:0.8> embedding:neg/bad.pt, cat"
    found = named(node("CLIPTextEncode", text))
    assert [(each.name, each.kind) for each in found] == [
        ("Add Detail", Kind.lora),
        ("easynegative", Kind.embedding),
        ("neg/bad.pt", Kind.embedding),
    ]


def test_a_lora_of_a_text_and_of_a_loader_are_one() -> None:
    found = one(node("LoraLoader", "detail.safetensors", 1, 1), node("CLIPTextEncode", "<lora:detail:1>"))
    assert found.name == "detail.safetensors"


def test_notes_say_where_files_are_and_name_none() -> None:
    note = (
        "Get [the VAE](https://huggingface.co/o/r/resolve/main/vae/ae.safetensors) and\n"
        "- [detail.safetensors](https://civitai.com/models/1?modelVersionId=2), not other.safetensors"
    )
    found = named(
        node("VAELoader", "ae.safetensors"), node("LoraLoader", "x/detail.safetensors"), node("MarkdownNote", note)
    )
    assert [each.urls for each in found] == [
        ("https://huggingface.co/o/r/resolve/main/vae/ae.safetensors",),
        ("https://civitai.com/models/1?modelVersionId=2",),
    ]


def test_an_address_in_a_widget_is_a_model_and_where_it_is() -> None:
    url = "https://huggingface.co/o/r/resolve/main/a%20b.safetensors?download=true"
    found = one(node("DownloadLora", url))
    assert (found.name, found.urls) == ("a b.safetensors", (url,))


def test_a_repository_counts_in_loaders_that_fetch_it() -> None:
    found = one(node("DownloadAndLoadFlorence2Model", "microsoft/Florence-2-base", "fp16"))
    assert (found.file, found.repo) == ("microsoft/Florence-2-base", True)
    assert named(node("PrimitiveString", "and/or")) == []


def test_the_text_of_a1111_names_models_and_hashes() -> None:
    text = (
        "a cat <lora:detail:0.5>\nNegative prompt: bad\n"
        'Steps: 20, Sampler: Euler a, Size: 512x512, Model hash: 6ce0161689, Model: v1-5-pruned, VAE: "x, y.pt", '
        'Lora hashes: "detail: 9c3b1d2a4e5f, other: 0a1b2c3d4e5f", TI hashes: "neg: c74b4e810b", '
        f'Hashes: {{"model": "6ce0161689", "lora:third": "{SHA[:12]}"}}, Version: v1.9.4'
    )
    found = {each.name: (each.kind, dict(each.digests)) for each in read({"parameters": text}).models}
    assert len(read({"": text}).models) == len(found)
    assert found == {
        "detail": (Kind.lora, {"autov3": "9c3b1d2a4e5f"}),
        "v1-5-pruned": (Kind.checkpoint, {"autov2": "6ce0161689"}),
        "x, y.pt": (Kind.vae, {}),
        "other": (Kind.lora, {"autov3": "0a1b2c3d4e5f"}),
        "neg": (Kind.embedding, {"autov2": "c74b4e810b"}),
        "third": (Kind.lora, {"autov3": SHA[:12]}),
    }


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"[]", b"3", b"{}", b'{"a": {"b": 1}}', b"[" * 200_000, b"\xff\xfe"]
)
def test_what_is_no_workflow_is_refused(content: bytes) -> None:
    with pytest.raises(BadContent) as caught:
        read({"": parse(content)})
    assert caught.value.code == "not-a-workflow"


def test_a_workflow_beyond_all_reason_is_refused() -> None:
    with pytest.raises(BadContent) as caught:
        parse(b" " * (LARGEST + 1))
    assert caught.value.code == "workflow-too-large"
    with pytest.raises(BadContent) as caught:
        named(*(node("VAELoader", f"{n}.safetensors") for n in range(MOST_MODELS + 1)))
    assert caught.value.facts["limit"] == MOST_MODELS


def test_a_value_without_end_is_not_followed() -> None:
    deep: Any = "x.safetensors"
    for _ in range(900):
        deep = [deep]
    assert named(node("VAELoader", deep)) == []


def test_half_a_character_is_replaced() -> None:
    assert one(node("VAELoader", "\ud800x.safetensors")).name.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("a/b.safetensors"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["nodes", "definitions", "models", "prompt", "workflow", "1", "widgets_values", "type", "inputs"]
)


@settings(deadline=None, max_examples=300)
@given(JSON | st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON)), max_size=5))
def test_any_json_is_read_or_refused(value: Any) -> None:
    for told in ({"": value}, {"workflow": {"nodes": value}}, {"workflow": {"nodes": [value]}}, {"parameters": value}):
        try:
            for each in read(told).models:
                assert each.file
        except ModellaError:
            pass


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_of_a1111_is_read(told: str) -> None:
    read({"parameters": f"{told}\nSteps: 20, {told}"})


def test_folders_have_kinds() -> None:
    assert kind_of("text_encoders/qwen") is Kind.text_encoder
    assert kind_of("geometry_estimation") is Kind.other
    assert kind_of(None) is None
    assert folder_of("CLIPVisionLoader", "clip_name", 0) == "clip_vision"
    assert folder_of("Somebody's Control Net", None, 0) == "controlnet"
    assert folder_of("Primitive", "value", 0) is None
