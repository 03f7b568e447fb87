"""Checks of the network path to a service: proxy, DNS name, port, certificate."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..client import sandbox
from ..errors import span
from ..wire.http import probe
from ..wire.reasons import in_words
from .finding import Finding, all_passed, run_check

# A certificate that ends sooner than this is worth a word, in seconds.
SOON = 14 * 86400.0


@dataclass(frozen=True, kw_only=True)
class NetworkPath:
    """The network path to a service; ``base_url`` is empty for a sandbox not yet started."""

    base_url: str
    proxy: str = ""
    ca_bundle: str = ""
    setting: str = "SOPHNET_BASE_URL"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def check_path(path: NetworkPath) -> list[Finding]:
    """The findings along the path; the check ends at the first obstacle."""
    if not path.base_url:
        return await run_check("sandbox", _sandbox())
    found = [_proxy(path), *await run_check("name", _name(path))]
    if all_passed(found):
        found += await run_check("connection", _connection(path))
    return found


async def _sandbox() -> list[Finding]:
    begin = time.monotonic()
    address = await probe.in_daemon_thread(sandbox.address)
    took = f"answers at {address} after {time.monotonic() - begin:.2f} s"
    engine = f", vectors by {sandbox.vectors()}"
    return [Finding(mark="✓", about="sandbox", said=took + engine)]


def _proxy(path: NetworkPath) -> Finding:
    said = f"through {_shown(path.proxy)}" if path.proxy else "none"
    return Finding(mark="✓", about="proxy", said=said)


def _shown(proxy: str) -> str:
    """A proxy's address without its password."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def _name(path: NetworkPath) -> list[Finding]:
    # With a proxy it is the proxy that looks up the service.
    host = urlsplit(path.proxy or path.base_url).hostname or "?"
    try:
        addresses = await probe.resolve(host)
    except socket.gaierror as error:
        advice = f"check {path.setting} and the network; behind a proxy, set HTTPS_PROXY"
        said = f"{host} has no address: {in_words(str(error))}"
        return [Finding(mark="✕", about="name", said=said, advice=advice)]
    more = f" and {len(addresses) - 2} more" if len(addresses) > 2 else ""
    return [Finding(mark="✓", about="name", said=f"{host} is {', '.join(addresses[:2])}{more}")]


async def _connection(path: NetworkPath) -> list[Finding]:
    if path.proxy.startswith("socks"):
        return [Finding(mark="!", about="connection", said="not checked through a SOCKS proxy")]
    place = _shown(path.proxy) if path.proxy else path.origin
    try:
        peer = await probe.connect(path.base_url, ca_bundle=path.ca_bundle, proxy=path.proxy)
    except probe.ProxyRefused as error:
        said = f"the proxy lets nobody through to {path.origin}: {error}"
        return [_broken(said, "check the proxy's name and password, or NO_PROXY")]
    except ssl.SSLCertVerificationError as error:
        advice = "behind a company's proxy: SOPHNET_CA_BUNDLE=its certificate file; else the clock"
        return [_broken(f"the certificate is not trusted: {error.verify_message}", advice)]
    except ssl.SSLError as error:
        said = f"{path.origin} speaks no TLS: {error.reason or error}"
        return [_broken(said, f"check the port and the scheme of {path.setting}")]
    except OSError as error:
        said = f"{place} takes no connection: {in_words(str(error))}"
        return [_broken(said, "check the port, the firewall and the proxy")]
    return [_greeted(path, peer)]


def _broken(said: str, advice: str) -> Finding:
    return Finding(mark="✕", about="connection", said=said, advice=advice)


def _greeted(path: NetworkPath, peer: probe.Peer) -> Finding:
    took = f"{peer.seconds * 1000:.0f} ms"
    if peer.expires is None:
        return Finding(mark="✓", about="connection", said=f"{took}, without TLS")
    trusted = path.ca_bundle or "the system's certificates"
    left = peer.expires - time.time()
    said = f"{took}, {peer.tls}, certificate by {peer.issuer} (trusted by {trusted})"
    if left < SOON:
        return Finding(mark="!", about="connection", said=f"{said} ends in {span(left)}")
    return Finding(mark="✓", about="connection", said=f"{said}, good for {span(left)}")
