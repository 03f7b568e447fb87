"""What a sandbox is started with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class UnknownSwitch(ValueError):
    """No quirk or fault is called that; the sentence lists those that are."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {name!r}; known: {', '.join(known)}")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything the server can be told; keys stay out of the repr."""

    api_key: str = field(default="sandbox", repr=False)
    shared: bool = False
    """Whether the callers are kept apart, as those of a class are."""
    allow_hosts: frozenset[str] = frozenset()
    """Names that the server has beside its addresses."""
    tokens_per_second: float = 40.0
    """0 means as fast as the connection takes them."""
    first_token: float = 0.3
    """Seconds from the headers to the first token."""
    voice_speed: float | None = None
    """Seconds of speech that come in a second: 1, or 0, at once, where tokens come at once."""
    task_seconds: float = 2.0
    """Seconds that a task takes, a quarter more or less."""
    vectors: str = "meaning"
    """How texts become vectors: by a model, where it is installed, or by their words."""
    lines: int = 30
    """How many live lines are heard at once."""
    quirks: frozenset[str] = frozenset()
    faults: Mapping[str, float] = field(default_factory=dict)
    """Fault name to its number: chunks before it strikes, or seconds."""
    upstream: str | None = None
    """Base of an OpenAI-compatible server that answers chat in place of the script."""
    upstream_key: str | None = field(default=None, repr=False)
    upstream_name: str = ""
    """What answers there, for badges: ``Ollama at 127.0.0.1:11434``."""
    whisper: str = ""
    """A Whisper model that hears in place of the small recogniser: a folder, or a name."""
