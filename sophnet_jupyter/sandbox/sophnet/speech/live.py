"""
``wss …/easyllms/stream-speech``: sound in, sentences out while it comes.

See docs/services/sophnet.md#live-speech.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ...engines import Missing
from ...engines.sound.ears import engine_name
from ...server.mark import mark
from ...server.places import Crowded, Places
from ...server.refusal import Refused
from ...switches.options import Options
from ...switches.switches import Switches
from ..envelope import envelope_response
from .hearing import Decoded, recogniser
from .sentence import Recogniser, Sentence, encoded

PATHS = ("/projects/{project}/easyllms/stream-speech", "/projects/easyllms/stream-speech")
FORMATS = ("pcm", "wav", "mp3", "opus", "speex", "aac", "amr")
# Seconds without a word, or with heartbeat without any sound, until the line is closed.
LONGEST_SILENCE = 60.0
REFUSED, WRONG_DATA, BROKEN = 1008, 1007, 1011


class Refusal(Exception):
    """Closes the connection, with this code and reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        self.code = code
        self.reason = reason


class Break(Exception):
    """Closes the connection without a close frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveQuery:
    """The parameters in the query."""

    format: str
    sample_rate: int
    heartbeat: bool


class LiveSpeech:
    """The live speech endpoint of one sandbox."""

    def __init__(self, options: Options, places: Places) -> None:
        self._options, self._places = options, places
        # Faults that strike only once have struck.
        self._struck: set[str] = set()

    def routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute(path, self._serve) for path in PATHS]

    async def _serve(self, socket: WebSocket) -> None:
        switches: Switches = socket.scope["switches"]
        if "line_refused" in switches.faults:
            await socket.send_denial_response(envelope_response(401, "the API key is not valid"))
            return
        try:
            with self._places.one():
                await self._listen(socket, switches)
        except Crowded as error:
            await socket.send_denial_response(envelope_response(429, str(error)))

    async def _listen(self, socket: WebSocket, switches: Switches) -> None:
        hear: Recogniser | None = None
        try:
            asked = self._asked(socket)
            rate, whisper = asked.sample_rate, self._options.whisper
            hear = await asyncio.to_thread(recogniser, rate, switches.quirks, whisper)
            refusal = None
        except Refusal as error:
            refusal = error
        except Missing as error:
            await socket.send_denial_response(envelope_response(501, str(error)))
            return
        await socket.accept(headers=[mark(engine_name(self._options.whisper))])
        try:
            if "early_close" in switches.faults:
                raise Refusal(int(switches.faults["early_close"]))
            if refusal or hear is None:
                raise refusal or Refusal(BROKEN)
            line = _Line(socket, switches, self._is_new)
            await line.begin(switches.first_token)
            await line.converse(Decoded(hear, asked.format, asked.sample_rate), asked.heartbeat)
        except Refusal as error:
            await socket.close(error.code, error.reason)
        except Break:
            # Returning without a good-bye makes the server close the connection.
            return

    def _asked(self, socket: WebSocket) -> LiveQuery:
        query = parse_qs(socket.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = {name: values[0] for name, values in query.items()}
        if given.get("apikey") != self._options.api_key:
            raise Refusal(REFUSED, "the API key is not valid")
        if "project" in socket.path_params and not given.get("easyllm_id"):
            raise Refusal(REFUSED, "easyllm_id is required on this path")
        for name in ("format", "sample_rate", "heartbeat"):
            if name not in given:
                raise Refusal(REFUSED, f"{name} is required")
        if given["format"] not in FORMATS:
            raise Refusal(REFUSED, f"format must be one of {', '.join(FORMATS)}")
        rate = given["sample_rate"]
        if not rate.isdecimal() or not 1000 <= int(rate) <= 384_000:
            raise Refusal(REFUSED, "sample_rate must be a number of samples a second")
        if given["heartbeat"] not in ("true", "false"):
            raise Refusal(REFUSED, "heartbeat must be true or false")
        return LiveQuery(
            format=given["format"], sample_rate=int(rate), heartbeat=given["heartbeat"] == "true"
        )

    def _is_new(self, fault: str) -> bool:
        new = fault not in self._struck
        self._struck.add(fault)
        return new


class _Line:
    """One accepted connection."""

    def __init__(
        self, socket: WebSocket, switches: Switches, is_new: Callable[[str], bool]
    ) -> None:
        self._socket, self._switches, self._is_new = socket, switches, is_new
        self._told = 0

    async def begin(self, wait: float) -> None:
        """Send ``ok``. Nothing may be received before that."""
        if "line_silent" in self._switches.faults:
            await self._until_gone()
        early = asyncio.create_task(self._socket.receive())
        await asyncio.wait({early}, timeout=wait)
        if early.done():
            if early.result()["type"] == "websocket.disconnect":
                raise Break
            raise Refusal(REFUSED, "nothing may be sent before ok has come")
        self._early = early
        await self._socket.send_text('{"status":"ok"}')

    async def converse(self, sound: Decoded, heartbeat: bool) -> None:
        faults = self._switches.faults
        limit = faults.get("line_idle", LONGEST_SILENCE)
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(limit) as patience:
                while True:
                    message = await self._early
                    if message["type"] == "websocket.disconnect":
                        return
                    self._early = asyncio.create_task(self._socket.receive())
                    if (said := message.get("text")) is not None:
                        if said != "BYE":
                            raise Refusal(WRONG_DATA, "the only text that may be sent is BYE")
                        break
                    found = await asyncio.to_thread(sound.feed, message["bytes"])
                    if heartbeat or found:
                        patience.reschedule(clock() + limit)
                    for sentence in found:
                        await self._tell(sentence)
            if "deaf_end" in faults:
                await self._until_gone()
            for sentence in await asyncio.to_thread(sound.end):
                await self._tell(sentence)
        except TimeoutError:
            pass
        except Refused as refused:
            raise Refusal(WRONG_DATA, refused.message) from None
        finally:
            self._early.cancel()
        await self._socket.close(1000)

    async def _tell(self, sentence: Sentence) -> None:
        faults, text = self._switches.faults, encoded(sentence, self._switches.quirks)
        if faults.get("half_message") == self._told:
            text = text[: len(text) // 2]
        self._told += 1
        await self._socket.send_text(text)
        for fault in ("line_cut", "line_cut_once", "line_close"):
            if self._told == faults.get(fault) and (
                fault != "line_cut_once" or self._is_new(fault)
            ):
                raise Refusal(BROKEN, "the recogniser failed") if fault == "line_close" else Break

    async def _until_gone(self) -> None:
        receive = self._early if hasattr(self, "_early") else self._socket.receive()
        while (await receive)["type"] != "websocket.disconnect":
            receive = self._socket.receive()
        raise Break
