"""Validate an analysis request; what is not documented is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .reply import Declined

KNOWN = {
    "traceId",
    "timestamp",
    "messages",
    "max_tokens",
    "top_p",
    "temperature",
    "stream",
    "extra_params",
}
MAX_FILES = 20


@dataclass(frozen=True, kw_only=True)
class AnalysisRequest:
    """A valid request."""

    trace: str
    question: str
    files: tuple[str, ...]
    stream: bool
    max_tokens: int | None


def parse(body: bytes) -> AnalysisRequest:
    """Read and check a request. Raises `Declined` with 10004, for an empty list with 10002."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Declined("10004", "the body is not JSON") from None
    if not isinstance(said, dict):
        raise Declined("10004", "the body is not an object")
    if unknown := sorted(said.keys() - KNOWN):
        raise Declined("10004", f"{unknown[0]} is not a parameter of this service")
    if not isinstance(said.get("stream"), bool):
        raise Declined("10004", "stream must be true or false")
    if not _is_moment(said.get("timestamp")):
        raise Declined("10004", "timestamp must be a whole number")
    for name in ("temperature", "top_p"):
        _check_share(name, said.get(name))
    return AnalysisRequest(
        trace=_trace(said.get("traceId")),
        question=_question(said.get("messages")),
        files=_files(said.get("extra_params")),
        stream=said["stream"],
        max_tokens=_max_tokens(said.get("max_tokens")),
    )


def trace_of(body: bytes) -> str:
    """The trace id of a request that may not be in order; empty if it has none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    trace = said.get("traceId") if isinstance(said, dict) else None
    return trace if isinstance(trace, str) and len(trace) <= 64 else ""


def _trace(trace: Any) -> str:
    if not isinstance(trace, str) or not 1 <= len(trace) <= 64:
        raise Declined("10004", "traceId must be a text of 1 to 64 characters")
    return trace


def _question(messages: Any) -> str:
    if not isinstance(messages, list) or len(messages) != 1:
        raise Declined("10004", "messages must hold one round")
    match messages[0]:
        case {"role": "user" | "assistant", "content": str(content)} if content.strip():
            return content
    raise Declined("10004", "a message needs a role, user or assistant, and a content")


def _files(extra: Any) -> tuple[str, ...]:
    files = extra.get("file_uuids") if isinstance(extra, dict) else None
    if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
        raise Declined("10004", "extra_params.file_uuids must be a list of texts")
    if not files:
        raise Declined("10002")
    if len(files) > MAX_FILES:
        raise Declined("10004", f"file_uuids may hold {MAX_FILES} files, not {len(files)}")
    return tuple(files)


def _check_share(name: str, value: Any) -> None:
    # The document's range leaves out 0, its own samples send it (docs/services/teleai.md#excel,
    # row T7).
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and 0 <= value <= 1):
        raise Declined("10004", f"{name} must be between 0 and 1")


def _max_tokens(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (whole and value > 0):
        raise Declined("10004", "max_tokens must be a positive number")
    return value if whole else None


def _is_moment(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))
