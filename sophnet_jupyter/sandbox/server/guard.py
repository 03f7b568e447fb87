"""
Outermost middleware: a web page gets nothing, whatever name it has for this machine.

By DNS rebinding a page's own name leads here; then ``Host`` is that name. A page that calls an
address of this machine sends its ``Origin``. No page has any business here: the key never reaches
a browser.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HERE = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """Refuses, with 403, hosts that are not this server's and origins that are not its own."""

    def __init__(
        self, app: ASGIApp, allowed: Iterable[str], refuse: Callable[[str], ASGIApp]
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.allowed = frozenset(host.lower() for host in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (said := self._refusal(scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.refuse(said)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        server = scope.get("server") or ("", None)
        if len(hosts) != 1 or not self._is_ours(hosts[0], *server):
            return "this name is not the sandbox's: it may be allowed by --allow-host"
        for origin in headers.getlist("origin"):
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not self._is_ours(parts.netloc, *server):
                return "web pages may not use the sandbox"
        return ""

    def _is_ours(self, host: str, address: str, port: int | None) -> bool:
        host = host.lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        if host in self.allowed or name in self.allowed:
            return True
        return host in {f"{one}:{port}" for one in _names(address)}


def _names(address: str) -> tuple[str, ...]:
    """What a server may be called that was reached at this address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        # No address, as in a test without a socket: nobody else can be there.
        return (*HERE, address.lower())
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip.is_loopback:
        return (*HERE, str(ip))
    own = socket.gethostname().lower()
    return (f"[{ip}]" if ip.version == 6 else str(ip), own, f"{own}.local")
