"""How a voice chat is set up: the defaults of the document, and what ``chat.update`` may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...model.question import ChatRequest
from ...server.refusal import Refused, is_one_of
from ..chat.request import parse
from ..voice.request import VoiceRequest, sounding

FORMATS = ("pcm", "wav", "mp3", "opus", "speex", "aac", "amr")
MODES = ("online", "refresh")
Payload = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Config:
    """What holds for a conversation from its first sound on."""

    model: str
    chat: Mapping[str, Any]
    voice: VoiceRequest
    format: str = "wav"
    sample_rate: int = 16_000
    heartbeat: bool = False
    mode: Literal["online", "refresh"] = "online"

    @classmethod
    def default(cls, model: str) -> Config:
        """The one of the document (docs/services/sophnet.md#voice-chat)."""
        return cls(model=model, chat={}, voice=sounding({}))

    def updated(self, message: Any, quirks: frozenset[str]) -> Config:
        """Read the ``message`` of a ``chat.update``; what it leaves out becomes the default."""
        if not isinstance(message, str):
            raise Refused(400, "message must be a JSON text, not an object")
        try:
            said = json.loads(message)
        except (ValueError, RecursionError):
            raise Refused(400, "message is not JSON") from None
        hearing = _part(said, "create_transcription_task_req")
        both = _part(said, "chat_completion_with_voice_output_req")
        where = "chat_completion_with_voice_output_req."
        chat = _part(both, "chat_completion_req", where)
        speech = _part(both, "speech_synthesis_req", where)
        param = speech.get("synthesis_param") or {}
        if not isinstance(param, dict):
            raise Refused(400, "speech_synthesis_req.synthesis_param must be an object")
        mode: Any = said.get("asr_mode") or "online"
        if not is_one_of(mode, MODES):
            raise Refused(400, f"asr_mode must be one of {', '.join(MODES)}")
        default = Config.default(self.model)
        config = replace(default, chat=chat, voice=sounding(param), mode=mode, **_heard(hearing))
        # Checked as the first question will be, so that it is refused here and not there.
        config.asked([{"role": "user", "content": "?"}], quirks)
        return config

    def asked(self, rounds: list[Payload], quirks: frozenset[str]) -> ChatRequest:
        """The request for an answer to the last of these messages."""
        body = {
            **self.chat,
            "model": self.chat.get("model") or self.model,
            "messages": self.messages(rounds),
        }
        if body.setdefault("stream", True) is not True:
            raise Refused(400, "chat_completion_req must have stream: true")
        return parse(json.dumps(body).encode(), quirks=quirks)

    def messages(self, rounds: list[Payload]) -> list[Payload]:
        """Those of the configuration, and those of the talk so far."""
        set_up = self.chat.get("messages") or []
        if not isinstance(set_up, list):
            raise Refused(400, "chat_completion_req.messages must be an array")
        return [*set_up, *rounds]


def _part(said: Any, name: str, where: str = "") -> Payload:
    value = said.get(name) if isinstance(said, dict) else None
    if not isinstance(value, dict):
        raise Refused(400, f"{where}{name} is required, and an object")
    return value


def _heard(asked: Payload) -> Payload:
    # Nested, as the default configuration has it, or flat, as the recogniser's own parameters are.
    nested = asked.get("speech_recognition_param") or {}
    if not isinstance(nested, dict):
        raise Refused(400, "speech_recognition_param must be an object")
    given = {**asked, **nested}
    heartbeat, rate = given.get("heartbeat"), given.get("sample_rate")
    kind = given.get("format") or "wav"
    if heartbeat is not None and not isinstance(heartbeat, bool):
        raise Refused(400, "heartbeat must be true or false")
    rate = 16_000 if rate is None else rate
    if not isinstance(rate, int) or isinstance(rate, bool) or not 1000 <= rate <= 384_000:
        raise Refused(400, "sample_rate must be a number of samples a second")
    if not is_one_of(kind, FORMATS):
        raise Refused(400, f"format must be one of {', '.join(FORMATS)}")
    return {"heartbeat": bool(heartbeat), "sample_rate": rate, "format": kind}
