"""``%sophnet doctor --report``: one text to paste into a question, without keys and addresses."""

from __future__ import annotations

import ipaddress
import platform
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from ..client import Client
from ..errors import SophNetError
from ..language import mark, tr
from ..settings import given_hosts, given_variables
from ..settings.secret import scrub
from . import requirements
from .finding import Finding

# Days of the history whose failures are counted.
DAYS = 7
PUBLIC = ("sophnet.com", "dify.ai", "teleai.cn", "127.0.0.1", "localhost")
OWN = mark("(an address of your own)")
# The name of a user and a password before a host go with it. An address may stand between Chinese
# words without a blank, so that only letters of ASCII, and no Chinese mark, count as its own.
_URL = re.compile(
    r"\b(https?|wss?|socks\w*)://(?:[^\s/@]*@)?(\[[^\]\s]*\]|[^\s/,;:?#，；：。、（）]+)"
    r"[^\s,;，；。、（）]*",
    re.IGNORECASE | re.ASCII,
)
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9a-f:]*:[0-9a-f:]*", re.IGNORECASE | re.ASCII)
_FAILED = """
SELECT service, resource, ending, sandbox, count(*) FROM calls
WHERE at > ? AND ending IN ('failed', 'incomplete') GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC LIMIT 20
"""


def report(found: Sequence[Finding], *, host: str = "") -> str:
    """
    What was found, as text: versions, the names of variables that are set, and failures by kind.

    ``host`` names the front end. Blocking. No key, no address of one's own, no home folder is in
    it, and nothing of what was asked or answered.
    """
    # Made first and held to the end: keys are known for as long as somebody has them.
    client = _client()
    lines = [
        f"sophnet_jupyter {requirements.installed()}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()} {platform.machine()}",
        *([tr("front end: {host}", host=host)] if host else []),
        tr("extras: {names}", names=", ".join(_extras()) or tr("none")),
        tr("variables that are set: {names}", names=", ".join(given_variables()) or tr("none")),
        *(tr("{name}: {said}", name=f"{one.mark} {one.title}", said=one.said) for one in found),
        *_failures(client),
    ]
    said = "\n".join(line.replace("\n", " ") for line in lines)
    hosts = given_hosts() | {match[2].lower() for match in _URL.finditer(said)}
    return _anonymous(said, [host for host in hosts if not _is_public(host)])


def _extras() -> list[str]:
    return [name for name in requirements.extras() if not requirements.lacking(name)]


def _client() -> Client | None:
    try:
        return Client(history=True)
    except SophNetError:
        return None


def _failures(client: Client | None) -> list[str]:
    """How many calls have failed lately, by service and kind; nothing where none are kept."""
    if client is None:
        return []
    since = time.time() - DAYS * 86400
    try:
        rows = client.history.read(lambda store: store.execute(_FAILED, [since]).fetchall())
    except (SophNetError, sqlite3.Error, OSError):
        return []
    return [
        tr(
            "last {days} days: {service} {resource}, {ending} {count} times",
            days=DAYS,
            service=service,
            resource=resource,
            ending=tr(ending),
            count=count,
        )
        + (tr(" (sandbox)") if sandbox else "")
        for service, resource, ending, sandbox, count in rows
    ]


def _anonymous(text: str, hosts: Sequence[str]) -> str:
    home = Path.home()
    text = scrub(text).replace(str(home), "~")
    if (user := home.name) not in ("", "root"):
        # Between Chinese words a name needs no blank around it.
        text = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(user)}(?![A-Za-z0-9_])", "USER", text)
    # What a server has said of itself stands in quotes: the name of an app, for one.
    text = re.sub(r"'[^'\n]*'", "'…'", text)
    text = _URL.sub(lambda found: f"{found[1]}://{_told(found[2])}", text)
    # A host stands without a scheme too, where its name or its certificate is spoken of.
    for host in sorted(hosts, key=len, reverse=True):
        text = re.sub(re.escape(host), tr(OWN), text, flags=re.IGNORECASE)
    return _IP.sub(_numbers_told, text)


def _numbers_told(found: re.Match[str]) -> str:
    try:
        return found[0] if ipaddress.ip_address(found[0]).is_loopback else tr(OWN)
    except ValueError:
        return found[0]


def _told(host: str) -> str:
    return host.lower() if _is_public(host) else tr(OWN)


def _is_public(host: str) -> bool:
    return any(host.lower() == name or host.lower().endswith(f".{name}") for name in PUBLIC)
