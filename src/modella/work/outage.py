"""When the network itself fails: no connection at all, or a login page in front of everything.

A failure that looks like a host's may be nobody's: then waiting helps, and trying again does not.
"""

from collections.abc import Mapping

from modella.core.errors import ModellaError, NetworkTrouble
from modella.io.net import Net

OUTAGES = frozenset({"offline", "captive-portal"})
"""Codes that mean the network: downloads wait for its end, and go on by themselves."""
_SIGNS: Mapping[str, str] = {
    **dict.fromkeys(("name-not-resolved", "connection-refused", "connect-timeout"), "offline"),
    **dict.fromkeys(("tls-failed", "private-address", "too-many-redirects", "login-needed"), "captive-portal"),
    **dict.fromkeys(("html-page", "error-page", "bad-answer", "unexpected-encoding"), "captive-portal"),
}
"""What each outage looks like from the side of one request."""


def behind(problem: ModellaError, net: Net) -> ModellaError:
    """The outage that explains a failure, or the failure itself. May ask the network, which takes seconds."""
    suspected = _SIGNS.get(problem.code)
    if problem.code == "login-needed" and not problem.facts.get("title"):
        suspected = None  # a site's own API asks for a login, no page does
    if suspected is None or net.outage() != suspected:
        return problem
    host = problem.facts.get("host")
    return NetworkTrouble(suspected, **({"host": host} if host else {}))
