"""What can happen while an answer arrives. Pure values: no I/O, no display.

msgspec Structs, not dataclasses: thirty of those cost 12 ms of import, thirty of these 0.2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple, cast

import msgspec

from .errors import SettingsError
from .language import tr
from .values.image import Image
from .values.page import Page
from .values.transcript import Recording
from .values.video import Video

Ending = Literal["complete", "stopped", "incomplete", "failed"]


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Tagged with its lower-case name, so that a list of events survives JSON."""


class Started(_Event, frozen=True, kw_only=True):
    """The first payload came: who answers, and under which id."""

    service: str
    model: str = ""
    request_id: str = ""
    system_fingerprint: str = ""
    sandbox: bool = False
    engine: str = ""
    """What has made the sandbox's answer, where that is more than its script."""
    analysis: bool = False
    """What it thinks aloud are the steps of an analysis, and its text is a report on them."""
    created: float | None = None
    """When the service says that it began, in seconds since the epoch."""


class Metadata(_Event, frozen=True, kw_only=True):
    """What else a service says of its answer, under its own names."""

    values: Mapping[str, Any]


class Replayed(_Event, frozen=True, kw_only=True):
    """
    The answer that follows was kept earlier, and nobody is asked for it now.

    ``source`` says where: ``cache``, ``cassette``, or ``recorded`` where the service could not be
    reached. ``at`` is when it was asked, in seconds since the epoch, 0 where nobody knows;
    ``first_token`` and ``seconds`` are those of then. ``call`` is its number in the history.
    """

    source: Literal["cache", "cassette", "recorded"]
    at: float = 0.0
    first_token: float | None = None
    seconds: float = 0.0
    call: int = 0


class TextDelta(_Event, frozen=True, kw_only=True):
    """More of the answer."""

    text: str


class ReasoningDelta(_Event, frozen=True, kw_only=True):
    """More of the model's reasoning before the answer."""

    text: str


class TextReplaced(_Event, frozen=True, kw_only=True):
    """
    The text so far is withdrawn, and this stands in its place.

    By the service, for its ``reason``; or by us, and then ``notice`` is what the reader is told.
    ``quiet`` where there is nothing to tell: what was withdrawn comes again as what it is.
    """

    text: str
    reason: str = ""
    notice: str = ""
    quiet: bool = False


class ToolCallDelta(_Event, frozen=True, kw_only=True):
    """More of one call: ``id`` and ``name`` come once, ``arguments`` is JSON text in pieces."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a tool returned, for the reader: the file of a picture, or rows, or Markdown.

    ``size`` says how large the whole is where ``rows`` are some of it.
    """

    image: bytes = b""
    rows: tuple[Mapping[str, Any], ...] = ()
    size: str = ""
    markdown: str = ""


class ToolResult(_Event, frozen=True, kw_only=True):
    """
    A tool was run for a call, and this result is sent to the model.

    ``index`` is that of the call. ``error`` is True where ``text`` says why it came to nothing.
    ``shown`` is there where the result is more than text.
    """

    index: int
    id: str = ""
    name: str = ""
    text: str = ""
    error: bool = False
    seconds: float = 0.0
    shown: Shown | None = None


class RoundBegan(_Event, frozen=True, kw_only=True):
    """
    A further request to the model starts, with tool results or for a correction.

    ``number`` counts from 2: the first round begins by itself. What follows belongs to the same
    answer, and `Finished` still comes once.
    """

    number: int


class TokenLogprob(NamedTuple):
    """
    A token of an answer and the natural logarithm of its probability.

    ``alternatives`` are what could have stood there, as (token, logprob).
    """

    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


class Logprobs(_Event, frozen=True, kw_only=True):
    """More tokens of the answer with their probabilities, beside its text."""

    items: tuple[TokenLogprob, ...]


class AlternativeDelta(_Event, frozen=True, kw_only=True):
    """More of another answer to the same question; ``choice`` counts from 1."""

    choice: int
    text: str


class Parsed(_Event, frozen=True, kw_only=True):
    """The answer as the value that was asked for: of a class, or plain JSON."""

    value: Any


