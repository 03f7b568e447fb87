"""Decode the events of a Dify answer (docs/services/dify.md#completion)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...events import (
    AudioChunk,
    Event,
    Finished,
    Notice,
    ReasoningDelta,
    Reference,
    References,
    TextDelta,
    TextReplaced,
    Usage,
)
from ...language import tr
from ...values.base64_text import decoded
from .. import reply
from ..service_json import Halves
from ..thoughts import ThoughtPiece, Thoughts
from .loose import number, objects, table

# The second spelling stands in older copies of the document.
SOUND_ENDS = ("tts_message_end", "tts_messsage_end")


class CompletionDecoder:
    """
    Decodes events, and keeps the state between them.

    ``task_id`` is what `stop` wants, ``message_id`` what feedback and speech want. ``ended`` is
    true after ``message_end``; sound may still follow, and ``speaking`` is true while it does.
    ``metadata`` is all that was said of the answer by then.
    """

    def __init__(self) -> None:
        self.task_id = ""
        self.message_id = ""
        self.created: float | None = None
        self.metadata: Mapping[str, Any] = {}
        self.ended = False
        self.speaking = False
        self.empty = True
        self._files: set[str] = set()
        self._thoughts = Thoughts()
        self._halves = Halves()

    def events(self, chunk: Mapping[str, Any], name: str = "") -> list[Event]:
        """
        The events of one JSON object. ``name`` is the frame's, for an object without ``event``.

        Kinds that nobody knows say nothing: a newer Dify may send them at any time.
        """
        self.task_id = str(chunk.get("task_id") or self.task_id)
        # ``id`` is the message in a message, and something else in other events
        # (docs/services/dify.md#completion, row D4).
        kind = str(chunk.get("event") or _kind(chunk, name))
        own = chunk.get("id") if kind in ("message", "message_end") else ""
        self.message_id = str(chunk.get("message_id") or own or self.message_id)
        self.created = self.created or reply.moment(chunk.get("created_at"))
        if self.ended and not kind.startswith("tts_") and kind != "message_replace":
            # Only sound is in its place behind the end, and what moderation withdraws late.
            return []
        match kind:
            case "message" | "agent_message":
                return self._said(chunk)
            case "message_replace":
                self.empty = False
                self._thoughts, self._halves = Thoughts(), Halves()
                reason = str(chunk.get("reason") or "")
                return [TextReplaced(text=str(chunk.get("answer") or ""), reason=reason)]
            case "message_file":
                return self._made([chunk])
            case "message_end":
                self.ended = True
                files, facts = objects(chunk.get("files")), chunk.get("metadata")
                self.metadata = table(facts)
                return [*self._left(), *self._made(files), *metadata(facts)]
            case "tts_message":
                self.speaking = True
                return _sound(chunk.get("audio"))
            case _ if kind in SOUND_ENDS:
                self.speaking = False
        return []

    def whole(self, body: Mapping[str, Any]) -> list[Event]:
        """The events of an answer in one piece, from its ``answer`` to its usage."""
        said = self.events({**body, "event": "message"})
        return [*said, *self.events({**body, "event": "message_end"})]

    def end(self, *, stopped: bool = False) -> list[Event]:
        """The last events: after ``message_end`` an answer is complete, whatever came later."""
        if not self.ended:
            said = tr(
                "The stream ended without saying that it was finished: the answer may be cut."
            )
            ending = Finished(reason="incomplete", ending="incomplete")
            return [*self._left(), Notice(text=said), ending]
        if stopped:
            # A message_end still comes after stop (docs/services/dify.md#stop), behind half an
            # answer.
            return [Finished(reason="stopped", ending="stopped")]
        notices = [Notice(text=tr("The app finished without a word."))] if self.empty else []
        return [*notices, Finished(reason="message_end")]

    def _made(self, files: Sequence[Mapping[str, Any]]) -> list[Event]:
        """Files of the answer, each reported once: they may be repeated at the end."""
        found: list[Event] = []
        for file in files:
            url = str(file.get("url") or "")
            # Those of the user are told as well, to whoever sent them.
            if file.get("belongs_to") == "user" or (url and url in self._files):
                continue
            self._files.add(url)
            what = f"{file.get('type') or 'file'} {url}".strip()
            found.append(Notice(text=tr("The app made a file: {what}", what=what)))
        return found

    def _said(self, chunk: Mapping[str, Any]) -> list[Event]:
        text = chunk.get("answer")
        if not text:
            return []
        self.empty = False
        return list(_piece_events(self._thoughts.feed(self._halves.whole(str(text)))))

    def _left(self) -> list[Event]:
        """Text that was held back, at the end of the stream."""
        rest = self._halves.rest()
        return [*_piece_events([*self._thoughts.feed(rest), *self._thoughts.finish()])]


def _piece_events(pieces: Iterable[ThoughtPiece]) -> Iterator[Event]:
    """The events of text pieces; apps pass on the model's reasoning, between tags or in a fold."""
    for kind, text in pieces:
        if kind == "said":
            yield TextDelta(text=text)
        else:
            if kind == "recalled":
                yield TextReplaced(text="", quiet=True)
            yield ReasoningDelta(text=text)


def metadata(said: object) -> list[Event]:
    """Events for an answer's metadata: its sources, its usage, and the annotation it came from."""
    facts = table(said)
    found: list[Event] = []
    if sources := objects(facts.get("retriever_resources")):
        found.append(References(items=tuple(map(_reference, sources, range(1, 1 + len(sources))))))
    if annotation := table(facts.get("annotation_reply")):
        author = table(annotation.get("account")).get("name")
        by = tr(" by {author}", author=author) if author else ""
        found.append(Notice(text=tr("Answered from an annotation{by}, not by the model.", by=by)))
    if usage := table(facts.get("usage")):
        found.append(
            Usage(
                prompt_tokens=number(usage.get("prompt_tokens")),
                completion_tokens=number(usage.get("completion_tokens")),
                total_tokens=number(usage.get("total_tokens")),
                price=str(usage.get("total_price") or ""),
                currency=str(usage.get("currency") or ""),
            )
        )
    return found


def _kind(chunk: Mapping[str, Any], name: str) -> str:
    # The document's samples have no ``event`` (docs/services/dify.md#completion, row D3); only a
    # message has an answer then.
    if name not in ("", "message"):
        return name
    return "message" if "answer" in chunk else ""


def _sound(audio: object) -> list[Event]:
    try:
        data = decoded(audio) if isinstance(audio, str) else b""
    except ValueError:
        return [Notice(text=tr("A piece of the sound could not be read and is left out."))]
    return [AudioChunk(data=data)] if data else []


def _reference(item: Mapping[str, Any], place: int) -> Reference:
    position = item.get("position")
    return Reference(
        index=position if isinstance(position, int) else place,
        title=str(item.get("document_name") or item.get("dataset_name") or ""),
        content=str(item.get("content") or ""),
        type="file",
        id=str(item.get("segment_id") or item.get("document_id") or ""),
    )
