"""Send the user's sound in a voice conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..hearing.take import Take
from .spoken_turn import SpokenTurn


class VoiceUplink:
    """
    Sends the user's sound: a microphone's frames as they come, or one source a turn.

    ``end_turn`` is called where a turn ends; a source is followed by the next one when the answer
    was heard, and all is ``quiet`` again. With ``again`` the turn was over already when the last
    line broke, and is asked once more.
    """

    def __init__(
        self,
        speech: SpokenTurn,
        end_turn: Callable[[], Coroutine[Any, Any, None]],
        quiet: asyncio.Event,
    ) -> None:
        self.again = False
        self._speech, self._end_turn, self._quiet = speech, end_turn, quiet

    async def pump(self, session: Any, take: Take) -> None:
        """Send a recording to its end. Raises what ends the connection."""
        await self._say_again(session)
        while (frame := await take.next()) is not None:
            self._speech.pass_frame()
            # One without sound says that the page is there, or that the button was let go.
            if frame:
                if session.state != "listening":
                    # Whoever speaks into an answer has broken it off, and is heard after that.
                    await session.rested()
                self._speech.add(frame)
                await session.send(frame)
            while self._speech.ends_here(take.dropped):
                await self._end_turn()

    async def play(self, session: Any, sounds: list[Any], pace: float) -> None:
        """Send these sounds; those that were sent are taken out. Raises what ends the line."""
        if self.again:
            await self._say_again(session)
            await session.rested()
            await self._quiet.wait()
        while sounds:
            sound = sounds[0]
            self._speech.forget()
            self._speech.add(sound.pcm)
            await session.play(sound, pace=pace)
            sounds.pop(0)
            self._speech.end()
            await self._end_turn()
            await session.rested()
            await self._quiet.wait()

    async def _say_again(self, session: Any) -> None:
        """Send again the sound of a turn that had no answer yet when the connection broke."""
        again, self.again = self.again, False
        if sound := self._speech.sound:
            await session.send(sound)
            if again:
                await self._end_turn()
