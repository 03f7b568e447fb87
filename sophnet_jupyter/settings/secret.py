"""A key that is never printed, and texts of others with keys removed."""

from __future__ import annotations

import hashlib
import html
import json
import re
import string
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from threading import Lock
from typing import NoReturn
from urllib.parse import quote
from weakref import WeakSet

from ..language import tr

HIDDEN = "‹key›"

# Below this a key may be an ordinary word, as the sandbox's is: its sentences stay as they are.
SHORTEST = 8
# A piece of this length gives away too much; a shorter one is how services name a key.
PIECE = 12
# Any such piece holds one of these that follow each other so far apart: they are looked for first,
# since nearly no text has any.
SAMPLE, APART = 4, PIECE - 4 + 1


class Secret:
    """A key: not printed, formatted, pickled or copied, and no attribute of any object."""

    __slots__ = ("__weakref__", "_samples", "_spelt", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        # Kept, since an error may be scrubbed a dozen times.
        self._samples = _samples(value)
        self._spelt: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        with _lock:
            _alive.add(self)

    def reveal(self) -> str:
        """The key itself, for the code that adds it to a request."""
        return self._value

    @property
    def mark(self) -> str:
        """Eight letters that tell it from other keys, and of which it cannot be guessed."""
        return hashlib.sha256(b"sophnet_jupyter" + self._value.encode()).hexdigest()[:8]

    def scrub(self, text: str) -> str:
        """``text`` without the key or a longer piece of it, should a server have sent it back."""
        if len(self._value) < SHORTEST:
            return text
        if not _has_any(text, _ESCAPES):
            likely = [tuple(self._value)] if _has_any(text, self._samples) else []
            return _without(text, likely)
        if not self._spelt:
            self._spelt = [(letters, _samples(letters)) for letters in _spellings(self._value)]
        both = f"{text}\n{_in_capitals(text)}"
        return _without(
            text, [letters for letters, samples in self._spelt if _has_any(both, samples)]
        )

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(‹hidden›)"

    def __str__(self) -> str:
        return "‹hidden›"

    def __format__(self, spec: str) -> str:
        return format("‹hidden›", spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(tr("a key is not pickled and not copied"))

    def __getstate__(self) -> NoReturn:
        raise TypeError(tr("a key is not pickled and not copied"))


# Every key this process knows, for texts whose origin cannot tell which one it was sent.
_alive: WeakSet[Secret] = WeakSet()
_lock = Lock()


def scrub(text: str) -> str:
    """``text`` without any key that this process knows."""
    if not text:
        return text
    with _lock:
        known = list(_alive)
    for secret in known:
        text = secret.scrub(text)
    return text


def _samples(letters: Sequence[str]) -> tuple[str, ...]:
    """Short pieces of a key: a text that has a longer piece of it has one of them."""
    return tuple("".join(letters[at : at + SAMPLE]) for at in range(0, len(letters), APART))


def _has_any(text: str, samples: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, samples))


def _without(text: str, spelt: list[tuple[str, ...]]) -> str:
    """
    The text without twelve letters in a row, or more, of a key in one of these spellings.

    Services quote the key they refuse, some of them shortened. All spellings are looked for before
    one is taken out: where two agree on some letters, the one would cut the other into pieces that
    are too short to be known.
    """
    if not spelt:
        return text
    seen = _in_capitals(text)
    spans: list[tuple[int, int]] = []
    for letters in spelt:
        whole = _in_capitals("".join(letters))
        # Where each letter begins, and the end.
        places = [0, *accumulate(map(len, letters))]
        for begin, end in zip(places, places[min(PIECE, len(letters)) :], strict=False):
            piece = whole[begin:end]
            at = seen.find(piece)
            while at >= 0:
                spans.append((at, at + len(piece)))
                at = seen.find(piece, at + 1)
    parts, done = [], 0
    for begin, end in sorted(spans):
        if begin >= done:
            parts += [text[done:begin], HIDDEN]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _in_capitals(text: str) -> str:
    """Escapes of addresses in one form: they are written in small letters too, or in both."""
    return re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), text)


# What any of the spellings below has in it.
_ESCAPES = ("%", "\\", "&")


def _spellings(key: str) -> list[tuple[str, ...]]:
    """A key as addresses, JSON, Python and HTML write it: its letters, each as it is written."""
    ways: list[Callable[[str], str]] = [
        str,
        partial(quote, safe=""),
        quote,
        lambda c: quote(quote(c, safe=""), safe=""),
        lambda c: json.dumps(c)[1:-1],
        lambda c: "\\/" if c == "/" else json.dumps(c)[1:-1],
        lambda c: json.dumps(json.dumps(c)[1:-1])[1:-1],
        lambda c: repr(c)[1:-1],
        html.escape,
        *(partial(_escaped, form=form, plain=plain) for form in _FORMS for plain in ("", _PLAIN)),
    ]
    return list(dict.fromkeys(tuple(map(way, key)) for way in ways))


_PLAIN = string.ascii_letters + string.digits + "-_."
_FORMS = ("%%%02X", "\\u%04x", "\\u%04X", "\\x%02x", "&#%d;", "&#x%x;", "&#x%X;")


def _escaped(letter: str, *, form: str, plain: str) -> str:
    return letter if letter in plain else form % ord(letter)
