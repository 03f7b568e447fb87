"""
Which addresses a result may be fetched from. No I/O: names are resolved by the caller.

An address comes from a service, and so in the end from anybody. It may only lead to the public
internet, never into this machine, its network, or a cloud's metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from string import punctuation
from urllib.parse import quote, urlsplit

from ...language import mark, tr

LONGEST = 8192
# Where services listen for strangers. Below 1024 there are mail, shells and databases.
PORTS = {443, *range(1024, 65536)}

# `is_global` differs between releases of Python, so the registries of IANA stand here as well.
_SPECIAL = {
    "0.0.0.0/8": mark("this machine"),
    "10.0.0.0/8": mark("a private network"),
    "100.64.0.0/10": mark("a provider's inner network"),
    "127.0.0.0/8": mark("this machine"),
    "168.63.129.16/32": mark("a cloud's metadata"),
    "169.254.0.0/16": mark("the local link, or a cloud's metadata"),
    "172.16.0.0/12": mark("a private network"),
    "192.0.0.0/24": mark("a protocol's own use"),
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": mark("a tunnel"),
    "192.168.0.0/16": mark("a private network"),
    "198.18.0.0/15": mark(
        "benchmarks, or a proxy's stand-in (then name the proxy in SOPHNET_PROXY)"
    ),
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "nobody",
    "::/128": mark("this machine"),
    "::1/128": mark("this machine"),
    "64:ff9b:1::/48": mark("a private network"),
    "100::/64": "nobody",
    "2001::/23": mark("a tunnel, or a protocol's own use"),
    "2001:db8::/32": "documentation",
    "2002::/16": mark("a tunnel"),
    "3fff::/20": "documentation",
    "5f00::/16": mark("a provider's inner network"),
    "fc00::/7": mark("a private network"),
    "fe80::/10": mark("the local link"),
    "fec0::/10": mark("a private network"),
    "ff00::/8": "multicast",
}
_NETWORKS = [(ip_network(network), whose) for network, whose in _SPECIAL.items()]
_UNICAST = ip_network("2000::/3")
# IPv4 inside IPv6, in the last 32 bits: translated by the network, by the system, or of old.
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# By the URL standard a name whose last part is such a number is an address in disguise.
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")


class Refused(ValueError):
    """Why a URL is not fetched, as a phrase that continues ``it``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """
    Where one request goes: ``host`` is a name in ASCII, or an address.

    ``target`` is path and query as they were given: a signature may cover each byte of them.
    ``trusted`` says that it was configured, so that it may be private; ``secured`` that its address
    was one of http, and is asked by https.
    """

    scheme: str
    host: str
    port: int
    target: str
    trusted: bool = False
    secured: bool = False

    @property
    def literal(self) -> bool:
        """True where no name has to be resolved."""
        return _parsed(self.host) is not None

    @property
    def authority(self) -> str:
        """Host and port as a request names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def place(url: str, trusted: Iterable[str] = ()) -> Destination:
    """
    Parse a URL, and check all that needs no network.

    ``trusted`` are origins (``http://127.0.0.1:8123``) that may be private and without TLS; scheme,
    host and port must all be the same. Any other address is asked by https, also one of http:
    object stores name the same file by both. Raises `Refused`.
    """
    found = _split(url.strip())
    origins = [_split(origin).origin for origin in trusted if origin]
    if found.origin in origins:
        return Destination(
            scheme=found.scheme,
            host=found.host,
            port=found.port,
            target=found.target,
            trusted=True,
        )
    if found.scheme == "http":
        port = 443 if found.port == 80 else found.port
        found = replace(found, scheme="https", port=port, secured=True)
    if found.port not in PORTS:
        raise Refused(tr("has the port {port}, at which no files are served", port=found.port))
    if found.literal:
        if whose := objection(found.host):
            raise Refused(
                tr("leads to {host}, which belongs to {whose}", host=found.host, whose=tr(whose))
            )
    elif "." not in found.host or found.host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES)):
        raise Refused(tr("leads to {host}, a name of a local network", host=found.host))
    return found


def objection(address: str) -> str | None:
    """The kind of a non-public IP address; None for a public one."""
    ip = _parsed(address)
    if ip is None or getattr(ip, "scope_id", None):
        return tr("a local network")
    for inner in (ip, _embedded(ip)):
        if inner is None:
            continue
        for network, whose in _NETWORKS:
            if inner.version == network.version and inner in network:
                return whose
    if isinstance(ip, IPv6Address):
        public = ip in _UNICAST or _embedded(ip) is not None
    else:
        public = ip.is_global
    return None if public else tr("nobody in public")


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 one really reach, where that is known."""
    if isinstance(ip, IPv4Address):
        return None
    last = IPv4Address(int(ip) & 0xFFFFFFFF)
    # ISATAP marks its addresses in the middle; it works below any prefix.
    isatap = int(ip) >> 32 & 0xFDFFFFFF == 0x00005EFE
    inside = ip.ipv4_mapped or ip in _NAT64 or ip in _COMPATIBLE
    return last if inside or isatap else None


def _split(url: str) -> Destination:
    if len(url) > LONGEST:
        raise Refused(tr("is longer than {longest} characters", longest=LONGEST))
    # Python drops some of these without a word, and servers differ about the others.
    if any(c <= " " or c in "\\\x7f" for c in url):
        raise Refused(tr("holds a blank, a backslash or a control character"))
    try:
        parts = urlsplit(url)
        port = parts.port
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # A signature may cover each character: only what HTTP has no sign for is spelt anew.
        target = quote(target, safe=punctuation)
    except ValueError:
        raise Refused(tr("is no address")) from None
    if parts.scheme not in ("http", "https"):
        raise Refused(
            tr(
                "begins with {scheme}:, and only https: is fetched",
                scheme=parts.scheme or tr("nothing"),
            )
        )
    if "@" in parts.netloc:
        raise Refused(tr("holds a user name"))
    usual = 443 if parts.scheme == "https" else 80
    return Destination(
        scheme=parts.scheme,
        host=_host(parts.netloc, parts.hostname or ""),
        port=usual if port is None else port,
        target=target,
    )


def _host(netloc: str, host: str) -> str:
    """The host as one name in ASCII or one address in its shortest form."""
    if netloc.startswith("["):
        ip = _parsed(host)
        if not isinstance(ip, IPv6Address) or ip.scope_id:
            raise Refused(tr("names a host that is no address"))
        return str(ip)
    if not host.isascii():
        host = _ascii(host)
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # Dotted decimal without zeros in front is the one spelling that all agree about.
        ip = _parsed(host)
        if ip is None:
            raise Refused(tr("writes its host as a number"))
        return str(ip)
    # A name of one part passes here: a configured origin may have one.
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Refused(tr("names no host that can be"))
    return host


def _ascii(host: str) -> str:
    try:
        # The same form goes to the resolver, to the certificate check and to the server.
        return host.encode("idna").decode("ascii").lower() if len(host) < 254 else ""
    except UnicodeError:
        raise Refused(tr("names no host that can be")) from None


def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
