"""A language server that only listens: ``python language_server.py FILE`` keeps what it is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KEPT = Path(sys.argv[1])


def heard() -> dict[str, Any] | None:
    """The next message; None at the end."""
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def answer(message: dict[str, Any], result: object) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


while message := heard():
    asked = message.get("params") or {}
    document = asked.get("textDocument", {})
    texts = [document.get("text"), *(one.get("text") for one in asked.get("contentChanges", []))]
    with KEPT.open("a", encoding="utf-8") as file:
        for text in filter(None, texts):
            file.write(json.dumps({"language": document.get("languageId"), "text": text}) + "\n")
    if "id" in message and "method" in message:
        known = {"capabilities": {"textDocumentSync": 1}}
        answer(message, known if message["method"] == "initialize" else None)
