"""A key that is never printed, and texts of others with keys removed."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import NoReturn
from weakref import WeakSet

HIDDEN = "‹key›"

# Below this a key may be an ordinary word, as the sandbox's is: its sentences stay as they are.
SHORTEST = 8
# A piece of this length gives away too much; a shorter one is how services name a key.
PIECE = 12


class Secret:
    """A key: not printed, formatted, pickled or copied, and no attribute of any object."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
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
        if len(self._value) >= SHORTEST:
            text = text.replace(self._value, HIDDEN)
        return _without_pieces(text, self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(‹hidden›)"

    def __str__(self) -> str:
        return "‹hidden›"

    def __format__(self, spec: str) -> str:
        return format("‹hidden›", spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is not pickled and not copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a key is not pickled and not copied")


# Every key this process knows, for texts whose origin cannot tell which one it was sent.
_alive: WeakSet[Secret] = WeakSet()
_lock = Lock()


def scrub(text: str) -> str:
    """``text`` without any key that this process knows."""
    with _lock:
        known = list(_alive)
    for secret in known:
        text = secret.scrub(text)
    return text


def _without_pieces(text: str, key: str) -> str:
    # Services quote the key they refuse, some of them shortened.
    start = 0
    while start <= len(key) - PIECE:
        end = start + PIECE
        if key[start:end] not in text:
            start += 1
            continue
        while end < len(key) and key[start : end + 1] in text:
            end += 1
        text = text.replace(key[start:end], HIDDEN)
    return text
