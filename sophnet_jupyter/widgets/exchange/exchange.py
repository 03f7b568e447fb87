"""A question with its answer: as messages to send, as Markdown and HTML to save."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ...history.turns import ChatTurn
from ...language import tr
from ...response import Response
from ...views.answer import Context
from ...views.answer.answer import figures
from ...views.media import audio
from ...views.media.shelf import BUDGET, encoded_length
from ...views.safe.control_characters import plain
from ...views.safe.look import WRAP, one_line
from ...views.safe.maths import inert
from ..playing.track import Track
from .attachments import AttachedFile, PastedImage

_ASKED = "border-left:3px solid rgba(128,128,128,.5);margin:12px 0 6px;padding:0 0 0 12px"
_SAID = f"white-space:pre-wrap;{WRAP}"
_FAILED = f"border-left:3px solid #c62828;margin:6px 0;padding:1px 0 1px 9px;{WRAP}"


@dataclass(kw_only=True, eq=False)
class Exchange:
    """One question. ``pieces`` is its answer as it was drawn, by the names of the displays."""

    text: str
    images: tuple[PastedImage, ...] = ()
    # Of which the text is put behind the question once they are read.
    files: tuple[AttachedFile, ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    pieces: dict[str, str] = field(default_factory=dict)
    response: Response | None = None
    error: str = ""
    settled: bool = False
    # What is heard of its answer, where it is also said.
    sound: Track | None = None
    # What is sent where that is not the text alone: a prompt file has turns of its own.
    asked: tuple[Mapping[str, Any], ...] = ()
    # What was put into that, for the line below the answer.
    put_in: tuple[str, ...] = ()
    # What its prompt file asks for beside: a model, a temperature.
    options: Mapping[str, Any] = field(default_factory=dict)
    # Whether personal data of it is not to be kept.
    masked: bool = False
    # The turn that it is in a conversation that is kept, once it is answered.
    turn: ChatTurn | None = None

    def restart(self) -> None:
        """Drop the answer, before another one arrives."""
        self.response, self.error, self.settled = None, "", False
        self.turn, self.sound = None, None
        self.pieces.clear()

    @property
    def outcome(self) -> dict[str, str]:
        """How it ended, in words: the answer as Markdown, and the error."""
        answer = plain(self.response.text) if self.response else ""
        return {"answer": answer, "error": plain(self.error)}

    @property
    def question(self) -> dict[str, Any]:
        """The question as a chat message."""
        if not self.images:
            return {"role": "user", "content": self.text}
        parts: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": image.uri}} for image in self.images
        ]
        if self.text:
            parts.append({"type": "text", "text": self.text})
        return {"role": "user", "content": parts}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages it adds to the conversation: none without an answer."""
        if self.turn:
            return [dict(message) for message in self.turn.messages]
        if self.response is None or not self.response.text:
            return []
        return [*self.sent, {"role": "assistant", "content": self.response.text}]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The messages of the question."""
        return [dict(message) for message in self.asked] or [self.question]


class Pieces:
    """A surface for `live.answer.LiveAnswer` that sends what is drawn to a panel's views."""

    watched = True

    def __init__(self, exchange: Exchange, tell: Any) -> None:
        self._exchange = exchange
        self._tell = tell

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        pieces = self._exchange.pieces
        piece = display_id or str(len(pieces))
        if pieces.get(piece) != data["text/html"]:
            pieces[piece] = data["text/html"]
            self._tell("piece", exchange=self._exchange.id, piece=piece, html=data["text/html"])
        return piece


def to_markdown(exchanges: Iterable[Exchange]) -> str:
    """The conversation as a Markdown document."""
    parts = []
    for exchange in exchanges:
        named = [tr("Image: {name}", name=image.label) for image in exchange.images]
        named += [tr("File: {name}", name=file.label) for file in exchange.files]
        names = "".join(f"\n\n*{each}*" for each in named)
        parts.append(f"## {tr('You')}\n\n{exchange.text}{names}")
        if response := exchange.response:
            parts.append(
                f"## {response.model or tr('Answer')}\n\n{response.text}\n\n"
                f"*{figures(response, Context())}*"
            )
        if exchange.error:
            parts.append(tr("**Error:** {error}", error=exchange.error))
    return plain("\n\n".join(part.strip() for part in parts) + "\n") if parts else ""


def to_html(exchanges: Iterable[Exchange]) -> str:
    """The conversation as HTML that any notebook shows, trusted or not."""
    # Of the images that are more than a notebook may hold, it has the names.
    room, parts = BUDGET, []
    for exchange in exchanges:
        shown = []
        for image in exchange.images:
            room -= encoded_length(image.data)
            shown.append(_image(image, embed=room >= 0))
        shown += [
            f"<div>{inert(tr('[file: {name}]', name=one_line(file.label)))}</div>"
            for file in exchange.files
        ]
        question = inert(plain(exchange.text))
        parts.append(
            f'<div style="{_ASKED}"><b>{tr("You")}</b><div style="{_SAID}">{question}</div>'
            f"{''.join(shown)}</div>"
        )
        parts += exchange.pieces.values()
        if exchange.response and exchange.sound and exchange.response.audio:
            parts.append(audio.player(exchange.response.audio))
        if exchange.error:
            parts.append(f'<div style="{_FAILED}">{inert(plain(exchange.error))}</div>')
    return "".join(parts)


def _image(image: PastedImage, *, embed: bool) -> str:
    label = one_line(image.label)
    if not embed:
        return f"<div>{inert(tr('[image: {name}]', name=label))}</div>"
    alt = escape(label, quote=True)
    return f'<img src="{image.uri}" alt="{alt}" style="max-height:160px;max-width:100%">'
