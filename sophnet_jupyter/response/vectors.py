"""The vectors of a call, in the order of its inputs, with similarity and DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..events import VectorsAsked, VectorsReady
from ..language import tr
from .growing_list import GrowingList

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

# Cells of a similarity matrix that are still made: 400 MB.
MOST_CELLS = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """
    The inputs, and the vectors received so far. False while there are none.

    ``pieces`` are kept as they came and become one array when that is first asked for, so that
    numpy is not needed to receive them.
    """

    asked: VectorsAsked = field(default_factory=VectorsAsked)
    pieces: GrowingList[VectorsReady] = field(default_factory=GrowingList)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __len__(self) -> int:
        """The number of inputs, whether or not their vectors have come."""
        return len(self.asked.texts) + len(self.asked.images)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The texts, followed by the labels of the images."""
        return (*self.asked.texts, *self.asked.images)

    @property
    def dimensions(self) -> int:
        return self.pieces[0].dimensions if self.pieces else 0

    @property
    def missing(self) -> list[int]:
        """The indexes of inputs without a vector."""
        came = {place for piece in self.pieces for places in piece.places for place in places}
        return [place for place in range(len(self)) if place not in came]

    def grown(self, piece: VectorsReady) -> Vectors:
        pieces = self.pieces
        if "array" in self.__dict__ and pieces:
            # They were given up for the array, which the next value has not.
            rows = self.array[[places[0] for places in pieces[0].places]]
            known = VectorsReady(
                places=pieces[0].places, dimensions=self.dimensions, data=rows.tobytes()
            )
            pieces = GrowingList([known])
        return replace(self, pieces=pieces.grown(piece))

    @cached_property
    def array(self) -> Matrix:
        """
        All of them as float32, a row for each input; a row that has not come is NaN.

        Raises `SettingsError` without numpy.
        """
        numpy = _numpy()
        # Not filled at once: memory that nobody has written to is none yet.
        found = numpy.empty((len(self), self.dimensions), dtype=numpy.float32)
        found[self.missing] = numpy.nan
        left, dimensions = list(self.pieces), self.dimensions
        came = tuple(places for piece in left for places in piece.places)
        if left:
            # The array stands for the pieces from here on, each of which goes as soon as it is
            # copied, so that no vector is there twice.
            copied = VectorsReady(places=came, dimensions=dimensions, data=b"")
            object.__setattr__(self, "pieces", GrowingList([copied]))
        left.reverse()
        while left:
            piece = left.pop()
            rows = numpy.frombuffer(piece.data, dtype=numpy.float32).reshape(-1, dimensions)
            for row, places in zip(rows, piece.places, strict=True):
                for place in places:
                    found[place] = row
            del rows
        return found  # type: ignore[no-any-return]

    def similarity(self, other: Vectors | Matrix | Sequence[float] | None = None) -> Matrix:
        """Cosines; see `Response.similarity`."""
        numpy = _numpy()
        mine = _unit(self.array)
        theirs = mine if other is None else _unit(_rows(other))
        if mine.shape[1] != theirs.shape[1]:
            raise SettingsError(
                tr(
                    "Vectors of {ours} dimensions cannot be compared with vectors of {theirs}.",
                    ours=mine.shape[1],
                    theirs=theirs.shape[1],
                )
            )
        if mine.shape[0] * theirs.shape[0] > MOST_CELLS:
            raise SettingsError(
                tr(
                    "A matrix of {ours:,} × {theirs:,} similarities is too large: compare with "
                    "fewer vectors at a time, as similarity(other).",
                    ours=mine.shape[0],
                    theirs=theirs.shape[0],
                )
            )
        return numpy.clip(mine @ theirs.T, -1, 1)  # type: ignore[no-any-return]

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame; see `Response.to_frame`."""
        try:
            import pandas
        except ImportError:
            raise SettingsError(
                tr(
                    "A DataFrame needs pandas, which is not installed: pip install pandas. The "
                    "vectors themselves are in .vectors."
                )
            ) from None
        kinds = ["text"] * len(self.asked.texts) + ["image"] * len(self.asked.images)
        # One column, as pandas has no other place for a row of another array.
        rows = pandas.Series(list(self.array), dtype=object)
        frame = pandas.DataFrame({"input": list(self.inputs), "kind": kinds, "vector": rows})
        index = self.asked.index
        if index is not None and len(index) == len(self.asked.texts):
            images = self.asked.images
            frame.index = pandas.Index([*index, *images]) if images else index
        return frame


def _rows(other: Any) -> Matrix:
    numpy = _numpy()
    if isinstance(other, Vectors):
        return other.array
    try:
        given = numpy.asarray(other)
        if given.dtype.kind == "c":
            raise TypeError
        if given.dtype.kind not in "buif":
            given = numpy.asarray(other, dtype=numpy.float64)
        with numpy.errstate(over="ignore"):
            rows = given.astype(numpy.float32)
    except (TypeError, ValueError, OverflowError):
        kind = type(other).__name__
        raise SettingsError(
            tr("A {kind} holds no vectors: pass a response or an array.", kind=kind)
        ) from None
    if numpy.isinf(rows).any():
        raise SettingsError(
            tr("These vectors hold numbers beyond 32-bit floats, or infinite ones.")
        )
    if rows.ndim not in (1, 2):
        raise SettingsError(
            tr(
                "Vectors are rows of a matrix, not of {dimensions} dimensions.",
                dimensions=rows.ndim,
            )
        )
    return rows.reshape(-1, rows.shape[-1])  # type: ignore[no-any-return]


def _unit(rows: Matrix) -> Matrix:
    """Rows scaled to length 1; zero rows and NaN rows stay as they are."""
    numpy = _numpy()
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / numpy.where(lengths == 0, 1, lengths)  # type: ignore[no-any-return]


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        raise SettingsError(
            tr(
                "Vectors as an array need numpy, which is not installed: pip install "
                '"sophnet-jupyter[explore]". Nothing is lost: ask for them again then.'
            )
        ) from None
    return numpy
