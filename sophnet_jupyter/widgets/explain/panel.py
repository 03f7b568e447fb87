"""An error and its source, shown before they are sent; the explanation below."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from traitlets import Unicode

from ...events import Event
from ...language import tr
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.live.answer import LiveAnswer, show
from ...views.safe.control_characters import plain
from ...views.safe.maths import inert
from ..exchange.exchange import Exchange, Pieces, to_html, to_markdown
from ..panel.panel import Buffers, Command, Panel, said

# More than the reader's own edits can make of an error and its source.
LONGEST = 200_000


class ExplainingClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def chat(self) -> Any: ...


class ExplainPanel(Panel):
    """
    ``text`` is what would be sent: it can be edited, and is sent by a click, and not before.

    ``about`` says what it is of, ``model`` who is asked. Code of the answer becomes a new cell by a
    click. The answer is ``panel.response``.
    """

    file = "panel"

    text = Unicode("", help="What would be sent.").tag(sync=True)
    about = Unicode("", help="What has gone wrong, in one line.").tag(sync=True)
    model = Unicode("", help="Who is asked.").tag(sync=True)

    def __init__(self, client: ExplainingClient, text: str, *, about: str, model: str) -> None:
        super().__init__(text=plain(text), about=plain(about), model=model)
        self._client = self.client_for(client)
        self._exchange: Exchange | None = None

    @property
    def response(self) -> Response | None:
        """The answer, or as much of it as has come."""
        return self._exchange.response if self._exchange else None

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "ask", "text": str(text)} if text.strip():
                exchange = Exchange(text=plain(text[:LONGEST]))
                self.start(lambda: self._answer(exchange))
                self._exchange = exchange
                self.tell("asked", exchange=self._shown(exchange))
            case {"kind": "again"} if self._exchange:
                exchange = self._exchange
                self.start(lambda: self._answer(exchange))
                exchange.restart()
                self.tell("asked", exchange=self._shown(exchange))

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        return {"exchange": self._shown(self._exchange) if self._exchange else None}, []

    def still(self) -> tuple[str, str]:
        if self._exchange is None:
            note = tr(
                "{about} It was not sent: run this cell to look at it again.", about=self.about
            )
            return f"<i>{inert(note)}</i>", note
        return to_html([self._exchange]), to_markdown([self._exchange])

    def _shown(self, exchange: Exchange) -> dict[str, Any]:
        return {
            "id": exchange.id,
            "text": exchange.text,
            "images": [],
            "pieces": list(exchange.pieces.items()),
            "settled": exchange.settled,
            **exchange.outcome,
        }

    async def _answer(self, exchange: Exchange) -> None:
        view = LiveAnswer(Pieces(exchange, self.tell), Context())

        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            self.phase = "answering"
            view.on_event(response, event)

        self.phase = "waiting"
        arrival = Arrival(on_event=on_event)
        try:
            # Code is full of braces: nothing is put in for them.
            events = self._client.chat.stream(exchange.sent, model=self.model or None)
            await show(events, view, arrival, model=self.model or tr("the model"))
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            self.tell("settled", exchange=exchange.id, outcome=exchange.outcome)
