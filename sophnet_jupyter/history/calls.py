"""One call as a record: what was asked, what came, what it took."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ..events import Ending, Event, Finished, Started, TextDelta, Usage
from ..response import Response, fold
from ..response.response import Timing
from . import encoding
from .keys import AskedCall, canonical, without_signatures
from .media import MediaFolder

# Strings of a request from this length on are kept once, however many calls repeat them.
REPEATED = 512
BODY = "$body"
# Stand in JSON for the texts that have columns of their own.
ASKED, SAID = "$asked", "$said"
TEXT = "textdelta"
# Bytes of a request, as of a hundred thousand texts to be embedded, from which on it is left out.
LONGEST_REQUEST = 8 * 1024 * 1024
LEFT_OUT = "$left_out"
# Characters of one call; of a longer one only its facts are kept.
LONGEST = 16 * 1024 * 1024


@dataclass(kw_only=True)
class CallRecord:
    """
    A call that has ended.

    ``at`` is when it was sent, in seconds since the epoch; ``first_token`` and ``seconds`` are
    from then. ``events`` are what came, ``error`` is why it failed, in words.
    ``origin`` is who answered: scheme and host, or ``sandbox/<engine>/<version>``; ``lane`` the
    model that was asked. ``priced_by`` says whose ``price`` it is: ``service`` or ``prices``.
    ``cached_from`` is the id of the call whose answer this is.
    """

    asked: AskedCall
    question: str = ""
    at: float
    origin: str
    lane: str = ""
    notebook: str = ""
    cell: str = ""
    events: Sequence[Event] = ()
    ending: Ending = "complete"
    error: str = ""
    first_token: float | None = None
    seconds: float = 0.0
    price: str = ""
    currency: str = ""
    priced_by: str = ""
    cached_from: int | None = None
    run: int | None = None
    run_name: str = ""
    prompt: str = ""
    id: int = 0
    star: bool = False
    # Whether neighboring deltas are still to be joined.
    fold: bool = False
    # What was reserved of a budget for it.
    reserved: str = ""
    # Makes ``asked`` on the writer's thread, where that reads files.
    complete: Callable[[], AskedCall] | None = None

    @property
    def response(self) -> Response:
        """The answer as a `Response`."""
        response = Response()
        for event in self.events:
            response = fold(response, event)
        timing = Timing(first_token=self.first_token, total=self.seconds)
        return replace(response, ending=self.ending, timing=timing)

    @property
    def started(self) -> Started:
        """Who answered."""
        found = (event for event in self.events if isinstance(event, Started))
        return next(found, Started(service=self.asked.service))

    @property
    def usage(self) -> Usage | None:
        """The tokens of the answer, where the service told them."""
        return next((event for event in reversed(self.events) if isinstance(event, Usage)), None)


class CallColumns:
    """
    The columns of a call, made on the writer's thread; `insert` is a change for `Writer`.

    ``scrub`` takes the keys out of a text; it goes over all that is kept.
    """

    def __init__(
        self,
        call: CallRecord,
        media: MediaFolder,
        scrub: Callable[[str], str],
        price: Callable[[CallRecord], None] = lambda _: None,
    ) -> None:
        self.id = 0
        self.call = call
        self._media = media
        self._scrub = scrub
        self._price = price
        self._made: tuple[dict[str, Any], dict[str, str], dict[str, int]] | None = None

    def prepare(self) -> None:
        """Make the columns, and write its media."""
        if self._made is None:
            if self.call.complete:
                self.call.asked, self.call.complete = self.call.complete(), None
            if self.call.fold:
                self.call.events, self.call.fold = encoding.folded(self.call.events), False
            self._price(self.call)
            self._made = self._make()

    def insert(self, rows: sqlite3.Connection) -> None:
        """Insert it with what it names."""
        self.prepare()
        assert self._made
        columns, bodies, media = self._made
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        put = f"INSERT INTO calls ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
        self.id = int(rows.execute(put, list(columns.values())).lastrowid or 0)
        for name, data in bodies.items():
            hashed = bytes.fromhex(name)
            rows.execute("INSERT OR IGNORE INTO bodies VALUES (?, ?, ?)", [hashed, len(data), data])
            rows.execute("INSERT OR IGNORE INTO uses VALUES (?, ?, 0)", [self.id, hashed])
        for name, size in media.items():
            hashed = bytes.fromhex(name)
            rows.execute("INSERT OR IGNORE INTO uses VALUES (?, ?, 1)", [self.id, hashed])
            rows.execute("INSERT OR IGNORE INTO media VALUES (?, ?)", [hashed, size])

    def _make(self) -> tuple[dict[str, Any], dict[str, str], dict[str, int]]:
        call, bodies = self.call, dict[str, str]()
        scrub = self._scrub
        question = scrub(call.question)
        request = _request(call.asked.request, call.question, bodies, scrub)
        response, said, media = self._response()
        started, told = call.started, call.usage
        usage = told or Usage()
        columns = {
            "at": call.at,
            "service": call.asked.service,
            "resource": call.asked.resource,
            "app": call.asked.app,
            "origin": call.origin,
            "lane": call.lane,
            "sandbox": int(started.sandbox or call.origin.startswith("sandbox/")),
            "notebook": call.notebook,
            "cell": call.cell,
            "key": call.asked.key,
            "request": request,
            "asked": question,
            "response": response,
            "said": said,
            "ending": call.ending,
            "error": without_signatures(scrub(call.error)),
            "model": started.model or call.lane,
            "tokens_in": told and told.prompt_tokens,
            "tokens_out": told and told.completion_tokens,
            "tokens_cached": usage.cached_tokens,
            "tokens_reasoning": usage.reasoning_tokens,
            "characters": usage.characters,
            "price": call.price,
            "currency": call.currency,
            "priced_by": call.priced_by,
            "first_token": call.first_token,
            "seconds": call.seconds,
            "cached_from": call.cached_from,
            "run": call.run,
            "prompt": call.prompt,
        }
        return columns, bodies, media

    def _response(self) -> tuple[str, str, dict[str, int]]:
        """The events as JSON, the text of the answer, and its media with their sizes."""
        call = self.call
        texts = [event.text for event in call.events if isinstance(event, TextDelta)]
        said = without_signatures(self._scrub("".join(texts)))
        media: dict[str, bytes] = {}
        plain = encoding.plain(call.events, media)
        if sum(map(len, texts)) > LONGEST:
            plain, said = [], ""
        if len(texts) == 1:
            # It stands in its own column.
            plain = [
                {"kind": "textdelta", "text": {SAID: 1}}
                if event.get("kind") == "textdelta"
                else event
                for event in plain
            ]
        for name, data in media.items():
            self._media.put(name, data)
        text = without_signatures(self._scrub(msgspec.json.encode(plain).decode()))
        return text, said, {name: len(data) for name, data in media.items()}


def _request(
    request: Mapping[str, Any], question: str, bodies: dict[str, str], scrub: Callable[[str], str]
) -> str:
    """The request as JSON; the question and long texts are told by what stands for them."""

    def short(value: Any) -> Any:
        match value:
            case str() if value == question and question:
                return {ASKED: 1}
            case str() if len(value) >= REPEATED:
                data = scrub(value)
                name = encoding.digest(data.encode("utf-8", "replace"))
                bodies[name] = data
                return {BODY: name}
            case dict():
                return {name: short(each) for name, each in value.items()}
            case list() | tuple():
                return [short(each) for each in value]
        return value

    written = canonical(request)
    if len(written) > LONGEST_REQUEST:
        return msgspec.json.encode({LEFT_OUT: len(written)}).decode()
    plain = msgspec.json.decode(written)
    return scrub(msgspec.json.encode(short(plain)).decode())


_READ = """
SELECT id, at, service, resource, app, origin, lane, notebook, cell, request, asked, response, said,
    ending, error, price, currency, priced_by, first_token, seconds, cached_from, run, prompt, star
