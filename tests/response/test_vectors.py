from __future__ import annotations

import pickle
import tracemalloc
from itertools import pairwise

import numpy as np

from sophnet_jupyter.events import VectorsAsked, VectorsReady
from sophnet_jupyter.response.vectors import Vectors

WIDE = 256


def piece(first: int, rows: int) -> VectorsReady:
    data = np.full((rows, WIDE), first, dtype=np.float32).tobytes()
    places = tuple((number,) for number in range(first, first + rows))
    return VectorsReady(places=places, dimensions=WIDE, data=data)


def come(count: int, *, of: int, at_once: int = 100) -> Vectors:
    found = Vectors(asked=VectorsAsked(texts=("",) * of))
    for first in range(0, count, at_once):
        found = found.grown(piece(first, min(at_once, count - first)))
    return found


def test_vectors_are_in_memory_once_when_they_are_an_array() -> None:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    found = come(20_000, of=20_000)
    kept = tracemalloc.get_traced_memory()[0] - before
    array = found.array
    after = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert array.nbytes == 20_000 * WIDE * 4
    assert after < 1.2 * kept


def test_an_array_has_each_row_where_it_belongs_and_the_rest_is_nan() -> None:
    found = come(150, of=200)
    assert (found.array[:100] == 0).all()
    assert (found.array[100:150] == 100).all()
    assert np.isnan(found.array[150:]).all()
    assert found.missing == list(range(150, 200))
    assert (found.dimensions, bool(found), len(found)) == (WIDE, True, 200)


def test_equal_inputs_share_a_row() -> None:
    data = np.arange(4, dtype=np.float32).tobytes()
    asked = VectorsAsked(texts=("a", "b", "a"))
    found = Vectors(asked=asked).grown(VectorsReady(places=((0, 2), (1,)), dimensions=2, data=data))
    assert found.array.tolist() == [[0, 1], [2, 3], [0, 1]]


def test_what_comes_after_an_array_was_asked_for_joins_it() -> None:
    early = come(100, of=200)
    assert (early.array[:100] == 0).all()
    whole = early.grown(piece(100, 100))
    assert whole.array[:, 0].tolist() == [0.0] * 100 + [100.0] * 100
    assert early.missing == list(range(100, 200))


def test_an_older_value_keeps_its_vectors_when_a_newer_one_is_an_array() -> None:
    values = [Vectors(asked=VectorsAsked(texts=("",) * 300))]
    for first in (0, 100, 200):
        values.append(values[-1].grown(piece(first, 100)))
    arrays = [value.array for value in reversed(values[1:])]
    for newer, older in pairwise(arrays):
        assert np.isnan(older).sum() == np.isnan(newer).sum() + 100 * WIDE


def test_vectors_are_pickled_with_and_without_an_array() -> None:
    for asked_for in (False, True):
        found = come(100, of=100)
        if asked_for:
            assert found.array.shape == (100, WIDE)
        again = pickle.loads(pickle.dumps(found))
        assert (again.array == found.array).all()
        assert again.missing == []
