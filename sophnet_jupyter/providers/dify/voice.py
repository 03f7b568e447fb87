"""``POST /text-to-audio``: an answer read aloud (docs/services/dify.md#sound)."""

from __future__ import annotations

from typing import Any

from ...errors import NotFound, SettingsError
from ...files.kinds import HEAD, sniff
from ...language import tr
from ...wire.call import Call, Reply
from ...wire.retry import PAID_TASK
from ...wire.wire import Wire
from .. import arguments
from .access import SERVICE, checked, unreadable


class SoundFile(bytes):
    """A sound file; ``mime`` is by its first bytes, or else by its header."""

    mime: str = ""

    def __repr__(self) -> str:
        return f"<SoundFile, {tr('{n:,} bytes', n=len(self))}, {self.mime}>"


async def speak(wire: Wire, *, user: str, text: str, message_id: str, voice: str) -> SoundFile:
    """
    Request speech for a message or a text; only the given options are sent.

    Raises `SettingsError` where there is neither, `NotFound` where Dify found no words.
    """
    for name, value in (("text", text), ("message_id", message_id), ("voice", voice)):
        arguments.text(name, value)
    if not (text or message_id):
        raise SettingsError(tr("There is nothing to read aloud: give a text or a message's id."))
    body: dict[str, Any] = {"user": user}
    given = {"message_id": message_id, "text": text, "voice": voice}
    body |= {name: value for name, value in given.items() if value}
    sent = arguments.encoded(body)
    call = Call(method="POST", path="/text-to-audio", body=sent, lane="sound")
    return sound(await wire.fetch(call, retry=PAID_TASK))


def sound(reply: Reply) -> SoundFile:
    """
    The sound of a reply that is one: by its type, since the document names a wrong one
    (docs/services/dify.md#sound, row D21).

    Dify answers 200 with ``null``, or with nothing, for a message that is unknown or empty.
    """
    if not reply.ok:
        checked(reply)
    if reply.body.strip() in (b"", b"null"):
        error = NotFound(
            service=SERVICE,
            status=reply.status,
            message=tr("no sound: the message is unknown or empty"),
        )
        error.advice = tr("Check the message's id, and that it is of this app and user.")
        raise error
    media = sniff(reply.body[:HEAD])
    if media is None and not reply.content_type.startswith("audio/"):
        checked(reply)
        raise unreadable(
            reply,
            tr(
                "{content_type} in place of sound",
                content_type=reply.content_type or tr("no content type"),
            ),
        )
    found = SoundFile(reply.body)
    found.mime = media.mime if media and media.kind == "audio" else reply.content_type
    return found
