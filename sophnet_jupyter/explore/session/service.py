"""What an exploration needs of a service. It is handed in: this folder knows none."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ...events import Event

# Its kind, ``text`` or ``image``, and the text, or the image as it is sent.
Input = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentImage:
    """An image, ready to be sent: ``content`` as the service takes it, ``item`` for `embed`."""

    content: str
    item: Any
    label: str = ""
    thumbnail: bytes = b""


class EmbeddingService(Protocol):
    """The vectors of one client, and its chat."""

    @property
    def sandbox(self) -> bool:
        """Whether the sandbox answers, and no service."""

    def facts(self, *, images: bool) -> Mapping[str, object]:
        """The fields of each request: model, dimensions. Raises `SettingsError`."""

    def other(self, model: str | None, dimensions: int | None) -> EmbeddingService:
        """The same service with another model, or with vectors of other dimensions."""

    def per_request(self, model: str) -> int:
        """How many inputs a request takes."""

    def under_way(self, model: str) -> int:
        """How many inputs may be under way at a time."""

    def waits(self, model: str) -> str:
        """What the service lets through, in words; empty where it has refused nothing."""

    def is_picture(self, value: Any) -> bool:
        """Whether a value is an image."""

    def image(self, value: Any) -> SentImage:
        """Read an image. Blocking. Raises `SettingsError` for what is none."""

    def embed(
        self, texts: Sequence[str], images: Sequence[Any], facts: Mapping[str, object]
    ) -> AsyncGenerator[Event, None]:
        """Embed texts, then images; the error at the end names those without a vector."""

    def find(self, inputs: Sequence[Input], facts: Mapping[str, object]) -> Mapping[Input, Any]:
        """The vectors that were paid for before. Blocking."""

    def keep(
        self, inputs: Sequence[Input], data: bytes, dimensions: int, facts: Mapping[str, object]
    ) -> None:
        """Keep the vectors of one request."""

    def find_map(self, key: bytes, count: int) -> Any:
        """A finished map, None where there is none. Blocking."""

    def keep_map(self, key: bytes, points: Any) -> None:
        """Keep a finished map."""

    def ask(self, prompt: str, *, model: str | None, **options: Any) -> AsyncGenerator[Event, None]:
        """Ask a chat model."""
