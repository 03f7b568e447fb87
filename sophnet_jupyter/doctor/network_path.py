"""Checks of the network path to a service: proxy, DNS name, port, certificate."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..client import sandbox
from ..errors import span
from ..language import tr
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
    said = tr(
        "answers at {address} after {seconds:.2f} s, vectors by {engine}",
        address=address,
        seconds=time.monotonic() - begin,
        engine=sandbox.vectors(),
    )
    return [Finding(mark="✓", about="sandbox", said=said)]


def _proxy(path: NetworkPath) -> Finding:
    said = tr("through {proxy}", proxy=_shown(path.proxy)) if path.proxy else tr("none")
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
        advice = tr(
            "check {setting} and the network; behind a proxy, set HTTPS_PROXY",
            setting=path.setting,
        )
        said = tr("{host} has no address: {reason}", host=host, reason=in_words(str(error)))
        return [Finding(mark="✕", about="name", said=said, advice=advice)]
    shown = ", ".join(addresses[:2])
    if (more := len(addresses) - 2) > 0:
        said = tr("{host} is {addresses} and {more} more", host=host, addresses=shown, more=more)
    else:
        said = tr("{host} is {addresses}", host=host, addresses=shown)
    return [Finding(mark="✓", about="name", said=said)]


async def _connection(path: NetworkPath) -> list[Finding]:
    if path.proxy.startswith("socks"):
        said = tr("not checked through a SOCKS proxy")
        return [Finding(mark="!", about="connection", said=said)]
    place = _shown(path.proxy) if path.proxy else path.origin
    try:
        peer = await probe.connect(path.base_url, ca_bundle=path.ca_bundle, proxy=path.proxy)
    except probe.ProxyRefused as error:
        said = tr(
            "the proxy lets nobody through to {origin}: {error}", origin=path.origin, error=error
        )
        return [_broken(said, tr("check the proxy's name and password, or NO_PROXY"))]
    except ssl.SSLCertVerificationError as error:
        advice = tr(
            "behind a company's proxy: SOPHNET_CA_BUNDLE=its certificate file; else the clock"
        )
        said = tr("the certificate is not trusted: {reason}", reason=error.verify_message)
        return [_broken(said, advice)]
    except ssl.SSLError as error:
        said = tr(
            "{origin} speaks no TLS: {reason}", origin=path.origin, reason=error.reason or error
        )
        advice = tr("check the port and the scheme of {setting}", setting=path.setting)
        return [_broken(said, advice)]
    except OSError as error:
        said = tr("{place} takes no connection: {reason}", place=place, reason=in_words(str(error)))
        return [_broken(said, tr("check the port, the firewall and the proxy"))]
    return [_greeted(path, peer)]


def _broken(said: str, advice: str) -> Finding:
    return Finding(mark="✕", about="connection", said=said, advice=advice)


def _greeted(path: NetworkPath, peer: probe.Peer) -> Finding:
    took = f"{peer.seconds * 1000:.0f} ms"
    if peer.expires is None:
        return Finding(mark="✓", about="connection", said=tr("{took}, without TLS", took=took))
    left = peer.expires - time.time()
    facts = {
        "took": took,
        "tls": peer.tls,
        "issuer": peer.issuer,
        "trusted": path.ca_bundle or tr("the system's certificates"),
        "left": span(left),
    }
    if left < SOON:
        said = tr(
            "{took}, {tls}, certificate by {issuer} (trusted by {trusted}) ends in {left}", **facts
        )
        return Finding(mark="!", about="connection", said=said)
    said = tr(
        "{took}, {tls}, certificate by {issuer} (trusted by {trusted}), good for {left}", **facts
    )
    return Finding(mark="✓", about="connection", said=said)
