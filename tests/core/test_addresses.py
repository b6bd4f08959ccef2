"""Which addresses are on the public network."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modella.core.addresses import is_metadata_name, judge_address

PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "100.64.0.0/10")]


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::808:808",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.1",
    ],
)
def test_addresses_of_the_public_network_are_public(address: str) -> None:
    assert judge_address(address) == "public"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "0.0.0.0",
        "::",
        "fe80::1%eth0",
        "224.0.0.1",
        "ff0e::1",
        "192.0.0.8",
        "255.255.255.255",
        "fec0::1",
    ],
)
def test_all_others_are_private(address: str) -> None:
    assert judge_address(address) == "private"


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "::169.254.169.254"])
def test_metadata_has_a_verdict_of_its_own(address: str) -> None:
    assert judge_address(address) == "metadata"


@given(st.sampled_from(PRIVATE).flatmap(lambda n: st.integers(int(n.network_address), int(n.broadcast_address))))
def test_a_private_address_does_not_pass_in_any_disguise(number: int) -> None:
    four = ipaddress.IPv4Address(number)
    high, low = number >> 16, number & 0xFFFF
    teredo = number ^ 0xFFFFFFFF
    disguises = [
        str(four),
        f"::ffff:{four}",
        f"::{four}",
        f"64:ff9b::{four}",
        f"64:ff9b:1::{four}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:{0x0808:x}:{0x0808:x}:0:ffff:{teredo >> 16:x}:{teredo & 0xFFFF:x}",
        f"2606:4700::5efe:{high:x}:{low:x}",
        f"2606:4700::200:5efe:{high:x}:{low:x}",
    ]
    assert {judge_address(disguise) for disguise in disguises} <= {"private", "metadata"}


@given(st.ip_addresses())
def test_every_address_has_a_verdict(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    verdict = judge_address(str(address))
    assert verdict in {"public", "private", "metadata"}
    assert verdict != "public" or address.is_global


@pytest.mark.parametrize("name", ["metadata", "Metadata.Google.Internal.", "instance-data.ec2.internal"])
def test_metadata_is_known_by_its_names_too(name: str) -> None:
    assert is_metadata_name(name)
    assert not is_metadata_name(f"{name.rstrip('.')}.example")
