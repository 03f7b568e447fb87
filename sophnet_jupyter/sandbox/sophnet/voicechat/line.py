"""
One voice chat connection: its state machine, and the reply to each event.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, MutableMapping, Set
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ...server.refusal import Refused
from ...server.replies import encoded
from ...switches.switches import Switches
from ..chat.answers import Answers
from ..speech.hearing import Decoded
from ..speech.sentence import Recogniser, Sentence
from ..speech.sentence import encoded as encoded_sentence
from .round import Broken, Round
from .setup import Config

# Seconds without a ping, or with the recogniser open without words (with heartbeat: without
# sound), until the line is closed.
PATIENCE = 60.0
REFUSED, SILENT = 1008, 1000
# Bytes of sound that are kept for after an answer: a minute at the usual rate.
KEPT = 60 * 32_000


class Break(Exception):
    """Closes the connection without a close frame."""


class Closed(Exception):
    """Closes the connection, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


def event(kind: str, status: int = 0, message: str = "") -> dict[str, Any]:
    return {"status": status, "message": message, "event_type": kind}


class Conversation:
    """One accepted connection, until it is closed."""

    def __init__(
        self,
        socket: WebSocket,
        switches: Switches,
        config: Config,
        answers: Answers,
        strikes: Callable[[str, float], bool],
        recogniser: Callable[[int, Set[str]], Recogniser],
    ) -> None:
        self._socket, self._switches, self._config = socket, switches, config
        self._answers, self._strikes = answers, strikes
        self._recogniser = recogniser
        self._past: list[dict[str, Any]] = []
        self._hear: Decoded | None = None
        self._heard: list[str] = []
        # Sound that came while an answer was made.
        self._kept = bytearray()
        self._sounded = False
        self._round: asyncio.Task[None] | None = None
        self._answering = False
        self._saying = asyncio.Lock()
        self._pinged = self._worded = 0.0

    async def run(self) -> None:
        """Converse until the client hangs up. Raises `Break`."""
        receiving = asyncio.create_task(self._socket.receive())
        try:
            await self._begin(receiving)
            while True:
                waits = {receiving, self._round} if self._round else {receiving}
                done, _ = await asyncio.wait(
                    waits, timeout=self._left(), return_when=asyncio.FIRST_COMPLETED
                )
                if self._round in done:
                    round_, self._round = self._round, None
                    self._worded = self._now()
                    if round_ and not round_.cancelled():
                        round_.result()
                if receiving in done:
                    message = receiving.result()
                    if message["type"] == "websocket.disconnect":
                        return
                    receiving = asyncio.create_task(self._socket.receive())
                    await self._obey(message)
                elif not done and self._left() <= 0:
                    raise Closed(SILENT, "60 s passed without a ping, or without speech")
        except Closed as closed:
            await self._socket.close(closed.code, closed.reason)
        except WebSocketDisconnect:
            # It hung up while something was said to it.
            return
        finally:
            tasks = {task for task in (receiving, self._round) if task}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _begin(self, receiving: asyncio.Task[Any]) -> None:
        """Say that the chat is created. Nothing may come before that."""
        if "line_silent" in self._switches.faults:
            await receiving
            raise Break
        self._drop("drop_connecting")
        await asyncio.wait({receiving}, timeout=self._switches.first_token)
        if receiving.done() and receiving.result()["type"] != "websocket.disconnect":
            await self._say(event("error", 400, "nothing may be sent before chat.created"))
            raise Closed(REFUSED, "nothing may be sent before chat.created")
        self._pinged = self._worded = self._now()
        await self._say(event("chat.created"))

    async def _obey(self, message: MutableMapping[str, Any]) -> None:
        if (data := message.get("bytes")) is not None:
            await self._listen(data)
            return
        try:
            await self._do(_typed(message["text"]))
        except Refused as refusal:
            await self._say(event("error", refusal.status, refusal.message))

    async def _do(self, asked: dict[str, Any]) -> None:
        match asked["event_type"]:
            case "ping":
                self._pinged = self._now()
                await self._say(event("pong"))
            case "chat.update":
                if self._sounded:
                    raise Refused(400, "chat.update is not allowed any more: sound has come")
                self._config = self._config.updated(asked.get("message"), self._switches.quirks)
                echo = "chat_update_echo" in self._switches.quirks
                await self._say(event("chat.update" if echo else "chat.updated"))
            case "input_audio_buffer.complete":
                if self._answering:
                    raise Refused(400, "an answer is being made: cancel it first")
                await self._complete()
            case "input_audio_buffer.clear":
                if not self._sounded:
                    raise Refused(400, "there is nothing to clear: no sound has come")
                await self._close_ears()
                self._heard.clear()
                self._kept.clear()
                await self._say(event("input_audio_buffer.cleared"))
            case "conversation.clear":
                self._past.clear()
                await self._say(event("conversation.cleared"))
            case "conversation.chat.cancel":
                await self._cancel()
            case unknown:
                raise Refused(400, f"event_type {unknown!r} is not known")

    # Hearing.

    async def _listen(self, data: bytes) -> None:
        self._sounded = True
        if self._answering:
            if self._config.mode == "online":
                self._kept = (self._kept + data)[-KEPT:]
            return
        if self._config.heartbeat:
            self._worded = self._now()
        await self._feed(data)

    async def _feed(self, data: bytes) -> None:
        if self._hear is None:
            hear = await asyncio.to_thread(
                self._recogniser, self._config.sample_rate, self._switches.quirks
            )
            self._hear = Decoded(hear, self._config.format, self._config.sample_rate)
        data, self._kept = bytes(self._kept) + data, bytearray()
        for sentence in await asyncio.to_thread(self._hear.feed, data):
            self._worded = self._now()
            await self._tell(sentence)
            self._drop("drop_listening")

    async def _close_ears(self) -> None:
        if self._kept and not self._answering:
            await self._feed(b"")
        hear, self._hear = self._hear, None
        for sentence in await asyncio.to_thread(hear.end) if hear else []:
            await self._tell(sentence)

    async def _tell(self, sentence: Sentence) -> None:
        if sentence.final and sentence.text.strip():
            self._heard.append(sentence.text)
        text = encoded_sentence(sentence, self._switches.quirks)
        async with self._saying:
            await self._socket.send_text(text)

    # Answering.

    async def _complete(self) -> None:
        await self._close_ears()
        await self._say(event("input_audio_buffer.completed"))
        question, self._heard = " ".join(self._heard), []
        self._answering = True
        self._round = asyncio.create_task(self._answer(question))

    async def _answer(self, question: str) -> None:
        faults = self._switches.faults
        self._drop("drop_thinking")
        if "deaf_complete" in faults:
            await asyncio.Event().wait()
        answer = Round(self._answers, self._switches, self._host(), self._say_sound)
        try:
            if not question:
                raise Refused(400, "nothing was recognised in the sound")
            self._past.append({"role": "user", "content": question})
            asked = self._config.asked(self._past, self._switches.quirks)
            messages = self._config.messages(self._past)
            await answer.run(asked, messages, self._config.voice)
        except Refused as refusal:
            await self._say(event("error", refusal.status, refusal.message))
        except Broken:
            await self._say(event("error", 500, "the model stopped working"))
        finally:
            if answer.text:
                self._past.append({"role": "assistant", "content": answer.text})
        self._answering = False
        await self._say(event("conversation.chat.completed"))
        if "double_completed" in faults:
            await self._say(event("conversation.chat.completed"))

    async def _say_sound(self, payload: dict[str, Any]) -> None:
        lines = "data_frames" in self._switches.quirks
        text = encoded(payload).decode()
        async with self._saying:
            await self._socket.send_text(f"data:{text}" if lines else text)
        if payload.get("audioFrame"):
            self._drop("drop_speaking")

    async def _cancel(self) -> None:
        if not (self._answering and self._round):
            reason = "there is no answer to cancel"
            await self._say(event("conversation.chat.canceled", 400, reason))
            return
        self._round.cancel()
        await asyncio.wait({self._round})
        if not self._round.cancelled():
            # It broke, or was just over.
            self._round.result()
        self._answering = False
        await self._say(event("conversation.chat.canceled"))
        await self._say(event("conversation.chat.completed"))

    # The line.

    async def _say(self, said: dict[str, Any]) -> None:
        async with self._saying:
            await self._socket.send_text(encoded(said).decode())

    def _host(self) -> str:
        return f"http://{self._socket.headers.get('host', 'localhost')}"

    def _left(self) -> float:
        """Seconds until the idle timeout."""
        patience = self._switches.faults.get("line_idle", PATIENCE)
        since = self._pinged
        if self._sounded and not self._answering:
            since = min(since, self._worded)
        return since + patience - self._now()

    def _drop(self, fault: str) -> None:
        times = self._switches.faults.get(fault)
        if times is not None and self._strikes(fault, times):
            raise Break

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _typed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(400, "text must be JSON") from None
    if not isinstance(said, dict) or not isinstance(said.get("event_type"), str):
        raise Refused(400, "event_type is required")
    return said
