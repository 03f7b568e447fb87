"""`Response`: the final value of a call of any kind, and how events become it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError, quoted
from ..events import Ending, Reference, Replayed, TokenLogprob, ToolResult, Usage
from ..files.names import at_home
from ..language import tr
from ..values.image import Image
from ..values.page import Block, Page, frames, headings
from ..values.transcript import Recording
from ..values.video import Video
from .ended import in_words
from .grown import GROWN
from .rounds import Mark, ToolCall, messages
from .vectors import Vectors

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..values.markdown import Heading
    from ..values.transcript import Sentence
    from .vectors import Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds since the request left: to the first token (None if none came), and in all."""

    first_token: float | None = None
    total: float = 0.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Response:
    """
    The result of a call of any kind.

    ``ending`` is always one of complete, stopped, incomplete, failed. ``finish_reason`` is the
    service's own word (``stop``, ``length``, ``tool_calls``), empty if it gave none. ``images``
    are pictures in the order in which they were asked for, ``pages`` what was read from documents
    and pictures, with ``text`` as the Markdown of them all, ``videos`` videos, ``audio`` bytes,
    ``embeddings`` what was received of vectors: see `vectors`, `similarity` and `to_frame`.

    Where tools were run, ``text``, ``thinking``, ``tool_calls`` and ``tool_results`` are those of
    all ``rounds`` together, and `messages` tells them apart. ``alternatives`` are the other
    answers that ``n`` asked for.

    ``str(response)`` and ``text`` are the words as they came, for prompts, files and programs; of
    pictures, videos, sound and vectors alone ``str`` is their repr.
    What is for eyes, its repr, `show` and the output of a cell, is without the control characters
    by which a model could command a terminal: print those, and not the text of a stranger.
    """

    # These and the sound are made of what had come when somebody asks: see `__getattr__`.
    text: str = field(default_factory=str)
    thinking: str = field(default_factory=str)
    tool_calls: tuple[ToolCall, ...] = field(default_factory=tuple)
    tool_results: tuple[ToolResult, ...] = ()
    rounds: tuple[Mark, ...] = (Mark(),)
    alternatives: tuple[str, ...] = field(default_factory=tuple)
    logprobs: tuple[TokenLogprob, ...] = field(default_factory=tuple)
    references: tuple[Reference, ...] = ()
    images: tuple[Image, ...] = ()
    pages: tuple[Page, ...] = ()
    recordings: tuple[Recording, ...] = ()
    videos: tuple[Video, ...] = ()
    audio: bytes = field(default_factory=bytes)
    embeddings: Vectors = field(default_factory=Vectors)
    parsed: object = None
    usage: Usage | None = None
    timing: Timing = field(default_factory=Timing)
    notices: tuple[str, ...] = ()
    # What was masked of the question, in words; empty where nothing was to be.
    masked: str = ""
    service: str = ""
    model: str = ""
    request_id: str = ""
    system_fingerprint: str = ""
    # When the service says that it began, in seconds since the epoch; and what else it says of its
    # answer, under its own names: Dify's metadata, TeleAI's file_size.
    created: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sandbox: bool = False
    engine: str = ""
    # Where the answer was kept, if nobody was asked for it now.
    replayed: Replayed | None = None
    # Whether `thinking` is the steps of an analysis, and `text` the report on them.
    analysis: bool = False
    finish_reason: str = ""
    # Until something says otherwise, an answer is one that has not reached its end.
    ending: Ending = "incomplete"

    @property
    def messages(self) -> tuple[Mapping[str, Any], ...]:
        """
        The turns of this answer: append them to what was asked, and the conversation goes on.

        A call without a result is among them only if nobody was to run it, since a service refuses
        a conversation in which one is left open.
        """
        return messages(self)

    @property
    def cached(self) -> bool:
        """True where the answer was kept earlier, so that it has cost nothing now."""
        return self.replayed is not None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks read in images: label, text and box."""
        return tuple(block for page in self.pages for block in page.blocks)

    @property
    def outline(self) -> list[Heading]:
        """The headings of its Markdown: level, text and line."""
        return headings(self.text)

    @property
    def tables(self) -> list[DataFrame]:
        """The tables of its Markdown as DataFrames. Raises `SettingsError` without pandas."""
        return frames(self.text)

    @property
    def vectors(self) -> Matrix:
        """
        The vectors, a row for each input in the order of the inputs: float32, ``(n, d)``.

        Texts come before images. The row of an input that has no vector, since its request failed,
        is NaN. Raises `SettingsError` without numpy (the extra ``[explore]``).
        """
        return self.embeddings.array

    def similarity(self, other: Response | Matrix | None = None) -> Matrix:
        """
        How near the inputs are to each other, or to ``other`` vectors, as cosines from -1 to 1.

        ``(n, n)``, or ``(n, m)`` for another response or array; NaN where a vector is missing.
        Raises `SettingsError` without numpy, or where the dimensions differ.
        """
        return self.embeddings.similarity(
            other.embeddings if isinstance(other, Response) else other
        )

    def to_frame(self) -> DataFrame:
        """
        The inputs with their vectors: columns ``input``, ``kind`` (text or image), ``vector``, and
        the index of the column that was embedded; of
        recordings the sentences: ``file``, ``start``, ``end`` (seconds), ``speaker``, ``text``. Of
        any other answer one row: see `row.FACTS`.

        Raises `SettingsError` without pandas, and for vectors without numpy.
        """
        if self.recordings:
            from ..values import transcript

            return transcript.frame(self.recordings)
        if self.embeddings.asked.texts or self.embeddings.asked.images:
            return self.embeddings.to_frame()
        from . import row

        facts = {name: getattr(self, name, None) for name in row.FACTS}
        facts["ending"] = in_words(self.ending, self.finish_reason)
        facts |= {"seconds": self.timing.total, "first_token": self.timing.first_token}
        for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
            facts[name] = getattr(self.usage, name, None)
        return row.frame(facts)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What was said in recordings: text, start and end in seconds, speaker, raw line."""
        return tuple(each for one in self.recordings for each in one.sentences)

    @property
    def speakers(self) -> list[str]:
        """Who speaks, as the service numbers them or as `renamed` has named them."""
        from ..values import transcript

        return transcript.speakers(self.recordings)

    def renamed(self, names: Mapping[int, str] | Mapping[str, str]) -> Response:
        """
        The same transcript with other names for its speakers: ``renamed({0: "Ada", 1: "Bob"})``.

        Raises `SettingsError` for a speaker who is not heard.
        """
        from ..values import transcript

        wanted = {str(old): new for old, new in names.items()}
        if unknown := sorted(wanted.keys() - set(self.speakers)):
            heard = ", ".join(self.speakers) or tr("none")
            raise SettingsError(
                tr("No speaker is called {name!r} here: {heard}.", name=unknown[0], heard=heard)
            )
        found = tuple(transcript.renamed(each, wanted) for each in self.recordings)
        return replace(self, recordings=found)

    def to_srt(self) -> str:
        """A transcript as SubRip subtitles. Raises `SettingsError` for more than one recording."""
        from ..values import transcript

        return transcript.srt(self._only_recording().sentences)

    def to_vtt(self) -> str:
        """A transcript as WebVTT subtitles, speakers as voices. Raises as `to_srt`."""
        from ..values import transcript

        return transcript.vtt(self._only_recording().sentences)

    def _only_recording(self) -> Recording:
        if len(self.recordings) != 1:
            raise SettingsError(
                tr(
                    "Subtitles belong to one recording, and here are {count} recordings.",
                    count=len(self.recordings),
                )
                if self.recordings
                else tr("Subtitles belong to a recording, and this response has no transcript.")
            )
        return self.recordings[0]

    def save(self, path: str | os.PathLike[str]) -> list[Path]:
        """
        Write the pictures or videos to a folder or a file, or the sound, or the text, to a file.

        A file is replaced; several pictures for one name are numbered. In a folder, which is there
        or ends in ``/``, nothing is overwritten. Returns the paths. Raises `SettingsError`.
        """
        from ..files import saving
        from ..values import image, video

        if self.videos:
            return video.save_videos(self.videos, path)
        if self.images:
            return image.save_images(self.images, path)
        if self.pages and saving.is_folder(path):
            return saving.save_texts([(page.name, page.text) for page in self.pages], path)
        if self.recordings and not saving.is_folder(path):
            made = {".srt": self.to_srt, ".vtt": self.to_vtt}.get(Path(path).suffix.lower())
            text = made() if made else self.text
            return [saving.save_bytes(text.encode("utf-8", "replace"), at_home(path))]
        if self.recordings:
            said = [(one.name, one.text) for one in self.recordings]
            return saving.save_texts(said, path, ending=".txt")
        if not (self.audio or self.text):
            raise SettingsError(tr("There is nothing to save in this response."))
        if saving.is_folder(path):
            raise SettingsError(tr("{path} is a folder: name a file in it.", path=os.fspath(path)))
        data = self.audio or self.text.encode("utf-8", "replace")
        return [saving.save_bytes(data, at_home(path))]

    def show(self) -> None:
        """Show it here and now, as the last line of a cell would."""
        # The looks come from above: the package puts its own in this one's place.
        raise SettingsError(tr("Import sophnet_jupyter to have responses drawn."))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # They come in thousands of pieces, and are seldom looked at before their end.
            if name in GROWN and (pieces := self.__dict__.get(f"_{name}")) is not None:
                return self.__dict__.setdefault(name, GROWN[name].whole(pieces))
            if name == "audio" and (sound := self.__dict__.get("_sound")):
                return self.__dict__.setdefault("audio", bytes(sound))
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __str__(self) -> str:
        return self.text or (repr(self) if self._is_media() else "")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def _is_media(self) -> bool:
        sound = self.__dict__.get("_sound") or self.audio
        return bool(self.images or self.videos or self.embeddings or sound)

    def __repr__(self) -> str:
        words = " ".join(self.text.split())
        clipped = words if len(words) <= 60 else words[:59] + "…"
        figures: list[str] = [self.ending]
        if self.videos:
            count = len(self.videos)
            clipped = clipped or self.videos[0].prompt[:60]
            figures += [f"{count} videos" if count > 1 else "1 video"]
        elif self.images:
            count = len(self.images)
            clipped = clipped or self.images[0].prompt[:60]
            figures += [f"{count} pictures" if count > 1 else "1 picture"]
        elif self.embeddings:
            clipped = clipped or " ".join(self.embeddings.inputs[0].split())[:60]
            figures += [f"{len(self.embeddings)} × {self.embeddings.dimensions} vectors"]
        elif self.recordings:
            figures += [f"{len(self.sentences)} sentences"]
        else:
            figures += [f"{len(self.text)} characters"]
        figures += [quoted(self.model)] if self.model else []
        figures += ["sandbox"] if self.sandbox else []
        return f"<Response {clipped!r} · {' · '.join(figures)}>"
