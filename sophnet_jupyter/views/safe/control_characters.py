"""Text of a model or a server, without the characters that command instead of say something.

In a terminal an escape sequence writes the clipboard or asks for an answer on stdin; anywhere, bidi
overrides and tag characters make a reader see another text than the one that is copied or sent.
"""

from __future__ import annotations

import re

# C0 without tab and LF, DEL, C1, bidi overrides and isolates, tag characters; and lone
# surrogates, which no message to the browser may hold. Joiners and the marks of ordinary
# right-to-left text stay.
_CONTROL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
# A terminal carries out C0 controls in the middle of a sequence and then goes on reading it.
_INSIDE = "\0-\x09\x0b\x0c\x0e-\x17\x19\x1c-\x1f\x7f"
_ESCAPE_PART = re.compile(f"[{_INSIDE}]*")
_INTERMEDIATE_PART = re.compile(f"[{_INSIDE} -/]*")
_CSI_PART = re.compile(f"[{_INSIDE} -?]*")
# A string that is never closed must not swallow the rest of an answer: a line end closes it too.
_STRING_END = re.compile("[\x07\n\r\x18\x1a\x1b\x80-\x9f]")
_STRING_OPENERS = "PX]^_"
_C1_STRING_OPENERS = "\x90\x98\x9d\x9e\x9f"


def plain(text: str) -> str:
    """Return the text without control characters and escape sequences, its line ends as LF."""
    return ControlFilter().feed(text)


class ControlFilter:
    """:func:`plain` for text that arrives in pieces: the pieces may be cut anywhere.

    Nothing is held back, so a piece can be shown at once; what is remembered is only in which
    part of a sequence (ECMA-48 and xterm's) the last piece ended.
    """

    __slots__ = ("_part",)

    def __init__(self) -> None:
        self._part = "text"

    def feed(self, text: str) -> str:
        """Return what of this piece is to be shown."""
        if self._part == "text" and not _CONTROL.search(text):
            return text
        shown: list[str] = []
        pos = 0
        while pos < len(text):
            pos = self._step(text, pos, shown)
        return "".join(shown)

    def finish(self) -> str:
        """The text has ended; forget a sequence that has not. Returns "", for symmetry."""
        self._part = "text"
        return ""

    def _step(self, text: str, pos: int, shown: list[str]) -> int:
        match self._part:
            case "text":
                return self._read_text(text, pos, shown)
            case "after CR":
                self._part = "text"
                return pos + 1 if text[pos] == "\n" else pos
            case "string":
                end = _STRING_END.search(text, pos)
                self._part = "text" if end else "string"
                return end.start() if end else len(text)
            case _:
                return self._read_sequence(text, pos)

    def _read_text(self, text: str, pos: int, shown: list[str]) -> int:
        control = _CONTROL.search(text, pos)
        if not control:
            shown.append(text[pos:])
            return len(text)
        shown.append(text[pos : control.start()])
        match control[0]:
            case "\r":
                shown.append("\n")
                self._part = "after CR"
            case "\x1b":
                self._part = "escape"
            case "\x9b":
                self._part = "csi"
            case char if char in _C1_STRING_OPENERS:
                self._part = "string"
            case char if "\ud800" <= char <= "\udfff":
                shown.append("\ufffd")
        return control.end()

    def _read_sequence(self, text: str, pos: int) -> int:
        """Read on in an escape or control sequence, up to its last character."""
        part = {"escape": _ESCAPE_PART, "csi": _CSI_PART}.get(self._part, _INTERMEDIATE_PART)
        inside = part.match(text, pos)
        pos = inside.end() if inside else pos
        if pos == len(text):
            return pos
        char, was, self._part = text[pos], self._part, "text"
        if was == "escape" and char == "[":
            self._part = "csi"
        elif was == "escape" and char in _STRING_OPENERS:
            self._part = "string"
        elif was == "escape" and " " <= char <= "/":
            self._part = "intermediate"
        elif not ("@" if was == "csi" else "0") <= char <= "~":
            # Not a sequence after all: what was read is dropped, this character is judged anew.
            return pos
        return pos + 1
