"""The sources against the stand-in hub: everything in its catalogue reads, and its bytes are what was published."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from modella.core.errors import AccessNeeded, BadLink, ModellaError
from modella.core.listing import Access, Listing
from modella.demo.hub import Hub
from modella.io.net import Credential, Net, NetPolicy, origin_of
from modella.sources.civitai.source import Civitai
from modella.sources.huggingface.source import HuggingFace
from modella.sources.registry import ask_in_order
from modella.sources.source import Source
from modella.sources.url.source import Url
from tests.sources.suite import refusal_of


@pytest.fixture(scope="module")
def whole_hub() -> Iterator[Hub]:
    """A hub where downloads need a key."""
    with Hub(seed=3, count=80, anonymous_downloads=False) as hub:
        yield hub


def net_to(hub: Hub, civitai_key: str | None = None, hub_key: str | None = None) -> Net:
    """A real net with these keys, each for its own origin."""
    keys = {"civitai": (hub.civitai_url, civitai_key), "huggingface": (hub.huggingface_url, hub_key)}
    credentials = {name: Credential(frozenset({origin_of(url)}), _always(key)) for name, (url, key) in keys.items()}
    return Net(NetPolicy(allowed=frozenset(hub.allowed_hosts.split(","))), credentials)


def _always(key: str | None) -> Callable[[], str | None]:
    return lambda: key


def sources_of(hub: Hub, net: Net) -> list[Source]:
    """All sources, pointed at the hub."""
    return [Civitai(net, hub.civitai_url), HuggingFace(net, hub.huggingface_url), Url(net)]


def described(hub: Hub, text: str, net: Net | None = None) -> tuple[Source, Listing]:
    """The source that claims the text, and its listing."""
    sources = sources_of(hub, net or net_to(hub, "demo-key", "hf_demo"))
    ref = ask_in_order(sources, text)
    source = next(source for source in sources if source.name == ref.source)
    return source, source.describe(ref)


def fetched(net: Net, source: Source, listing: Listing) -> list[tuple[bytes, str | None]]:
    """Bytes and published SHA-256 of the chosen files."""
    found = []
    for file in source.choose(listing, None):
        place = source.locate(listing, file)
        answer = net.ask(place.url, headers=place.headers, credential=place.credential)
        assert answer.status == 200, (place.url, answer.peek())
        found.append((answer.read(64 << 20), file.digests.sha256))
    return found


def test_every_model_of_the_catalogue_is_described(whole_hub: Hub) -> None:
    net = net_to(whole_hub, "demo-key")
    accesses, codes = Counter[Access](), Counter[str]()
    for model in whole_hub.catalogue.models.values():
        try:
            _, listing = described(whole_hub, f"{whole_hub.civitai_url}/models/{model.id}", net)
        except ModellaError as problem:
            codes[problem.code] += 1
            continue
        assert listing.name == model.name
        assert listing.ref.version_id
        accesses[listing.access] += 1
    assert accesses[Access.open] > 40
    assert {Access.archived, Access.taken_down} <= set(accesses)
    assert set(codes) <= {"not-found", "no-files"}
    assert sum(codes.values()) < 10


@pytest.mark.parametrize(
    "theme", ["hf-lora", "hf-file", "hf-diffusers", "hf-sharded", "hf-renamed", "direct", "release"]
)
def test_what_is_described_can_be_fetched_and_is_what_was_published(whole_hub: Hub, theme: str) -> None:
    net = net_to(whole_hub, "demo-key", "hf_demo")
    source, listing = described(whole_hub, whole_hub.example(theme), net)
    files = fetched(net, source, listing)
    assert files
    for content, sha256 in files:
        assert sha256 is None or hashlib.sha256(content).hexdigest() == sha256
    assert source.name == "url" or any(sha256 for _, sha256 in files)


def test_a_lora_of_the_stand_in_arrives_with_its_hash(whole_hub: Hub) -> None:
    net = net_to(whole_hub, "demo-key")
    source, listing = described(whole_hub, whole_hub.example("lora"), net)
    ((content, sha256),) = fetched(net, source, listing)
    assert hashlib.sha256(content).hexdigest() == sha256
    assert listing.kind == "lora"
    assert set(source.lookup([sha256 or "", "00" * 31 + "01"])) == {sha256}


def test_a_key_never_leaves_its_origin(whole_hub: Hub) -> None:
    whole_hub.forget()
    net = net_to(whole_hub, "demo-key", "hf_demo")
    for theme in ("lora", "hf-file"):
        source, listing = described(whole_hub, whole_hub.example(theme), net)
        fetched(net, source, listing)
    assert whole_hub.files_origin.requests
    for request in whole_hub.files_origin.requests:
        assert "authorization" not in {name.lower() for name in request.headers}


def test_without_a_key_the_download_route_asks_for_one(whole_hub: Hub) -> None:
    net = net_to(whole_hub)
    source, listing = described(whole_hub, whole_hub.example("lora"), net)
    answer = net.ask(source.locate(listing, listing.files[0]).url)
    told = source.explain(answer.status, answer.headers, answer.peek(), listing)
    assert told is not None
    assert told.code == "login-needed"


def test_a_closed_gate_is_seen_before_the_download_and_explained_after(whole_hub: Hub) -> None:
    net = net_to(whole_hub)
    source, listing = described(whole_hub, whole_hub.example("hf-gated-manual"), net)
    assert listing.access is Access.gated
    file = next(file for file in listing.files if file.role == "model")
    assert file.digests.sha256 is None
    answer = net.ask(source.locate(listing, file).url)
    told = source.explain(answer.status, answer.headers, answer.peek(), listing)
    assert told is not None
    assert told.code == "gated"


def test_a_private_repository_looks_missing_to_strangers(whole_hub: Hub) -> None:
    problem = refusal_of(lambda: described(whole_hub, whole_hub.example("hf-private"), net_to(whole_hub)))
    assert isinstance(problem, AccessNeeded)
    assert problem.code == "missing-or-private"


def test_a_repository_of_quants_asks_which_and_takes_a_word_for_it(whole_hub: Hub) -> None:
    source, listing = described(whole_hub, whole_hub.example("hf-gguf"))
    problem = refusal_of(lambda: source.choose(listing, None))
    assert isinstance(problem, BadLink)
    assert problem.code == "choose-file"
    assert len(problem.facts["names"]) == len(problem.facts["sizes"]) > 1
    assert [file.quant for file in source.choose(listing, "*Q4_K_M*")] == ["Q4_K_M"]
    picked, chosen = described(whole_hub, f"{listing.model_id}:Q4_K_M")
    assert [file.quant for file in picked.choose(chosen, None)] == ["Q4_K_M"]


def test_a_login_page_behind_a_direct_address_is_no_model(whole_hub: Hub) -> None:
    assert refusal_of(lambda: described(whole_hub, whole_hub.example("html"))).code == "login-needed"


@pytest.mark.parametrize(
    ("fault", "code"),
    [("lfs-pointer", "lfs-pointer"), ("json-error", "error-page"), ("xml-error", "error-page"), ("status:410", "gone")],
)
def test_what_a_bad_host_sends_instead_of_a_file_is_told(whole_hub: Hub, fault: str, code: str) -> None:
    link = f"{whole_hub.files_url}/files/upscaler-esrgan.safetensors?fault={fault}"
    assert refusal_of(lambda: described(whole_hub, link)).code == code