class Reference(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """
    One source of an answer. ``type`` is ``file``, ``qa`` or ``web``.

    Equal where its words are: who can fetch it is no part of it.
    """

    index: int
    title: str = ""
    content: str = ""
    type: str = ""
    url: str = ""
    id: str = ""

    def fetched_by(self, fetch: Callable[[Reference], Awaitable[str | bytes]]) -> Reference:
        """Set the function that `fetch` calls. For the provider that makes references."""
        self.__dict__["fetched_by"] = fetch
        return self

    async def fetch(self) -> str | bytes:
        """
        What the source says: text where it is one, else the bytes of the file.

        The key goes to the configured origin only; a page of the web is fetched without it. Raises
        `SophNetError`, also for a reference that came from no answer.
        """
        fetch = self.__dict__.get("fetched_by")
        if fetch is None:
            raise SettingsError(tr("Only a reference of an answer can be fetched."))
        return cast("str | bytes", await fetch(self))


class References(_Event, frozen=True, kw_only=True):
    """All sources known by now: the last list replaces the ones before."""

    items: tuple[Reference, ...]


class AudioChunk(_Event, frozen=True, kw_only=True):
    """A piece of sound, in the format that was asked for."""

    data: bytes


class ImageReady(_Event, frozen=True, kw_only=True):
    """An image is finished, and was fetched if possible."""

    image: Image

    @property
    def picture(self) -> Image:
        """The old name of ``image``."""
        return self.image


class PageRead(_Event, frozen=True, kw_only=True):
    """An image or a document was read completely; its text is appended to the answer."""

    page: Page


class Transcribed(_Event, frozen=True, kw_only=True):
    """A recording was transcribed completely; its text is appended to the answer."""

    recording: Recording


class VideoReady(_Event, frozen=True, kw_only=True):
    """A video is finished, and was fetched if possible."""

    video: Video

    @property
    def film(self) -> Video:
        """The old name of ``video``."""
        return self.video


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word of recognised speech; times in milliseconds, ``punctuation`` is what follows it."""

    text: str
    begin: int | None = None
    end: int | None = None
    punctuation: str = ""
    fixed: bool = False


class VectorsAsked(_Event, frozen=True, kw_only=True):
    """
    The inputs of vectors that will follow: first texts, then images by their labels.

    ``thumbnails`` are small pictures of the images, where there are few of them; ``index`` is that
    of a pandas column whose texts these are.
    """

    texts: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    index: Any = None
    thumbnails: tuple[bytes, ...] = ()


class VectorsReady(_Event, frozen=True, kw_only=True):
    """
    Some vectors: ``data`` are rows of 32-bit floats in native byte order.

    ``places`` tells of each row which inputs it belongs to: several, where they are equal.
    """

    places: tuple[tuple[int, ...], ...]
    dimensions: int
    data: bytes


class Placed(_Event, frozen=True, kw_only=True):
    """
    Where the rows of an exploration stand now: ``points`` are (n, 2) 32-bit floats, NaN where none.

    ``epoch`` counts up to ``of``; the last one is the map.
    """

    points: bytes
    epoch: int
    of: int


class Transcript(_Event, frozen=True, kw_only=True):
    """Recognised speech. A partial one repeats its whole sentence; times are in milliseconds."""

    text: str
    final: bool
    begin: int
    end: int | None = None
    words: tuple[Word, ...] = ()


class Progress(_Event, frozen=True, kw_only=True):
    """
    How far a long task is: ``fraction`` from 0 to 1 where the service tells.

    ``elapsed`` is in seconds since we began to wait, None where nobody counts. ``index`` tells
    tasks apart that were begun together. ``problem`` is why nobody can look at the task, which
    goes on all the same; empty while looks succeed.
    """

    state: str
    index: int = 0
    task_id: str = ""
    fraction: float | None = None
    elapsed: float | None = None
    problem: str = ""


class Usage(_Event, frozen=True, kw_only=True):
    """
    What the answer cost, in tokens. The details are None where the service gave none.

    ``characters`` is what a voice has said, which is paid by them.

    ``price`` is a decimal number as text, so that nothing is lost on its way, in ``currency``;
    both are empty where the service names none.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    image_tokens: int | None = None
    """Those of the prompt that its images have cost."""
    characters: int | None = None
    price: str = ""
    currency: str = ""


class Notice(_Event, frozen=True, kw_only=True):
    """Something the user should know that is no error."""

    text: str


class Masked(_Event, frozen=True, kw_only=True):
    """What of the question was replaced before it was sent, in words for its reader."""

    said: str


class Finished(_Event, frozen=True, kw_only=True):
    """The last event. ``reason`` is the service's word; ``ending`` is ours."""

    reason: str
    ending: Ending = "complete"


Event = (
    Started
    | Metadata
    | Replayed
    | TextDelta
    | ReasoningDelta
    | TextReplaced
    | ToolCallDelta
    | ToolResult
    | RoundBegan
    | Logprobs
    | AlternativeDelta
    | Parsed
    | References
    | AudioChunk
    | ImageReady
    | PageRead
    | Transcribed
    | VideoReady
    | VectorsAsked
    | VectorsReady
    | Placed
    | Transcript
    | Progress
    | Usage
    | Notice
    | Masked
    | Finished
)