FROM calls
"""


def read(
    rows: sqlite3.Connection, where: str, given: Sequence[Any], media: MediaFolder
) -> list[CallRecord]:
    """The calls for which ``where``, the rest of a query, holds."""
    found = rows.execute(_READ + where, given)
    names = [column[0] for column in found.description]
    return [_call(rows, dict(zip(names, row, strict=True)), media) for row in found.fetchall()]


def _call(rows: sqlite3.Connection, row: dict[str, Any], media: MediaFolder) -> CallRecord:
    request = _whole(rows, _decoded(row.pop("request"), {}), row["asked"])
    head = {name: row.pop(name) for name in ("service", "resource", "app")}
    said, question = row.pop("said"), row.pop("asked")
    values = [
        {"kind": TEXT, "text": said} if value.get("text") == {SAID: 1} else value
        for value in _decoded(row.pop("response"), [])
    ]
    try:
        events: Sequence[Event] = encoding.revived(values, media.get)
    except ValueError:
        # Of another version, or edited: the words are there all the same.
        end = Finished(reason="", ending=row["ending"])
        events = [Started(service=head["service"]), TextDelta(text=said), end]
    asked = AskedCall(**head, request=request)
    row["star"] = bool(row["star"])
    return CallRecord(asked=asked, question=question, events=events, **row)


def _decoded(text: str, default: Any) -> Any:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return default
    return value if type(value) is type(default) else default


def _whole(rows: sqlite3.Connection, value: Any, question: str) -> Any:
    match value:
        case {"$asked": 1, **rest} if not rest:
            return question
        case {"$body": str(name), **rest} if not rest:
            found = rows.execute(
                "SELECT data FROM bodies WHERE hash = ?", [bytes.fromhex(name)]
            ).fetchone()
            return found[0] if found else ""
        case dict():
            return {name: _whole(rows, each, question) for name, each in value.items()}
        case list():
            return [_whole(rows, each, question) for each in value]
    return value
