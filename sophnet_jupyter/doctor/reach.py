"""The way to the service: proxy, name, port, certificate."""

from __future__ import annotations

import socket
import ssl
import time
from urllib.parse import urlsplit

from .. import local
from ..errors import span
from ..settings import Settings
from ..wire import probe
from .finding import Finding, bounded, well

# A certificate that ends sooner than this is worth a word, in seconds.
SOON = 14 * 86400.0


async def reach(settings: Settings) -> list[Finding]:
    """How far a connection comes. Behind the first obstacle nothing more can be seen."""
    if settings.sandbox and not settings.base_url:
        return await bounded("sandbox", _sandbox())
    found = [_proxy(settings), *await bounded("name", _name(settings))]
    if well(found):
        found += await bounded("connection", _connection(settings))
    return found


async def _sandbox() -> list[Finding]:
    begin = time.monotonic()
    address = await probe.aside(local.sandbox)
    took = f"answers at {address} after {time.monotonic() - begin:.2f} s"
    return [Finding(mark="✓", about="sandbox", said=took)]


def _proxy(settings: Settings) -> Finding:
    said = f"through {_shown(settings.proxy)}" if settings.proxy else "none"
    return Finding(mark="✓", about="proxy", said=said)


def _shown(proxy: str) -> str:
    """A proxy's address without its password."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def _name(settings: Settings) -> list[Finding]:
    # With a proxy it is the proxy that looks up the service.
    host = urlsplit(settings.proxy or settings.base_url).hostname or "?"
    try:
        addresses = await probe.resolve(host)
    except socket.gaierror as error:
        advice = "check SOPHNET_BASE_URL and the network; behind a proxy, set HTTPS_PROXY"
        said = f"{host} has no address: {error.strerror}"
        return [Finding(mark="✕", about="name", said=said, advice=advice)]
    more = f" and {len(addresses) - 2} more" if len(addresses) > 2 else ""
    return [Finding(mark="✓", about="name", said=f"{host} is {', '.join(addresses[:2])}{more}")]


async def _connection(settings: Settings) -> list[Finding]:
    if settings.proxy.startswith("socks"):
        return [Finding(mark="!", about="connection", said="not checked through a SOCKS proxy")]
    place = _shown(settings.proxy) if settings.proxy else settings.origin
    try:
        peer = await probe.connect(
            settings.base_url, ca_bundle=settings.ca_bundle, proxy=settings.proxy
        )
    except probe.ProxyRefused as error:
        said = f"the proxy lets nobody through to {settings.origin}: {error}"
        return [_broken(said, "check the proxy's name and password, or NO_PROXY")]
    except ssl.SSLCertVerificationError as error:
        advice = "behind a company's proxy: SOPHNET_CA_BUNDLE=its certificate file; else the clock"
        return [_broken(f"the certificate is not trusted: {error.verify_message}", advice)]
    except ssl.SSLError as error:
        said = f"{settings.origin} speaks no TLS: {error.reason or error}"
        return [_broken(said, "check the port and the scheme of SOPHNET_BASE_URL")]
    except OSError as error:
        said = f"{place} takes no connection: {error.strerror or error}"
        return [_broken(said, "check the port, the firewall and the proxy")]
    return [_greeted(settings, peer)]


def _broken(said: str, advice: str) -> Finding:
    return Finding(mark="✕", about="connection", said=said, advice=advice)


def _greeted(settings: Settings, peer: probe.Peer) -> Finding:
    took = f"{peer.seconds * 1000:.0f} ms"
    if peer.expires is None:
        return Finding(mark="✓", about="connection", said=f"{took}, without TLS")
    trusted = settings.ca_bundle or "the system's certificates"
    left = peer.expires - time.time()
    said = f"{took}, {peer.tls}, certificate by {peer.issuer} (trusted by {trusted})"
    if left < SOON:
        return Finding(mark="!", about="connection", said=f"{said} ends in {span(left)}")
    return Finding(mark="✓", about="connection", said=f"{said}, good for {span(left)}")
