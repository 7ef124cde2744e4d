"""What is kept of where a consent came from: as little as proves something (FRM-1 c)."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

FAMILIES = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip


def truncated(address: str, keep: Literal["truncated", "full", "none"]) -> str:
    """A network address cut to its network (/24, /48), whole, or not at all."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if keep == "none":
        return ""
    if keep == "full":
        return str(known)
    bits = 48 if isinstance(known, IPv6Address) else 24
    return str(ip_network(f"{known}/{bits}", strict=False))


def network_of(address: str) -> str:
    """What one subscriber of a network has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, IPv6Address):
        return str(ip_network(f"{known}/64", strict=False))
    return str(known)


def agent_family(agent: str) -> str:
    """The family of a browser, nothing finer."""
    return next((family for mark, family in FAMILIES if mark in agent), "other")
