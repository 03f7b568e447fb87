"""Voice chat: talk to a model and hear it answer (docs/services/sophnet.md#voice-chat)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Unpack

from ....errors import SettingsError
from ....language import tr
from ....options.voicechat import VoiceChatOptions
from ....options.words import checks_keywords, shows_options
from ....wire.call import segment
from ....wire.websocket import Sockets
from ....wire.wire import Wire
from ..chat.chunk import Cite, as_it_is
from ..speech.live.source import Samples, read
from .session import VoiceChatLimits, VoiceChatSession
from .setup import Setup


@checks_keywords("voicechat")
class VoiceChats:
    """
    Opens conversations by voice.

    The service knows this endpoint with a project only, and wants the ids of the two services
    that hear and speak. The sandbox takes any, and so needs none.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        default_model: Callable[[], str],
        project_id: str = "",
        asr_easyllm_id: str = "",
        tts_easyllm_id: str = "",
        sandbox: bool = False,
        cite: Cite = as_it_is,
    ) -> None:
        self._wire = wire
        self._default_model = default_model
        self._project = project_id
        self._asr, self._tts = asr_easyllm_id, tts_easyllm_id
        self._sandbox, self._cite = sandbox, cite

    @staticmethod
    def sound(source: Any, *, sample_rate: int = 16_000) -> Samples:
        """
        A ``source`` (a file, an array or samples) as `VoiceChatSession.play` sends it: its ``pcm``
        and its ``sample_rate``.

        ``sample_rate``, in samples a second, is that of sources that do not tell theirs. Blocking.
        Raises `SettingsError`.
        """
        return read(source, sample_rate)

    @shows_options(VoiceChatOptions, Setup)
    def connect(
        self,
        model: str = "",
        asr_easyllm_id: str = "",
        tts_easyllm_id: str = "",
        *,
        limits: VoiceChatLimits | None = None,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
        **setup: Unpack[VoiceChatOptions],
    ) -> VoiceChatSession:
        """
        A conversation, opened by ``async with``: `VoiceChatSession` says what it can do.

        ``model`` answers, else that of the client; ``asr_easyllm_id`` and ``tts_easyllm_id`` are
        the services that hear and speak, else those of the settings; ``limits``, a
        `VoiceChatLimits`, are in seconds; ``sleep`` is how it waits.

        Raises `SettingsError` for what cannot be right, before anything is opened.
        """
        names = {
            "SOPHNET_PROJECT_ID": self._project,
            "SOPHNET_SPEECH_EASYLLM_ID": asr_easyllm_id or self._asr,
            "SOPHNET_VOICE_EASYLLM_ID": tts_easyllm_id or self._tts,
        }
        if self._sandbox:
            names = {name: value or "sandbox" for name, value in names.items()}
        if missing := [name for name, value in names.items() if not value]:
            raise SettingsError(
                tr(
                    "Voice chat needs a project and the ids of its two services: set {missing}, or "
                    "give asr_easyllm_id and tts_easyllm_id.",
                    missing=tr(" and ").join(missing),
                )
            )
        project, asr, tts = names.values()
        return VoiceChatSession(
            Sockets(self._wire.origin, self._wire.network),
            f"/projects/{segment(project)}/chat/speech-chat",
            {
                "model": model or self._default_model(),
                "asr_easyllm_id": asr,
                "tts_easyllm_id": tts,
            },
            Setup(**setup),
            limits=limits,
            sleep=sleep,
            cite=self._cite,
        )
