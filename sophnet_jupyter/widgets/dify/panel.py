"""A Dify app as a form with its answer below, in a cell's output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal, Protocol

from ...errors import AnswerUnreadable, KeyRejected, NotFound, SettingsError
from ...events import AudioChunk, Event, TextDelta
from ...kernel.loop import loop
from ...language import mark, tr
from ...response import Arrival, Response
from ...views.answer import Context
from ...views.live.answer import LiveAnswer, show
from ...views.media import audio, file
from ...views.safe.control_characters import plain
from ...views.safe.look import one_line
from ...views.safe.markdown import render
from ..exchange.exchange import Exchange, Pieces, to_html, to_markdown
from ..panel.frame import Height, from_sandbox
from ..panel.panel import Buffers, Command, Panel, said
from ..playing.track import Track
from ..uploads.uploads import Uploads
from .annotations import AnnotationDesk
from .files import Held, HeldFiles, in_words
from .form import fields, largest, value
from .look import look

Rating = Literal["like", "dislike"] | None
_EMPTY = mark("A Dify app. Run its cell to use it.")
# Where an app names no limit of its own.
LARGEST = 100_000_000
# Opinions of users on a page.
OPINIONS = 20
_RATINGS: dict[str, Rating] = {"like": "like", "dislike": "dislike", "none": None}


class DifyClient(Protocol):
    """The part of a client that the panel uses."""

    def dify_app(self, name: str = "") -> Any: ...


class DifyApp(Panel):
    """
    Fill in an app's form, run it, watch and hear its answer, rate it, and mind its annotations.

    What its users have said is in a tab, and a file that an answer has used can be looked at.
    ``client`` opens the app called ``app``, or is a `Dify` app itself. The form, the title and
    the small print are the app's own; ``mask`` is that of ``client.dify.stream``. The last answer
    is ``panel.response``.

    Raises `SettingsError` when there is no key for that app, or no client can be made.
    """

    file = "panel"

    def __init__(
        self,
        client: DifyClient | Any | None = None,
        *,
        app: str = "",
        mask: object = None,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout, phase="loading")
        self._mask = mask
        self._app = _opened(self.client_for(client), app)
        self.sandbox = from_sandbox(self._app)
        self._form: Any = None
        self._facts: dict[str, Any] = {}
        self._problem = ""
        self._files = HeldFiles(self._app, self.tell)
        self._exchange: Exchange | None = None
        self._track: Track | None = None
        self._rating: dict[str, Any] = {}
        self._aside: set[asyncio.Task[None]] = set()
        self._desk = AnnotationDesk(self._app, self.tell, self._beside)
        loop().call_soon_threadsafe(self.perform, self.start, self._load)

    @property
    def response(self) -> Response | None:
        """The last answer, or as much of it as has come."""
        return self._exchange.response if self._exchange else None

    def ask(self, inputs: str | Mapping[str, Any]) -> None:
        """
        Run the app from Python, as if the form had been filled in; a text is the input ``query``.

        Returns at once; the answer appears in the panel.
        """
        given = {"query": inputs} if isinstance(inputs, str) else dict(inputs)
        loop().call_soon_threadsafe(self.perform, self._run, given)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "run", "inputs": dict(inputs)}:
                self._run(inputs)
            case {"kind": "link", "purpose": str(purpose), "url": str(url)}:
                self._files.link(purpose, url.strip())
            case {"kind": "drop", "file": str(key)}:
                self._files.drop(key)
            case {"kind": "rate", "rating": str(rating), "content": str(content)}:
                self._beside(lambda: self._rate(_RATINGS[rating], content.strip()))
            case {"kind": "speak"}:
                self.start(self._speak)
            case {"kind": "reload"}:
                self.start(self._load)
            case {"kind": "preview", "file": str(key)}:
                held = self._files.sent(key)
                self._beside(lambda: self._preview(held))
            case {"kind": "opinions", "page": int(page)}:
                self._beside(lambda: self._opinions(page))
            case {"kind": "annotations"}:
                self._desk.obey(command)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        exchange = self._shown(self._exchange) if self._exchange else None
        facts = {
            **self._facts,
            "problem": self._problem,
            "files": self._files.shown,
            "exchange": exchange,
            "rating": self._rating,
            "sound": self._track is not None and self._track.finished,
        }
        return facts, [self._track.data if self._track else b""]

    def still(self) -> tuple[str, str]:
        if not self._exchange:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        html, text = to_html([self._exchange]), to_markdown([self._exchange])
        if self._track and self._track.data:
            return html + audio.player(self._track.data), text + audio.line(self._track.data)
        return html, text

    # What the app is.

    async def _load(self) -> None:
        """Request the app's form and appearance; not every app has a site."""
        self.phase, self._problem = "loading", ""
        try:
            info = await self._app.info()
            site = await _if_there(self._app.site(), {})
            form = await _if_there(self._app.parameters(), None)
        except Exception as error:
            self._problem = said(error)
            self.phase = "failed"
        else:
            self._form = form
            self._facts = _facts(form, look(info, site))
            inputs, files = (form.inputs, form.files) if form else ((), {})
            if limit := largest(inputs, files, LARGEST):
                self.uploads = Uploads(self.tell, self._files.receive, limit=limit)
            self.phase = "ready"
        facts, blobs = self.state()
        rules = {"uploads": self.uploads.rules} if self.uploads else {}
        self.tell("state", blobs, **facts, **rules)

    # Its answer.

    def _run(self, given: Mapping[str, Any]) -> None:
        inputs = self._inputs(given)
        files = self._files.of("")
        exchange = Exchange(text=in_words(inputs, files))
        track = Track(exchange.id, self.tell)
        self.start(lambda: self._answer(exchange, track, inputs, files))
        self._exchange, self._track, self._rating = exchange, track, {}
        self.tell("asked", exchange=self._shown(exchange))

    def _inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was filled in. Raises `SettingsError` for what is missing or cannot be right."""
        if self._form is None or not self._form.inputs:
            return {name: text for name, text in given.items() if text != ""}
        found: dict[str, Any] = {}
        for each in self._form.inputs:
            held = self._files.of(each.name)
            if each.is_file and held:
                found[each.name] = held
            elif given.get(each.name) not in (None, ""):
                # A text comes from the form; from Python it may be any value.
                typed = given[each.name]
                found[each.name] = value(each, typed) if isinstance(typed, str) else typed
        if missing := self._form.missing(found):
            called = {each.name: each.label or each.name for each in self._form.inputs}
            raise SettingsError(
                tr(
                    "Fill in what the app needs: {names}.",
                    names=", ".join(called[name] for name in missing),
                )
            )
        self._form.check(found)
        return found

    async def _answer(
        self, exchange: Exchange, track: Track, inputs: dict[str, Any], files: list[Held]
    ) -> None:
        view = LiveAnswer(Pieces(exchange, self.tell), Context())

        def on_event(response: Response, event: Event) -> None:
            exchange.response = response
            if isinstance(event, AudioChunk):
                self.phase = "speaking"
                track.feed(event.data)
            elif isinstance(event, TextDelta):
                self.phase = "answering"
            view.on_event(response, event)

        arrival = Arrival(on_event=on_event)
        try:
            self.phase = "uploading" if files else "waiting"
            sent = {name: await self._files.named(each) for name, each in inputs.items()}
            beside = await self._files.named(files)
            self.phase = "waiting"
            events = self._app.stream(sent, files=beside or None, mask=self._mask)
            await show(events, view, arrival, model=tr("the app"))
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            exchange.error = said(error)
            self.phase = "failed"
        finally:
            exchange.response, exchange.settled = arrival.response, True
            track.finish()
            self.tell("settled", exchange=exchange.id, outcome=self._outcome(exchange))
            if self._files.shown:
                # Those that were sent can be shown from now on.
                self.tell("files", files=self._files.shown)

    async def _preview(self, held: Held) -> None:
        found = await self._app.preview(held.sent.id)
        data = file.bundle(found.data, name=found.name or held.name, mime=found.mime)
        self.tell("previewed", name=one_line(held.name), html=data["text/html"])

    async def _opinions(self, page: int) -> None:
        found = await self._app.feedbacks(page=max(1, page), limit=OPINIONS)
        rows = [
            {
                "rating": each.rating,
                "content": one_line(each.content),
                "when": f"{each.created_at:%Y-%m-%d %H:%M} UTC" if each.created_at else "",
                "by": one_line(each.from_source),
            }
            for each in found
        ]
        # Dify counts them nowhere: a full page may be the last one.
        self.tell("opinions", page=page, rows=rows, more=len(found) == OPINIONS)

    async def _speak(self) -> None:
        exchange, track = self._exchange, self._track
        if exchange is None or exchange.response is None or track is None or track.data:
            return
        self.phase = "speaking"
        try:
            sound = await self._app.speak(exchange.response)
            track = self._track = Track(exchange.id, self.tell)
            track.feed(sound)
            track.finish()
        finally:
            self.phase = "ready"

    async def _rate(self, rating: Rating, content: str) -> None:
        if self.response is None:
            raise SettingsError(tr("There is no answer yet that could be rated."))
        await self._app.feedback(self.response, rating, content or None)
        self._rating = {"rating": rating, "content": content}
        self.tell("rated", **self._rating)

    def _shown(self, exchange: Exchange) -> dict[str, Any]:
        return {
            "id": exchange.id,
            "text": exchange.text,
            "images": [],
            "pieces": list(exchange.pieces.items()),
            "settled": exchange.settled,
            **self._outcome(exchange),
        }

    def _outcome(self, exchange: Exchange) -> dict[str, Any]:
        named = exchange.response.request_id if exchange.response else ""
        return {**exchange.outcome, "rateable": bool(named)}

    def _beside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task beside the answer; an error is shown."""
        task = loop().create_task(self._guard(work))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def _opened(client: Any, name: str) -> Any:
    return client.dify_app(name) if hasattr(client, "dify_app") else client


async def _if_there(asked: Coroutine[Any, Any, Any], otherwise: Any) -> Any:
    """The result of a request, or None where the app has no such thing or a gateway hides it."""
    try:
        return await asked
    except (NotFound, KeyRejected, AnswerUnreadable):
        return otherwise


def _facts(form: Any, looks: dict[str, Any]) -> dict[str, Any]:
    raw = form.raw if form else {}
    opening = raw.get("opening_statement")
    questions = raw.get("suggested_questions")
    speech = raw.get("text_to_speech")
    return {
        "look": looks,
        "fields": fields(form.inputs, form.files) if form else fields((), {}),
        "opening": render(opening) if isinstance(opening, str) and opening.strip() else "",
        "questions": [
            plain(each)
            for each in (questions if isinstance(questions, list) else [])
            if isinstance(each, str) and each.strip()
        ],
        "speaks": bool(isinstance(speech, dict) and speech.get("enabled")),
    }
