"""Dictation into the notebook: the microphone of one page, in live sessions of this kernel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import comm

from ..errors import SophNetError
from ..kernel.loop import loop
from ..language import mark, tr
from ..views.safe.control_characters import plain
from ..widgets.hearing.uplink import Message, Uplink
from .messages import Event, Heard, TakeOver, TakeTold

NO_PROJECT = mark(
    "The settings name a speech resource, which is not used without its project: "
    "set SOPHNET_PROJECT_ID."
)

# What recognises is imported with the first sound: most pages never send any.
if TYPE_CHECKING:
    from ..magics.session.session import KernelSession
    from ..widgets.microphone.recognition import Recognition


class PageDictation:
    """
    Hears what a page sends under ``key``, and tells it the sentences.

    All but the constructor and `close` happens on the loop's thread, one take at a time.
    """

    def __init__(self, key: str, session: KernelSession, tell: Callable[[Event], None]) -> None:
        self._session = session
        self._tell = tell
        self.resource = ""
        """The id of the resource that hears; empty for that of the kernel's settings."""
        self._recognition: Recognition | None = None
        self._job: asyncio.Task[None] | None = None
        self._uplink = Uplink(key, self._from_browser)

    def close(self) -> None:
        """Hear nothing any more; the connection is closed."""
        self._uplink.close()
        # A notebook that was closed meanwhile could not say that its sound ends too.
        known = comm.get_comm_manager().comms
        for one in [each for each in known.values() if each.handle_msg == self._uplink.receive]:
            one._closed = True
            known.pop(one.comm_id, None)
        loop().call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._job:
            self._job.cancel()

    def _from_browser(self, message: Message) -> None:
        from ..widgets.microphone.recognition import arrived

        loop().call_soon_threadsafe(self._hear, message, arrived())

    def _hear(self, message: Message, now: float) -> None:
        if message.kind == "begin":
            self._begin(message)
        elif self._recognition:
            self._recognition.sound(message, now)

    def _begin(self, message: Message) -> None:
        from ..widgets.microphone.dictation import Dictation
        from ..widgets.microphone.recognition import Recognition, begun

        take = begun(message)
        try:
            if self._job:
                raise SophNetError(tr("A dictation from this page is still being written down."))
            client = self._session.client
            resource = self.resource.strip()
            session = client.speech.live(None, sample_rate=take.sample_rate, easyllm_id=resource)
            if resource and not client.settings.project_id:
                self._tell(TakeTold(take.number, tr(NO_PROJECT)))
        except SophNetError as error:
            self._tell(TakeOver(take.number, str(error)))
            return

        def tell(kind: str, **facts: Any) -> None:
            match kind:
                case "final" | "partial":
                    self._tell(Heard(take.number, kind == "final", plain(str(facts["text"]))))
                case "notice":
                    self._tell(TakeTold(take.number, plain(str(facts["text"]))))

        self._recognition = Recognition(session, take, Dictation(), tell)
        self._job = loop().create_task(self._listen(self._recognition, take.number))

    async def _listen(self, recognition: Recognition, number: int) -> None:
        from ..widgets.panel.panel import said

        why = ""
        try:
            await recognition.listen()
        except Exception as error:  # whatever it is, the page lets the microphone go
            why = said(error)
        finally:
            self._recognition = self._job = None
            self._tell(TakeOver(number, plain(why)))
