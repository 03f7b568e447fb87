"""Find a chat server on this machine, for ``--upstream local``; asked for, and never by itself."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Where they listen if nobody says otherwise.
PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp"}
# Who owns the models of a list, as these two write it; others write nothing that tells.
OWNERS = {"LM Studio": "organization_owner", "llama.cpp": "llamacpp"}
PATIENCE = 2.0
# A list of models is no longer; what is, is something else.
LONGEST = 1_000_000
LISTENS = "0A"
# 127.0.0.1 and every address, as the kernel's tables write them, in both families.
ADDRESSES = {
    "0100007F",
    "00000000",
    "00000000000000000000000000000000",
    "0000000000000000FFFF00000100007F",
    "0000000000000000FFFF000000000000",
}


class NotOne(Exception):
    """There is no such server, or there are several; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A server that has answered with a list of models."""

    url: str
    name: str
    models: Sequence[str]


def find(ports: dict[int, str] | None = None) -> Found:
    """
    The only server of this user that lists models at one of these ``ports``. Blocking.

    It is asked for its models, without a key and with no question. Raises `NotOne`.
    """
    ports = PORTS if ports is None else ports
    found, passed = [], []
    for port, kind in ports.items():
        if (rows := _rows(port)) is None:
            continue
        if not _is_ours(port):
            passed.append(f"port {port}")
            continue
        name = f"{_kind(kind, rows)} at 127.0.0.1:{port}"
        models = [str(row["id"]) for row in rows if row.get("id")]
        found.append(Found(url=f"http://127.0.0.1:{port}/v1", name=name, models=models))
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{each.name} (--upstream {each.url})" for each in found)
        raise NotOne(f"Several servers answer here: {several}. Say which.")
    looked = ", ".join(f"{kind} ({port})" for port, kind in ports.items())
    if passed:
        raise NotOne(
            f"What answers at {' and '.join(passed)} belongs to another user of this "
            "machine. To use it all the same, name its address after --upstream."
        )
    raise NotOne(
        f"No chat server answers on this machine: looked for {looked}. Start one, such as "
        "by: ollama serve. Another port is named as --upstream http://127.0.0.1:PORT/v1."
    )


def _kind(usual: str, rows: Sequence[dict[str, Any]]) -> str:
    """Who listens: the one that usually does, unless its list says that it is another."""
    said = {str(row["owned_by"]) for row in rows if row.get("owned_by")}
    known = next((kind for kind, owner in OWNERS.items() if owner in said), "")
    if known or not (said and usual in OWNERS):
        return known or usual
    return "a server"


def _rows(port: int) -> list[dict[str, Any]] | None:
    """Its models as it lists them; None where nobody answers, or something that lists none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/v1/models", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body: Any = json.loads(answer.read(LONGEST)) if answer.status == 200 else None
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        return None
    return [row for row in rows if isinstance(row, dict)]


def _is_ours(port: int) -> bool:
    """Whether this user listens there: on Linux the kernel tells, elsewhere nobody asks."""
    if not sys.platform.startswith("linux"):
        return True
    owners = set(_owners(port))
    return owners == {os.getuid()}


def _owners(port: int) -> Iterator[int]:
    """The ids of the users who listen at a port of this machine."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text("ascii").rstrip("\n").split("\n")
        except OSError:
            continue
        # Under a heading.
        for line in lines[1:]:
            fields = line.split()
            address, _, place = fields[1].partition(":")
            if fields[3] == LISTENS and int(place, 16) == port and address in ADDRESSES:
                yield int(fields[7])
