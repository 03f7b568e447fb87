"""One measure a module: its ``measure(full=…)`` yields what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..result import Result
from . import (
    chunk_cost,
    compare,
    connections,
    distributions,
    embeddings,
    explorer,
    extension,
    extension_load,
    first_paint,
    first_token,
    history,
    interrupt,
    loading,
    map,  # noqa: A004 - as the builtin does, over rows
    microphone,
    pace,
    small_answers,
    token_cost,
    traffic,
    voice_chat,
    waiting,
)

Measure = Callable[..., Iterator[Result]]

# In the order in which they run: the quick ones first.
MEASURES: dict[str, Measure] = {
    "distributions": distributions.measure,
    "chunk_cost": chunk_cost.measure,
    "token_cost": token_cost.measure,
    "first_token": first_token.measure,
    "small_answers": small_answers.measure,
    "connections": connections.measure,
    "embeddings": embeddings.measure,
    "explorer": explorer.measure,
    "waiting": waiting.measure,
    "pace": pace.measure,
    "map": map.measure,
    "history": history.measure,
    "loading": loading.measure,
    "interrupt": interrupt.measure,
    "traffic": traffic.measure,
    "compare": compare.measure,
    "microphone": microphone.measure,
    "first_paint": first_paint.measure,
    "extension": extension.measure,
    "extension_load": extension_load.measure,
    "voice_chat": voice_chat.measure,
}
