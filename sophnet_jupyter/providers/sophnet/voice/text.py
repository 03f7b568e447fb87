"""From what is to be said to texts that a voice takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ....errors import SettingsError
from ....response import Response

# What public clients keep to (docs/services/sophnet.md#voice).
LONGEST = 500
_SSML = re.compile(r"\s*<speak\b", re.IGNORECASE)
# Where a text may be cut, from the best place to the worst: all but the last keep words whole.
_CUTS = (
    re.compile(r"""[.!?…]["'”’)\]]*(?=\s)|[。！？][”’」』）】]*|\n+"""),
    re.compile(r"[,;:](?=\s)|[，；：、]"),
    re.compile(r"\s"),
)
_MARKDOWN = (
    (re.compile(r"^(`{3,}|~{3,}).*?(?:^\1`*\s*$|\Z)", re.MULTILINE | re.DOTALL), "\n"),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"https?://\S+"), ""),
    (re.compile(r"^\s*\|?[\s:|-]+\|\s*$", re.MULTILINE), ""),
    (re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)", re.MULTILINE), ""),
    (re.compile(r"\*{1,3}|_{2,3}|~~|`"), ""),
    (re.compile(r"[ \t]*\|[ \t]*"), ", "),
)


def texts(subject: str | Response | Iterable[str | Response]) -> list[str]:
    """
    The texts to send for a text, a response or several of them, each at most 500 characters long.

    Longer ones are cut at the ends of sentences; text in SSML stays whole. A response is said
    without the marks of its Markdown, and without its code. Raises `SettingsError` for what is no
    text, and where there is nothing to say.
    """
    several: object = [subject] if isinstance(subject, str | Response) else subject
    if isinstance(several, bytes) or not isinstance(several, Iterable):
        raise SettingsError(f"A voice says text, not {type(subject).__name__}.")
    found = [piece for each in several for piece in pieces(_words(each)) if sayable(piece)]
    if not found:
        raise SettingsError("There is nothing to say: the text has no letters and no digits.")
    return found


def pieces(text: str) -> list[str]:
    """A text in pieces of at most 500 characters, which together are the text."""
    if is_ssml(text):
        return [text.strip()]
    found = []
    while len(text) > LONGEST:
        at = _cut(text)
        found.append(text[:at])
        text = text[at:]
    return [*found, text]


def is_ssml(text: str) -> bool:
    """True for a text that says itself how it is to be spoken."""
    return bool(_SSML.match(text))


def sayable(text: str) -> bool:
    """False for a text of marks and emojis alone, for which a service sends no sound."""
    return any(character.isalnum() for character in text)


def _words(subject: object) -> str:
    if isinstance(subject, str):
        return subject
    if isinstance(subject, Response):
        return plain(subject.text)
    raise SettingsError(f"A voice says text, not {type(subject).__name__}.")


def plain(markdown: str) -> str:
    """Markdown as it is read aloud: no code, no addresses, no marks."""
    for pattern, instead in _MARKDOWN:
        markdown = pattern.sub(instead, markdown)
    return markdown.strip(" ,\n")


def _cut(text: str) -> int:
    """Where to cut a text that is too long: behind the last sentence that fits, or what is next."""
    for pattern in _CUTS:
        ends = [found.end() for found in pattern.finditer(text, 0, LONGEST + 1)]
        if fitting := [end for end in ends if end <= LONGEST]:
            return fitting[-1]
    return LONGEST
