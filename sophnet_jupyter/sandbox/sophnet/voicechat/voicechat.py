"""
``wss …/chat/speech-chat``: talk, hear the answer, interrupt.

See docs/services/sophnet.md#voice-chat.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from urllib.parse import parse_qs

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ...engines import Missing
from ...engines.sound.ears import engine_name
from ...server.mark import mark
from ...server.places import Crowded, Places
from ...server.refusal import Refused
from ...server.replies import encoded
from ...switches.options import Options
from ...switches.switches import Switches
from ..chat.answers import Answers
from ..door import require_key
from ..envelope import envelope_response
from ..models import require_model
from ..speech.hearing import recogniser
from ..voice.sound import require_engines
from .line import Break, Conversation, event
from .setup import Config

PATH = "/projects/{project}/chat/speech-chat"
REFUSED = 1008
NEEDED = ("model", "asr_easyllm_id", "tts_easyllm_id")


class VoiceChats:
    """The conversations of one sandbox."""

    def __init__(self, options: Options, answers: Answers, places: Places) -> None:
        self._options, self._answers, self._places = options, answers, places
        # How often a fault that strikes a few times only has struck.
        self._struck: dict[str, int] = {}

    def routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute(PATH, self._serve)]

    async def _serve(self, socket: WebSocket) -> None:
        switches: Switches = socket.scope["switches"]
        if "line_refused" in switches.faults:
            await socket.send_denial_response(envelope_response(401, "the API key is not valid"))
            return
        try:
            with self._places.one():
                await self._talk(socket, switches)
        except Crowded as error:
            await socket.send_denial_response(envelope_response(429, str(error)))

    async def _talk(self, socket: WebSocket, switches: Switches) -> None:
        try:
            model = self._model(socket)
        except Refused as refusal:
            await _turn_away(socket, refusal)
            return
        try:
            # The first one takes a while to load.
            whisper = self._options.whisper
            await asyncio.to_thread(recogniser, 16_000, switches.quirks, whisper)
            # Asked for now, since an answer without them would break the line.
            require_engines()
        except Missing as error:
            await socket.send_denial_response(envelope_response(501, str(error)))
            return
        engines = (engine_name(whisper), self._options.upstream_name)
        await socket.accept(headers=[mark(*engines)])
        if "early_close" in switches.faults:
            await socket.close(int(switches.faults["early_close"]))
            return
        try:
            # Returning from a break without a good-bye makes the server close the connection.
            config = Config.default(model)
            hear = partial(recogniser, whisper=whisper)
            talk = Conversation(socket, switches, config, self._answers, self._strikes, hear)
            await talk.run()
        except Break:
            return

    def _model(self, socket: WebSocket) -> str:
        query = parse_qs(socket.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given: dict[str, str] = {name: values[0] for name, values in query.items()}
        if not re.match("bearer ", given.get("token", ""), re.IGNORECASE):
            raise Refused(401, "token must be 'Bearer', a space and an API key")
        require_key(given["token"], self._options.api_key)
        for name in NEEDED:
            if not given.get(name):
                raise Refused(400, f"{name} is required")
        require_model(given["model"])
        return given["model"]

    def _strikes(self, fault: str, times: float) -> bool:
        """Whether a fault that strikes so many times does so now."""
        self._struck[fault] = self._struck.get(fault, 0) + 1
        return self._struck[fault] <= times


async def _turn_away(socket: WebSocket, refusal: Refused) -> None:
    # Its answer to the request for a connection has a status and a reason, so that is where a
    # failure is told.
    await socket.accept(headers=[mark()])
    said = event("chat.created", refusal.status, refusal.message)
    await socket.send_text(encoded(said).decode())
    await socket.close(REFUSED, refusal.message)
