"""Decode an answer, streamed or in one piece: chunks, errors and the end."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ....errors import AnswerUnreadable
from ....events import Event, Finished, Notice
from ....language import tr
from ....wire.call import Reply
from ....wire.stream.sse import SSE
from ...service_json import BROKEN, decode_piece
from ..access import SERVICE, checked, parse_error, says_error, started
from .chunk import ChatDecoder, Cite, as_it_is

DONE = "[DONE]"
# Finish reasons of an answer that did not get to its end. The first is DeepSeek's documented one.
GAVE_UP = {"insufficient_system_resource", "error", "abort"}


class ChatReader:
    """
    Decodes a stream: give it each event, then call `end`.

    ``reply`` is its head, ``choices`` how many answers it was asked for, ``cite`` as that of
    `ChatDecoder`.
    """

    def __init__(self, reply: Reply, *, choices: int = 1, cite: Cite = as_it_is) -> None:
        self.decoder = ChatDecoder(choices, cite)
        self._reply = reply
        self._started = False
        # What came first, to be quoted should nothing of it have been an answer.
        self._first = ""

    def words(self, sse: SSE) -> str:
        """The text of an event that carries text and nothing else; empty for any other."""
        plain = self._started and sse.event == "message"
        return self.decoder.plain(sse.data or "") if plain else ""

    def events(self, sse: SSE) -> list[Event]:
        """
        The events of one frame. Raises `ServiceError`, or `AnswerUnreadable` if it is not JSON.
        """
        if sse.event == "error":
            raise parse_error(self._reply, _error(sse.data or ""))
        found: list[Event] = []
        for chunk in chunks(self._reply, sse.data or "", cut=not sse.complete):
            # Most chunks are neither an error nor the first, and this is asked of every token.
            if ("error" in chunk or not chunk.get("choices")) and says_error(chunk):
                raise parse_error(self._reply, chunk)
            if not self._started:
                self._started = True
                self._first = sse.data or ""
                found.append(started(self._reply, str(chunk.get("model") or ""), chunk))
            found += self.decoder.events(chunk, "delta")
        return found

    def end(self, *, done: bool) -> list[Event]:
        """
        The last events: ``[DONE]`` or a finish reason make the answer complete.

        Raises `AnswerUnreadable` for objects none of which was a piece of an answer.
        """
        if self._started and not self.decoder.began:
            what, quote = tr("JSON without any choices"), self._reply.scrub(self._first)[:80]
            setting = self._reply.setting
            raise AnswerUnreadable(service=SERVICE, what=what, quote=quote, setting=setting)
        return last_events(self.decoder, done=done)


def whole(reply: Reply, *, choices: int = 1, cite: Cite = as_it_is) -> list[Event]:
    """The events of an answer that came in one piece. Raises `ServiceError`."""
    body = checked(reply)
    if not isinstance(body.get("choices"), list):
        what = tr("JSON without any choices")
        raise AnswerUnreadable(
            service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting
        )
    decoder = ChatDecoder(choices, cite)
    events = [started(reply, str(body.get("model") or ""), body), *decoder.events(body, "message")]
    return [*events, *last_events(decoder, done=True)]


def chunks(reply: Reply, data: str, *, cut: bool) -> list[dict[str, Any]]:
    """
    The JSON objects in one event's data: one, or one a line where blank lines were left out.

    ``cut`` says that the stream ended inside this event, so that it may be half an object.
    """
    try:
        chunk = decode_piece(data)
    except BROKEN:
        chunk = None
    if isinstance(chunk, dict):
        return [chunk]
    lines = [line for line in data.split("\n") if line.strip() not in ("", DONE)]
    with suppress(*BROKEN):
        found = [decode_piece(line) for line in lines]
        if all(isinstance(chunk, dict) for chunk in found):
            return found
    if cut:
        return []
    what = tr("an event that is not a JSON object")
    quote = reply.scrub(data)[:80]
    raise AnswerUnreadable(service=SERVICE, what=what, quote=quote, setting=reply.setting)


def _error(data: str) -> dict[str, Any]:
    """The data of an error event as an error body."""
    try:
        said = decode_piece(data)
    except BROKEN:
        said = data
    if not isinstance(said, dict):
        return {"error": str(said)}
    return said if says_error(said) else said | {"error": said}


def is_whole(line: bytes) -> bool:
    # The published samples stand line under line, so a blank line between events is not certain.
    return (line[:1] == b"{" and line[-1:] == b"}") or line == b"[DONE]"


def last_events(decoder: ChatDecoder, *, done: bool) -> list[Event]:
    """The last events, by the finish reason, or by the end mark of the stream."""
    left = decoder.end()
    if not (decoder.reason or done):
        said = tr("The stream ended without saying that it was finished: the answer may be cut.")
        return [*left, Notice(text=said), Finished(reason="incomplete", ending="incomplete")]
    if decoder.reason in GAVE_UP:
        said = tr(
            "The service gave the answer up ({reason}): ask again for the rest.",
            reason=decoder.reason,
        )
        return [*left, Notice(text=said), Finished(reason="incomplete", ending="incomplete")]
    notices: list[Event] = []
    if decoder.reason == "length":
        notices.append(Notice(text=tr("Cut at the token limit: raise max_tokens for the rest.")))
    elif decoder.reason == "content_filter":
        notices.append(Notice(text=tr("The service's content filter ended this answer.")))
    elif decoder.empty:
        notices.append(Notice(text=tr("The model finished without a word.")))
    return [*left, *notices, Finished(reason=decoder.reason)]
