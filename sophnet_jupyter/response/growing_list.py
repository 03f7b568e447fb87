"""A sequence that grows at its end, without copying what had come before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Generic, Self, TypeVar, overload

T = TypeVar("T")


class GrowingList(Sequence[T], Generic[T]):
    """
    A value like a tuple: `grown` returns another one, and this one stays as it is.

    All that grew from each other share one list, of which each knows its own part.
    """

    __slots__ = ("_all", "_count")

    def __init__(self, pieces: Sequence[T] = ()) -> None:
        self._all = list(pieces)
        self._count = len(self._all)

    def grown(self, piece: T) -> Self:
        """A new value with ``piece`` appended. To be called on one thread."""
        more = object.__new__(type(self))
        # Somebody else may have gone on from here already: then this needs a list of its own.
        whole = len(self._all) == self._count
        more._all = self._all if whole else self._all[: self._count]
        more._all.append(piece)
        more._count = self._count + 1
        return more

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return islice(self._all, self._count)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        return tuple(self)[place] if isinstance(place, slice) or place < 0 else self._at(place)

    def _at(self, place: int) -> T:
        if place >= self._count:
            raise IndexError(place)
        return self._all[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class GrowingText(GrowingList[str]):
    """The pieces of a text that grows at its end."""

    __slots__ = ("length",)

    def __init__(self, text: str = "") -> None:
        super().__init__([text])
        self.length = len(text)
        """How many characters it has."""

    def grown(self, piece: str) -> Self:
        more = super().grown(piece)
        more.length = self.length + len(piece)
        return more

    def behind(self, place: int) -> str:
        """What stands behind so many characters, for which nothing before them is read."""
        found: list[str] = []
        missing, at = self.length - place, self._count
        while missing > 0:
            at -= 1
            found.append(self._all[at][-missing:])
            missing -= len(found[-1])
        return "".join(reversed(found))
