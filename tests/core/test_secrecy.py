"""No secret of an address is stored, shown or logged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.secrecy import has_secret, is_secret_name, mask_text, without_secrets

SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{SECRET}@files.example/a",
        f"https://files.example/a?token={SECRET}",
        f"https://files.example/a?x=1&TOKEN={SECRET}&y=2",
        f"https://files.example/a?X-Amz-Signature={SECRET}&X-Amz-Credential={SECRET}",
        f"https://files.example/a?sig={SECRET}&se=2026",
        f"https://files.example/a?Authorization={SECRET}",
        f"https://files.example/a?api_key={SECRET}",
        f"https://files.example/a?Key-Pair-Id={SECRET}&Policy={SECRET}&Signature={SECRET}",
        f"https://files.example/a?%74oken={SECRET}",
    ],
)
def test_secrets_of_addresses_are_found_left_out_and_masked(url: str) -> None:
    assert has_secret(url)
    assert SECRET not in without_secrets(url)
    assert without_secrets(url).startswith("https://files.example/a")
    assert SECRET not in mask_text(f"GET {url} failed, see <{url}>")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"proxy-authorization: basic {SECRET}=",
        f"ftp://user:{SECRET}@files.example/x",
        f"socks5h://user:{SECRET}@proxy.example:1080",
        "hf_abcdefghijklmnop",
        f"two: https://a.example/?key={SECRET} and https://b.example/?key={SECRET}",
    ],
)
def test_secrets_in_any_text_are_masked(text: str) -> None:
    masked = mask_text(text)
    assert SECRET not in masked
    assert "abcdefghijklmnop" not in masked


@pytest.mark.parametrize("url", ["https://files.example/a?seed=7&type=Model", "http://127.0.0.1:8188/x#part"])
def test_an_address_without_secrets_stays_as_it_is(url: str) -> None:
    assert not has_secret(url)
    assert mask_text(f"see {url}") == f"see {url}"


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask_text(f"http://{text} {text}"), str)


@pytest.mark.parametrize(
    ("name", "secret"), [("Token", True), ("x-goog-signature", True), ("tokens", False), ("seed", False)]
)
def test_parameters_are_known_by_their_names(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret
