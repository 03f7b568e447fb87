"""
Separate a model's reasoning from its answer, where one text holds both.

Servers without a field for it hand on what the model wrote: ``<think>…</think>`` before the
answer, of which some templates keep the opening tag to themselves. Dify makes a fold of it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Literal, NamedTuple

# What may open a thought, with what closes it. A fold of Dify has attributes, so that it is known
# whole only once its title has come.
_OPENINGS = (
    (re.compile(r"<think(?:ing)?>"), re.compile(r"</think(?:ing)?>")),
    (
        re.compile(r"<details\b[^<>]{0,300}>\s{0,9}<summary>\s{0,9}Thinking[^<]{0,40}</summary>"),
        re.compile(r"</details>"),
    ),
)
_CLOSING = re.compile(r"</think>")
_TAGS = ("<think>", "<thinking>", "<details")
_ENDS = ("</think>", "</thinking>", "</details>")
# A fold's beginning is longer than a tag, but not without end; nor are blanks that may be left out.
_LONGEST_OPENING = 420
_LONGEST_BLANK = 1_000


class ThoughtPiece(NamedTuple):
    """
    ``thought`` or ``said``; or ``recalled``: all that was said by now was a thought.

    The last comes where the opening tag was kept back, and ``text`` is then the whole thought.
    """

    kind: Literal["thought", "said", "recalled"]
    text: str


class Thoughts:
    """Feed it the pieces of one text, cut anywhere; it returns them by kind."""

    def __init__(self) -> None:
        self._state: Literal["begin", "thought", "said"] = "begin"
        # What cannot be told yet: blanks before the text, a tag that may go on.
        self._held = ""
        self._end = _CLOSING
        # Whether this thought has words by now.
        self._thinks = False
        # What was said, as long as it may turn out to have been a thought, and its backticks.
        self._said: list[str] | None = []
        self._ticks = 0

    def passes(self, piece: str) -> bool:
        """Whether a piece is answer text as it stands, as most are; records it if so."""
        if self._state != "said" or self._held or "<" in piece:
            return False
        if self._said is not None:
            self._said.append(piece)
            self._ticks += piece.count("`")
        return True

    def apart(self) -> None:
        """Stop looking for tags: reasoning comes in a field of its own."""
        self._said = None

    def feed(self, piece: str) -> Iterator[ThoughtPiece]:
        """The pieces that this one adds, as far as they can be classified."""
        text, self._held = self._held + piece, ""
        while text:
            state, before = self._state, text
            if state == "begin":
                text = self._begin(text)
            elif state == "thought":
                text = yield from self._think(text)
            else:
                text = yield from self._say(text)
            if text == before and state == self._state:
                self._held = text
                return

    def finish(self) -> Iterator[ThoughtPiece]:
        """The text held back, at the end of the stream."""
        held, self._held = self._held, ""
        if held:
            yield ThoughtPiece("thought" if self._state == "thought" else "said", held)

    def _begin(self, text: str) -> str:
        words = text.lstrip()
        for opening, closing in _OPENINGS:
            if found := opening.match(words):
                self._state, self._end, self._thinks = "thought", closing, False
                return words[found.end() :].lstrip()
        if len(text) - len(words) > _LONGEST_BLANK:
            self._state = "said"
            return text
        if not words or any(tag.startswith(words) for tag in _TAGS):
            return text
        is_short = words.startswith("<details") and len(words) < _LONGEST_OPENING
        if is_short and "</summary>" not in words:
            return text
        self._state = "said"
        # Blanks between a thought and the answer belong to neither.
        return words if self._said is None else text

    def _think(self, text: str) -> Generator[ThoughtPiece, None, str]:
        text = text if self._thinks else text.lstrip()
        if found := self._end.search(text):
            if thought := text[: found.start()].rstrip():
                yield ThoughtPiece("thought", thought)
            self._state, self._said = "begin", None
            return text[found.end() :]
        # Blanks too: at the end of a thought they say nothing.
        keep = _unfinished(text, _ENDS)
        thought = text[: len(text) - keep]
        if len(thought) - len(words := thought.rstrip()) <= _LONGEST_BLANK:
            thought = words
        if thought:
            self._thinks = True
            yield ThoughtPiece("thought", thought)
        return text[len(thought) :]

    def _say(self, text: str) -> Generator[ThoughtPiece, None, str]:
        if self._said is None:
            yield ThoughtPiece("said", text)
            return ""
        if found := _CLOSING.search(text):
            before = text[: found.start()]
            # In code it is a word like any other.
            if (self._ticks + before.count("`")) % 2 == 0:
                thought = "".join([*self._said, before]).strip()
                self._state, self._said = "begin", None
                yield ThoughtPiece("recalled", thought)
                return text[found.end() :]
            said = text[: found.end()]
        else:
            said = text[: len(text) - _unfinished(text, ("</think>",))]
        if said:
            self._said.append(said)
            self._ticks += said.count("`")
            yield ThoughtPiece("said", said)
        return text[len(said) :]


def _unfinished(text: str, tags: tuple[str, ...]) -> int:
    """The number of characters at the end that may be the start of one of these tags."""
    begin = text.rfind("<", -max(map(len, tags)))
    end = text[begin:] if begin >= 0 else ""
    return len(end) if end and any(tag.startswith(end) for tag in tags) else 0
