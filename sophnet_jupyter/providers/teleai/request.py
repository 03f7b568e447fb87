"""The body of an analysis request, validated before it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import SettingsError
from ...language import tr

MAX_FILES = 20
LONGEST_TRACE = 64


def request(
    question: str,
    *,
    file_uuids: str | Iterable[str],
    trace_id: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    timestamp: int | None = None,
    mask: object = None,
) -> dict[str, Any]:
    """
    The body of an analysis, but for ``stream``; only what was given is in it.

    ``trace_id`` is made where none is given. Siblings of this service refuse parameters they do not
    know (docs/services/teleai.md#excel), so there is no way to send others. What ``mask`` wants is
    done later. Raises `SettingsError`.
    """
    body: dict[str, Any] = {
        "traceId": _trace(trace_id),
        "messages": [{"role": "user", "content": _content(question)}],
        "extra_params": {"file_uuids": _files(file_uuids)},
    }
    # The document's ranges leave out both ends, and its own samples send a temperature of 0.
    for name, value in (("temperature", temperature), ("top_p", top_p)):
        if value is not None:
            body[name] = _between_0_and_1(name, value)
    if max_tokens is not None:
        if not isinstance(max_tokens, int) or isinstance(max_tokens, bool) or max_tokens < 1:
            raise SettingsError(
                tr(
                    "max_tokens must be a whole number from 1, not {max_tokens!r}.",
                    max_tokens=max_tokens,
                )
            )
        body["max_tokens"] = max_tokens
    if timestamp is not None:
        if not isinstance(timestamp, int) or isinstance(timestamp, bool) or timestamp < 0:
            raise SettingsError(
                tr(
                    "timestamp is in seconds since the epoch, not {timestamp!r:.80}.",
                    timestamp=timestamp,
                )
            )
        body["timestamp"] = timestamp
    return body


def _content(question: object) -> str:
    if isinstance(question, list | tuple):
        return _content(_only_question(question))
    if not isinstance(question, str) or not question.strip():
        raise SettingsError(tr("An analysis needs a question, as text."))
    return question


def _only_question(messages: list[Any] | tuple[Any, ...]) -> object:
    match messages:
        case [{"role": "user", "content": content}]:
            return content
        case _:
            raise SettingsError(
                tr(
                    "TeleAI's analysis takes one round only: ask one question, without what was "
                    "said before."
                )
            )


def _trace(trace_id: str | None) -> str:
    trace = str(uuid.uuid4()) if trace_id is None else trace_id
    if not isinstance(trace, str) or not 1 <= len(trace) <= LONGEST_TRACE:
        raise SettingsError(
            tr(
                "trace_id must be a text of 1 to {longest_trace} characters.",
                longest_trace=LONGEST_TRACE,
            )
        )
    return trace


def _files(file_uuids: object) -> list[str]:
    if isinstance(file_uuids, str):
        file_uuids = [file_uuids]
    if not isinstance(file_uuids, Iterable) or isinstance(file_uuids, Mapping):
        raise SettingsError(tr("file_uuids must be a list of texts."))
    files = list(file_uuids)
    if not all(isinstance(file, str) and file.strip() for file in files):
        raise SettingsError(tr("file_uuids must be texts, none of them empty."))
    if not 1 <= len(files) <= MAX_FILES:
        raise SettingsError(
            tr(
                "An analysis takes 1 to {max_files} files, not {count}.",
                max_files=MAX_FILES,
                count=len(files),
            )
        )
    return files


def _between_0_and_1(name: str, value: object) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:  # type: ignore[operator]
        raise SettingsError(
            tr("{name} must be between 0 and 1, not {value!r}.", name=name, value=value)
        )
    assert isinstance(value, int | float)
    return value
