"""
A parser for plain data as Python prints it, which runs none of it.

Documents show streams as printed dictionaries: single quotes, ``None``
(docs/services/sophnet.md#voice; docs/services/teleai.md#excel).
"""

from __future__ import annotations

import re
from collections.abc import Callable

# A chunk is five levels deep. Without a bound, brackets alone would exhaust the stack.
MAX_DEPTH = 32
_WORDS = {"None": None, "True": True, "False": False}
_BLANK = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"None|True|False")
_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?")
_PLAIN = {quote: re.compile(rf"[^\\{quote}\r\n]*") for quote in "'\""}
_CODES = {"x": 2, "u": 4, "U": 8}
_HEX = re.compile(r"[0-9a-fA-F]+")
_OCTAL = re.compile(r"[0-7]{1,3}")
_ESCAPES = dict(zip("abfnrtv\\'\"", "\a\b\f\n\r\t\v\\'\"", strict=True))


class NotLiteral(ValueError):
    """The text is not the printed form of plain data."""


def parse(text: str) -> object:
    """
    The value of a printed dict, list, tuple (as a list), string, number, bool or None.

    Takes time in proportion to the text. Raises `NotLiteral` for all else: names, calls, bytes,
    prefixed strings, more than `MAX_DEPTH` levels, and anything behind the value.
    """
    reader = _Reader(text)
    value = reader.value(0)
    reader.skip()
    if reader.at != len(text):
        raise NotLiteral(f"something follows the value at {reader.at}")
    return value


class _Reader:
    """A text and the current position."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> str:
        """Skip blanks; returns the next character, empty at the end."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> object:
        if depth > MAX_DEPTH:
            raise NotLiteral(f"deeper than {MAX_DEPTH} levels")
        first = self.skip()
        match first:
            case "{":
                return self._dict(depth)
            case "[":
                return self._items("]", lambda: self.value(depth + 1))
            case "(":
                return self._items(")", lambda: self.value(depth + 1))
            case "'" | '"':
                return self._string(first)
        if word := _WORD.match(self.text, self.at):
            self.at = word.end()
            return _WORDS[word[0]]
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            whole = number[0].lstrip("+-").isdecimal()
            return int(number[0]) if whole else float(number[0])
        raise NotLiteral(f"no plain data at {self.at}")

    def _dict(self, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}

        def pair() -> None:
            quote = self.skip()
            if quote not in ("'", '"'):
                raise NotLiteral(f"a key that is no string at {self.at}")
            key = self._string(quote)
            self._take(":")
            found[key] = self.value(depth + 1)

        self._items("}", pair)
        return found

    def _items(self, end: str, read: Callable[[], object]) -> list[object]:
        self.at += 1
        found: list[object] = []
        while self.skip() != end:
            found.append(read())
            if self.skip() != end:
                self._take(",")
        self.at += 1
        return found

    def _take(self, mark: str) -> None:
        if self.skip() != mark:
            raise NotLiteral(f"{mark!r} is missing at {self.at}")
        self.at += 1

    def _string(self, quote: str) -> str:
        self.at += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN[quote].match(self.text, self.at)
            assert plain
            parts.append(plain[0])
            self.at = plain.end()
            mark = self.text[self.at : self.at + 1]
            if mark == quote:
                self.at += 1
                return _paired("".join(parts))
            if mark != "\\":
                raise NotLiteral("a string without its end")
            parts.append(self._escape())

    def _escape(self) -> str:
        mark = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if mark in _ESCAPES:
            return _ESCAPES[mark]
        if octal := _OCTAL.match(self.text, self.at - 1):
            self.at = octal.end()
            return chr(int(octal[0], 8))
        length = _CODES.get(mark, 0)
        digits = self.text[self.at : self.at + length]
        if not length or len(digits) != length or not _HEX.fullmatch(digits):
            raise NotLiteral(f"an unknown escape at {self.at - 2}")
        self.at += length
        if int(digits, 16) > 0x10FFFF:
            raise NotLiteral(f"an escape of no letter at {self.at - length - 2}")
        return chr(int(digits, 16))


def _paired(text: str) -> str:
    """Surrogates joined to characters; a lone one, which UTF-8 cannot encode, becomes U+FFFD."""
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
