"""``%sophnet doctor --report``: one text to paste into a question, without keys and addresses."""

from __future__ import annotations

import platform
import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from ..client import Client
from ..errors import SophNetError
from ..settings import given_variables
from ..settings.secret import scrub
from . import requirements
from .finding import Finding

# Days of the history whose failures are counted.
DAYS = 7
PUBLIC = ("sophnet.com", "dify.ai", "teleai.cn", "127.0.0.1", "localhost")
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
        *([f"front end: {host}"] if host else []),
        f"extras: {', '.join(_extras()) or 'none'}",
        f"variables that are set: {', '.join(given_variables()) or 'none'}",
        *(f"{each.mark} {each.about}: {each.said}" for each in found),
        *_failures(client),
    ]
    return "\n".join(_anonymous(line) for line in lines)


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
        f"last {DAYS} days: {service} {resource}, {ending} {count} times"
        + (" (sandbox)" if sandbox else "")
        for service, resource, ending, sandbox, count in rows
    ]


def _anonymous(line: str) -> str:
    home = Path.home()
    line = scrub(line).replace(str(home), "~").replace("\n", " ")
    if (user := home.name) not in ("", "root"):
        line = re.sub(rf"\b{re.escape(user)}\b", "USER", line)
    return re.sub(r"\b(https?|wss?)://([^\s/,;:]+)[^\s,;]*", _address, line)


def _address(match: re.Match[str]) -> str:
    host = match[2].lower()
    known = any(host == name or host.endswith(f".{name}") for name in PUBLIC)
    return f"{match[1]}://{host if known else '(an address of your own)'}"
