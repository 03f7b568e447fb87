"""Split a text into pieces that a voice accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ....errors import SettingsError
from ....language import tr
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
# Each stops where the next of its kind begins, so that none is looked for to the end of the text.
_MARKDOWN = (
    (re.compile(r"^(`{3,}|~{3,}).*?(?:^\1`*\s*$|\Z)", re.MULTILINE | re.DOTALL), "\n"),
    (re.compile(r"!\[[^\[\]]*\]\((?:[^()]|\([^()]*\))*\)"), ""),
    (re.compile(r"\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)"), r"\1"),
    (re.compile(r"https?://\S+"), ""),
)
_LINE_MARK = re.compile(r"[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)")
_MARKS = re.compile(r"\*{1,3}|_{2,3}|~~|`")
_RULE = frozenset(" \t:|-")


def texts(subject: str | Response | Iterable[str | Response]) -> list[str]:
    """
    The texts to send for a text, a response or several of them, each at most 500 characters long.

    Longer ones are cut at the ends of sentences; text in SSML stays whole. A response is said
    without the marks of its Markdown, and without its code. Raises `SettingsError` for what is no
    text, and where there is nothing to say.
    """
    several: object = [subject] if isinstance(subject, str | Response) else subject
    if isinstance(several, bytes) or not isinstance(several, Iterable):
        raise SettingsError(tr("A voice says text, not {name}.", name=type(subject).__name__))
    found = [piece for each in several for piece in pieces(_words(each)) if sayable(piece)]
    if not found:
        raise SettingsError(tr("There is nothing to say: the text has no letters and no digits."))
    return found


def pieces(text: str) -> list[str]:
    """A text in pieces of at most 500 characters, which together are the text."""
    if is_ssml(text):
        return [text.strip()]
    found, begin = [], 0
    while len(text) - begin > LONGEST:
        end = _cut(text, begin)
        found.append(text[begin:end])
        begin = end
    return [*found, text[begin:]]


def is_ssml(text: str) -> bool:
    """True for SSML, which a voice gets unchanged."""
    return bool(_SSML.match(text))


def sayable(text: str) -> bool:
    """False for a text of only punctuation and emojis, for which a service sends no sound."""
    return any(character.isalnum() for character in text)


def _words(subject: object) -> str:
    if isinstance(subject, str):
        return subject
    if isinstance(subject, Response):
        return plain(subject.text)
    raise SettingsError(tr("A voice says text, not {name}.", name=type(subject).__name__))


def plain(markdown: str) -> str:
    """Markdown as plain text to be read aloud: no code, no URLs, no marks."""
    for pattern, instead in _MARKDOWN:
        markdown = pattern.sub(instead, markdown)
    lines: list[str] = []
    for line in markdown.split("\n"):
        is_rule = line.rstrip(" \t").endswith("|") and _RULE.issuperset(line)
        mark = _LINE_MARK.match(line)
        said = "" if is_rule else line[mark.end() :] if mark else line
        if said != line:
            while lines and not lines[-1].strip():
                lines.pop()
        lines.append(said)
    cells = _MARKS.sub("", "\n".join(lines)).split("|")
    return ", ".join(_trimmed(cells)).strip(" ,\n")


def _trimmed(cells: list[str]) -> Iterator[str]:
    """The text between bars, without blanks around it."""
    for place, cell in enumerate(cells):
        left = cell.lstrip(" \t") if place else cell
        yield left.rstrip(" \t") if place < len(cells) - 1 else left


def _cut(text: str, begin: int) -> int:
    """
    The end of the piece that starts there: after the last sentence that fits, or after a word.
    """
    longest = begin + LONGEST
    for pattern in _CUTS:
        ends = [found.end() for found in pattern.finditer(text, begin, longest + 1)]
        if fitting := [end for end in ends if end <= longest]:
            return fitting[-1]
    return longest
