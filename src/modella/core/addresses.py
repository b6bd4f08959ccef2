"""Which network addresses the server may connect to on somebody's behalf: the rule, without the connection."""

import ipaddress
from typing import Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Verdict = Literal["public", "private", "metadata"]

_METADATA = {
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure, Oracle, DigitalOcean
        "169.254.170.2",  # AWS container credentials
        "169.254.169.123",
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure wire server: a public number that is never the public network
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",
        "fd20:ce::254",
    )
}
_METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
}
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = (ipaddress.ip_network("2000::/3"), _TRANSLATED)
_HOLDING_IPV4 = (_TRANSLATED, ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("::/96"))
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text) for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")
)
"""Networks of RFC 6890 that some versions of Python take for public ones."""
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")

FORBIDDEN_PORTS = frozenset(
    {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110}
    | {
        111,
        113,
        115,
        117,
        119,
        123,
        135,
        137,
        139,
        143,
        161,
        179,
        389,
        427,
        465,
        512,
        513,
        514,
        515,
        526,
        530,
        531,
        532,
    }
    | {540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3306, 3659, 4045, 5060, 5061}
    | {5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080, 11211, 27017}
)
"""Ports of other protocols: the browsers' list (Fetch standard, bad ports) and the common databases."""


def judge_address(text: str) -> Verdict:
    """Whether an IP address is on the public network, a private one, or a cloud's metadata service."""
    address = ipaddress.ip_address(text.partition("%")[0])
    verdicts = [_judge(each) for each in (address, *_embedded(address))]
    return next((v for v in ("metadata", "private") if v in verdicts), "public")


def is_metadata_name(host: str) -> bool:
    """Whether a host name is one by which clouds call their metadata service."""
    return host.lower().rstrip(".") in _METADATA_NAMES


def _judge(address: Address) -> Verdict:
    if address in _METADATA:
        return "metadata"
    if address.version == 6:
        elsewhere = not any(address in network for network in _GLOBAL_UNICAST)
    else:
        elsewhere = any(address in network for network in _NOT_PUBLIC)
    return "private" if elsewhere or address.is_multicast or not address.is_global else "public"


def _embedded(address: Address) -> list[Address]:
    """IPv4 addresses that hide inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64, ISATAP)."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo:
        found += list(address.teredo)
    is_isatap = address.packed[8:12] in _ISATAP
    if is_isatap or any(address in network for network in _HOLDING_IPV4):
        found.append(ipaddress.IPv4Address(address.packed[12:]))
    return [each for each in found if each is not None]
