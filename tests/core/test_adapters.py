"""Low-rank files of every architecture, spelling and form: told right, or with every family they fit, never wrong."""

import pytest

from modella.core.identity import Header, Identity, Tensor, identify
from modella.io.packaged import load_rules
from tests.core.adapter_fixtures import FORMS, NETWORKS, SPELLINGS, SUBSETS, Network, written
from tests.core.model_fixtures import Tensors

RULES = load_rules()


def told(tensors: Tensors, **metadata: str) -> Identity:
    return identify(Header("safetensors", {name: Tensor(*one) for name, one in tensors.items()}, metadata), RULES)


def is_right(answer: Identity, network: Network) -> bool:
    """A family it is of, or none; or one with the very same layers that names the right one too."""
    allowed = (None, network.family, *network.also)
    return answer.kind == "lora" and (answer.family in allowed or network.family in answer.also)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_layers_name_the_family(network: Network, spelling: str) -> None:
    for form in ("lora", "lokr"):
        answer = told(written(network, spelling, "everything", form))
        assert answer.kind == "lora"
        assert answer.family in (network.family, *network.also), (form, answer.reasons)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_the_factors_does_not_matter(network: Network, form: str) -> None:
    answer = told(written(network, "dots", "everything", form))
    assert answer.family in (network.family, *network.also), answer.reasons


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("subset", SUBSETS)
def test_a_part_of_the_layers_never_names_another_family(network: Network, subset: str) -> None:
    for number, spelling in enumerate(SPELLINGS):
        tensors = written(network, spelling, subset, list(FORMS)[number % len(FORMS)])
        if tensors:
            answer = told(tensors)
            assert is_right(answer, network), (spelling, answer.kind, answer.family, answer.also, answer.reasons)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
@pytest.mark.parametrize("rank", [1, 768, 1024, 2048])
def test_a_rank_is_no_width(network: Network, rank: int) -> None:
    layers = dict(list(network.layers.items())[:40])
    small = Network(network.name, network.family, layers, network.root, network.also)
    assert is_right(told(written(small, "dots", "everything", "peft", rank)), network)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_a_header_that_lies_is_never_believed_against_the_layers(network: Network) -> None:
    tensors = written(network, "kohya", "everything", "lora")
    honest = told(tensors)
    for lie in ("sd_v1", "sdxl_base_v1-0", "flux1", "lumina2", "hunyuan_video"):
        answer = told(tensors, ss_base_model_version=lie)
        assert answer.family in (honest.family, *honest.also, *network.also)
        assert answer.family == honest.family or any("by header" in reason for reason in answer.reasons)
