"""
Which proxy a request takes, and which certificates it trusts, as the environment says.

Read as curl reads it: a proxy without a scheme is one of HTTP, its port is 1080 where none is
named, its name and password may hold an ``@``, and ``NO_PROXY`` lists names, their endings,
addresses and networks.
"""

from __future__ import annotations

import os
import re
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path

from ..errors import SettingsError
from ..language import tr

# Where other programs of this machine are told what to trust, the most particular first.
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")
PORT = 1080
_LOCAL = ("localhost", "127.0.0.1", "::1")


def proxy_for(url: str, environ: Mapping[str, str], given: str | None = None) -> str:
    """
    The address of the proxy for a service, empty for none.

    ``given`` comes first, then SOPHNET_PROXY, then what the machine is set to. Raises
    `SettingsError`, which names the setting, for one that cannot be used.
    """
    if not isinstance(given, str | None):
        raise SettingsError(tr("The argument proxy is an address, not {given!r:.80}.", given=given))
    if given:
        return _checked(given, tr("The argument proxy"))
    if chosen := environ.get("SOPHNET_PROXY", "").strip():
        return _checked(chosen, "SOPHNET_PROXY")
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if not host or host in _LOCAL:
        return ""
    name, value = _named(parts.scheme, environ)
    if name:
        passed_by = _first(("no_proxy", "NO_PROXY"), environ)[1]
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return "" if is_passed_by(host, port, passed_by) else _checked(value, name)
    return _of_the_system(parts.scheme, host)


def is_passed_by(host: str, port: int, said: str) -> bool:
    """Whether ``NO_PROXY`` has a host: by name, by ending, by address, or by network."""
    for entry in re.split(r"[\s,]+", said.strip().lower()):
        name, its_port = entry, ""
        # Of an address with colons only what stands behind its bracket is a port.
        if re.search(r"(?:\]|^[^:]*):\d+$", entry):
            name, _, its_port = entry.rpartition(":")
        name = name.strip("[]").removeprefix("*")
        if its_port and its_port != str(port):
            continue
        if entry == "*" or _is_in(host, name):
            return True
        ending = name.lstrip(".")
        if ending and (host == ending or host.endswith(f".{ending}")):
            return True
    return False


def certificates(environ: Mapping[str, str], given: str | None = None) -> str:
    """
    The file, or folder, of certificates to trust; empty for the usual ones.

    Raises `SettingsError`, which names the setting, where there is none of that name.
    """
    if not isinstance(given, str | os.PathLike | None):
        raise SettingsError(tr("The argument ca_bundle is a path, not {given!r:.80}.", given=given))
    named = [(tr("The argument ca_bundle"), os.fspath(given or ""))]
    named += [(name, environ.get(name, "")) for name in ("SOPHNET_CA_BUNDLE", *CERTIFICATES)]
    for name, value in named:
        if not value.strip():
            continue
        path = Path(value.strip().strip("\"'"))
        # Where nobody has that home, ~ is a name like others.
        with suppress(RuntimeError):
            path = path.expanduser()
        # One that holds what no path may is not there either.
        with suppress(OSError, ValueError):
            if path.stat():
                return str(path)
        raise SettingsError(
            tr(
                "{name} names {path}, which does not exist: it must be a file of certificates "
                "(PEM).",
                name=name,
                path=path,
            )
        )
    return ""


def transport(environ: Mapping[str, str] | None = None) -> str:
    """
    What carries the requests: ``httpx2`` for that library's own, empty for ours.

    Raises `SettingsError` for another one.
    """
    chosen = (os.environ if environ is None else environ).get("SOPHNET_TRANSPORT", "").strip()
    if chosen not in ("", "httpx2"):
        raise SettingsError(
            tr("SOPHNET_TRANSPORT is httpx2 or not set, and not {chosen!r:.80}.", chosen=chosen)
        )
    return chosen


def _named(scheme: str, environ: Mapping[str, str]) -> tuple[str, str]:
    # A web server's CGI puts a header called Proxy into HTTP_PROXY: nobody's setting.
    upper = () if scheme == "http" and "REQUEST_METHOD" in environ else (f"{scheme.upper()}_PROXY",)
    return _first((f"{scheme}_proxy", *upper, "all_proxy", "ALL_PROXY"), environ)


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str]:
    found = ((name, environ.get(name, "").strip()) for name in names)
    return next((pair for pair in found if pair[1]), ("", ""))


def _of_the_system(scheme: str, host: str) -> str:
    """What macOS and Windows are set to, outside the environment."""
    # Only here, since it brings a whole HTTP client along.
    import urllib.request

    ask = getattr(urllib.request, "getproxies_macosx_sysconf", None)
    ask = ask or getattr(urllib.request, "getproxies_registry", None)
    if ask is None or urllib.request.proxy_bypass(host):
        return ""
    found = ask()
    address = found.get(scheme) or ""
    return _checked(address, tr("The proxy that this system is set to")) if address else ""


def _checked(address: str, name: str) -> str:
    """A proxy's address in the one form that all below can read. Raises `SettingsError`."""
    address = address.strip().strip("\"'")
    scheme, mark, rest = address.rpartition("://")
    scheme = scheme.lower() if mark else "http"
    if scheme.startswith("socks"):
        raise SettingsError(
            tr(
                "{name} is a SOCKS proxy, which cannot be used here: name an HTTP proxy in "
                "SOPHNET_PROXY (many SOCKS programs offer one too), or clear it.",
                name=name,
            )
        )
    login, _, place = rest.split("/")[0].rpartition("@") if "@" in rest else ("", "", rest)
    try:
        parts = urllib.parse.urlsplit(f"//{place.split('/')[0]}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if scheme not in ("http", "https") or not host or not re.fullmatch(r"[\w.:%-]+", host):
        raise SettingsError(
            tr("{name} must be an address such as http://proxy.example:8080.", name=name)
        )
    port = port or (443 if scheme == "https" else PORT)
    host = f"[{host}]" if ":" in host else host
    if not login:
        return f"{scheme}://{host}:{port}"
    user, _, password = login.partition(":")
    pair = f"{_quoted(user)}:{_quoted(password)}" if password else _quoted(user)
    return f"{scheme}://{pair}@{host}:{port}"


def _quoted(text: str) -> str:
    return urllib.parse.quote(urllib.parse.unquote(text), safe="")


def _is_in(host: str, network: str) -> bool:
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
