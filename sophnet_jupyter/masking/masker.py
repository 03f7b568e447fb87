"""Placeholders: one for each value, the same as long as a run lasts, and the way back."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from threading import Lock
from typing import Any

from ..language import tr
from .kinds import KINDS, DataKind, find

# What of a message is no text: addresses of pictures, ids, and data in base64.
_NO_TEXT = frozenset(
    "url image_url id role type tool_call_id file_id upload_file_id data input_audio "
    "transfer_method".split()
)
_DEEPEST = 40


class Masker:
    """
    Replaces values by placeholders such as ``[MOBILE-1]``, numbered as they come.

    One for a run, so that equal values of its rows are equal to the model too. From any thread.
    """

    def __init__(self, kinds: tuple[DataKind, ...] = KINDS) -> None:
        self._kinds = kinds
        self._words: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._lock = Lock()
        names = "|".join(sorted((kind.word for kind in kinds), key=len, reverse=True))
        self._placeholder = re.compile(
            rf"\\?[\[【]\s?({names})\\?[-_ ](\d{{1,9}})\s?\\?[\]】]", re.IGNORECASE
        )
        # The beginning of one, at the end of what has come so far of an answer.
        self._begun = re.compile(r"\\?[\[【][A-Za-z\\ _-]{0,20}\d{0,9}[\s\\]{0,2}$|\\$")

    def learn(self, value: object) -> None:
        """Number what is in a value now, so that it does not depend on who is asked first."""
        MaskedCall(self).sent(value)

    def masked(self, text: str, seen: dict[str, DataKind]) -> str:
        """A text with placeholders; ``seen`` gets those that are in it."""
        found = find(text, self._kinds)
        with self._lock:
            self._note_taken(text)
            pieces, end = [], 0
            for each in found:
                word = self._word(each.kind, each.value, text[each.begin : each.end])
                seen[word] = each.kind
                pieces += [text[end : each.begin], word]
                end = each.end
        return "".join([*pieces, text[end:]]) if pieces else text

    def restored(self, text: str) -> str:
        """A text with the values in place of placeholders; those of others stay."""
        if "[" not in text and "【" not in text:
            return text
        return self._placeholder.sub(self._value, text)

    def held_from(self, text: str) -> int:
        """Where a placeholder may have begun that is not whole yet; the length where none has."""
        found = self._begun.search(text, max(0, len(text) - 48))
        return found.start() if found else len(text)

    def _value(self, match: re.Match[str]) -> str:
        return self._values.get(f"[{match[1].upper()}-{int(match[2])}]", match[0])

    def _note_taken(self, text: str) -> None:
        # What stands there already is somebody else's: of an answer that was kept, for instance.
        if "[" not in text:
            return
        for match in self._placeholder.finditer(text):
            word = f"[{match[1].upper()}-{int(match[2])}]"
            if word not in self._values:
                self._taken.add(word)

    def _word(self, kind: DataKind, value: str, written: str) -> str:
        key = (kind.word, value)
        if key not in self._words:
            number = self._numbers.get(kind.word, 0) + 1
            while f"[{kind.word}-{number}]" in self._taken:
                number += 1
            self._numbers[kind.word] = number
            self._words[key] = f"[{kind.word}-{number}]"
            self._values[self._words[key]] = written
        return self._words[key]


class MaskedCall:
    """What one question has masked, and how its answer is put back."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self._seen: dict[str, DataKind] = {}

    def sent(self, value: Any, depth: int = 0) -> Any:
        """A value with all its texts masked: a text, messages, inputs. Files stay as they are."""
        match value:
            case str():
                return self.masker.masked(value, self._seen)
            case Mapping() if depth < _DEEPEST:
                return {
                    name: each if name in _NO_TEXT else self.sent(each, depth + 1)
                    for name, each in value.items()
                }
            case list() | tuple() if depth < _DEEPEST:
                made = [self.sent(each, depth + 1) for each in value]
                return tuple(made) if isinstance(value, tuple) else made
        return value

    def back(self, value: Any, depth: int = 0) -> Any:
        """A value with all its texts as they were: also those of a dataclass or a model."""
        match value:
            case str():
                return self.masker.restored(value)
            case Mapping() if depth < _DEEPEST:
                return {name: self.back(each, depth + 1) for name, each in value.items()}
            case list() if depth < _DEEPEST:
                return [self.back(each, depth + 1) for each in value]
            case tuple() if depth < _DEEPEST and type(value) is tuple:
                return tuple(self.back(each, depth + 1) for each in value)
            case None | bool() | int() | float() | bytes():
                return value
        return self._object_back(value, depth) if depth < _DEEPEST else value

    def made(self, value: Any) -> Any:
        """An image or a video as it was asked for; it says how to make it again: masked again."""
        found = copy.copy(value)
        _put(found, "prompt", self.back(value.prompt))
        if value.asked:
            _put(found, "asked", {**self.back(value.asked), "mask": True})
        return found

    def tool(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that a model calls, with the values in place of placeholders."""

        def restored(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
            return self.back(args), {name: self.back(each) for name, each in named.items()}

        if iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*args: Any, **named: Any) -> Any:
                args, named = restored(args, named)
                return await function(*args, **named)

            return awaited

        @wraps(function)
        def called(*args: Any, **named: Any) -> Any:
            args, named = restored(args, named)
            return function(*args, **named)

        return called

    def counted(self) -> str:
        """What was masked, for who reads the answer: ``masked: 2 mobile numbers (…)``."""
        counts: dict[str, tuple[DataKind, int]] = {}
        for kind in self._seen.values():
            counts[kind.word] = (kind, counts.get(kind.word, (kind, 0))[1] + 1)
        named = [(n, kind.one if n == 1 else kind.many) for kind, n in counts.values()]
        said = [tr("{n} {kind}", n=n, kind=tr(name)) for n, name in named]
        return tr(
            "masked: {what} (names and addresses are not found)",
            what=tr(", ").join(said) or tr("nothing"),
        )

    def _object_back(self, value: Any, depth: int) -> Any:
        """An object of a class, as a schema makes it, copied with its texts put back."""
        names = _fields(value)
        changed = {}
        for name in names:
            before = getattr(value, name, None)
            after = self.back(before, depth + 1)
            if after is not before and after != before:
                changed[name] = after
        if not changed:
            return value
        made = copy.copy(value)
        for name, each in changed.items():
            _put(made, name, each)
        return made


def _put(made: Any, name: str, value: Any) -> None:
    """Set a field of a copy that is nobody's yet, also where its class is frozen."""
    if hasattr(type(made), "__struct_fields__"):
        getattr(type(made), name).__set__(made, value)
    else:
        object.__setattr__(made, name, value)


def _fields(value: Any) -> Iterable[str]:
    kind = type(value)
    if isinstance(value, type) or (callable(value) and not hasattr(kind, "__dataclass_fields__")):
        return ()
    for where in ("__dataclass_fields__", "__struct_fields__", "model_fields"):
        if found := getattr(kind, where, None):
            return tuple(found)
    return ()
