"""A voice made from a recording (docs/services/sophnet.md#voice)."""

from __future__ import annotations

import re

from ....errors import SettingsError
from ....language import tr
from ....wire.call import Call
from ....wire.files.multipart import Multipart, field, file
from ....wire.retry import PAID_TASK
from ....wire.wire import Wire
from ... import arguments
from ..access import checked
from ..speech.sound import sound
from .voices import VOICES, remember

# What the service takes is in no document; more than this is no sample of a voice.
LARGEST = 50_000_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


async def clone(
    wire: Wire,
    path: str,
    recording: object,
    name: str,
    *,
    model: str,
    text: str,
    filename: str,
) -> str:
    """Send a recording, and return the name of its voice. Raises as `Voice.clone`."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingsError(
            tr(
                "The name of a voice is a letter, then letters, digits, - and _, at most 64 of "
                "them."
            )
        )
    if any(name in names for names in VOICES.values()):
        raise SettingsError(
            tr("{name} is a voice of the service: give yours another name.", name=name)
        )
    given = sound(recording, filename=filename)
    if given.content is None:
        raise SettingsError(
            tr("A voice is made of a file or bytes, not of an address: fetch the sound first.")
        )
    part = file("audio_file", given.content, filename=given.name, limit=LARGEST)
    asked = {"model": arguments.words("model", model), "name": name}
    if text:
        asked["prompt_text"] = arguments.text("text", text)
    form = Multipart(
        part,
        field(
            "tts_speaker_voice_generate_req",
            arguments.encoded(asked),
            content_type="application/json",
        ),
    )
    call = Call(method="POST", path=path, upload=form, lane=model)
    checked(await wire.fetch(call, retry=PAID_TASK))
    remember(name, model)
    return name
