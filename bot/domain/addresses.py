"""Web addresses: which of them lead to this machine."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def leads_here(url: str) -> bool:
    """Whether a URL leads to this machine: then no proxy may stand between."""
    return is_loopback(urlsplit(url).hostname or "")
