"""The sources that the scripted model cites: one of each type that SophNet has."""

from __future__ import annotations

from typing import Any

PAGES = {
    "handbook.md": "Streams arrive as server-sent events; each one carries a piece of the answer.",
    "questions": "Q: How does a client stop an answer? A: It closes the connection.",
}


def references(origin: str) -> list[dict[str, Any]]:
    """One of each type; the addresses of file and qa need the API key, web must not see it."""
    own = f"{origin}/api/open-apis"
    web = f"{origin}/sandbox/web/sse"
    handbook, questions = PAGES.values()
    return [
        _reference(1, "file", "handbook.md", handbook, f"{own}/references/handbook.md"),
        _reference(2, "qa", "Questions and answers", questions, f"{own}/references/questions"),
        _reference(3, "web", "Server-sent events", "A page of the sandbox.", web),
    ]


def _reference(index: int, kind: str, title: str, content: str, url: str) -> dict[str, Any]:
    return {"index": index, "title": title, "content": content, "type": kind, "url": url}
