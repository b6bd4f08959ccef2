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
        f"https://files.example/a?x=1;token={SECRET};y=2",
        f"https://files.example/a;jsessionid={SECRET}",
        f"https://files.example/a?next=https%3A%2F%2Fb.example%2F%3Fapi_key%3D{SECRET}",
        f"https://files.example/a?temp_url_sig={SECRET}&GoogleAccessId={SECRET}&AWSAccessKeyId={SECRET}",
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
        f"hf download a/b --token {SECRET} x.gguf",
        f"hf download a/b --token={SECRET}",
        f"civitai.com/api/download/models/1?type=Model&token={SECRET}",
        f"HF_TOKEN={SECRET} CIVITAI_API_KEY='{SECRET}' modella serve",
        f"htps//user:{SECRET}@files.example/x",
        f"https://files.example/x#access_token={SECRET}",
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


@pytest.mark.parametrize(
    "text", ["modella pull --file x.gguf --kind lora", "a;b c=d & e", "PATH=/usr/bin", "50 tokens & more; key facts"]
)
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert mask_text(text) == text


def test_what_is_left_of_an_address_is_what_was_written() -> None:
    assert without_secrets("https://a.example/x?a=%2f+b&token=1&c=;d=2") == "https://a.example/x?a=%2f+b&c=;d=2"


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask_text(f"http://{text} {text}"), str)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("Token", "x-goog-signature", "authkey", "access-token", "client_secret", "sid")),
        *((name, True) for name in ("userPassword", "X-Amz-Date", "sessionId", "sasToken", "hmac", "ticket", "my_jwt")),
        *((name, True) for name in ("apiKey", "oauth_token", "passphrase", "access_tokens", "sig", "accountKey")),
        *((name, False) for name in ("tokens", "max_tokens", "tokens_per_second", "seed", "keyword", "monkey")),
        *((name, False) for name in ("author", "author_id", "modelVersionId", "fileId", "type", "format", "size")),
        *((name, False) for name in ("fp", "quantType", "design", "side", "signal", "expire_days", "b2ContentType")),
    ],
)
def test_parameters_are_known_by_their_names(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret
