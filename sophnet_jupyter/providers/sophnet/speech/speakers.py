"""Names for the speakers of recordings, which the service only numbers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence

import msgspec

from ....errors import SettingsError
from ....events import Event, Transcribed
from ....language import tr
from ....values.transcript import renamed
from ....wire.held import held


def named(events: AsyncGenerator[Event, None], names: Sequence[str]) -> AsyncGenerator[Event, None]:
    """
    The events with these names for speakers, in the order of their first sentence.

    Speakers for whom no name is left keep their number. Raises `SettingsError` for what are no
    names.
    """
    if isinstance(names, str) or not (
        isinstance(names, Iterable) and all(isinstance(name, str) for name in names)
    ):
        raise SettingsError(tr('speakers takes a list of names: speakers=["Ada", "Bob"].'))
    return _named(events, list(names))


async def _named(
    events: AsyncGenerator[Event, None], left: list[str]
) -> AsyncGenerator[Event, None]:
    known: dict[str, str] = {}
    async with held(events) as stream:
        async for event in stream:
            if not isinstance(event, Transcribed):
                yield event
                continue
            for sentence in event.recording.sentences:
                if left and sentence.speaker and sentence.speaker not in known:
                    known[sentence.speaker] = left.pop(0)
            yield msgspec.structs.replace(event, recording=renamed(event.recording, known))
