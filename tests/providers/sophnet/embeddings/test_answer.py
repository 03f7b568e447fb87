from __future__ import annotations

import base64
import struct
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter.errors import AnswerUnreadable, SettingsError
from sophnet_jupyter.events import VectorsAsked, VectorsReady
from sophnet_jupyter.providers.sophnet.embeddings.answer import decode
from sophnet_jupyter.providers.sophnet.embeddings.request import texts_of
from sophnet_jupyter.response.vectors import Vectors
from sophnet_jupyter.wire.call import Reply


def answer(embedding: str) -> Reply:
    body = f'{{"data": [{{"index": 0, "embedding": {embedding}}}]}}'
    return Reply(status=200, headers={}, body=body.encode())


def coded(*values: float) -> str:
    return f'"{base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()}"'


@pytest.mark.parametrize(
    "embedding", ["[1e39, 1]", "[-1e300]", "[1e999]", "[NaN]", coded(float("inf"))]
)
def test_a_number_that_is_no_32_bit_float_is_one_sentence(embedding: str) -> None:
    with pytest.raises(AnswerUnreadable, match="vector"):
        decode(answer(embedding), 1)


@pytest.mark.parametrize("embedding", ["[1, 2.5]", "[1e38, 1e-46]", coded(1, 2)])
def test_a_vector_of_32_bit_floats_is_taken(embedding: str) -> None:
    assert decode(answer(embedding), 1).dimensions == 2


@pytest.mark.parametrize(
    "other", [[1e39, 1], np.array([1e300, 1]), [10**400, 1], [np.inf, 0], [1j, 0]]
)
def test_vectors_are_not_compared_with_what_floats_do_not_hold(other: object) -> None:
    piece = VectorsReady(places=((0,),), dimensions=2, data=struct.pack("2f", 1, 0))
    vectors = Vectors(asked=VectorsAsked(texts=("a",))).grown(piece)
    assert vectors.similarity(np.array([2, 0], dtype="int32"))[0, 0] == 1
    with pytest.raises(SettingsError, match=r"vectors"):
        vectors.similarity(other)


@pytest.mark.parametrize("tokens", ["3.0", "3", '"3"', "null"])
def test_a_number_that_looks_otherwise_throws_no_vectors_away(tokens: str) -> None:
    body = f'{{"data": [{{"embedding": [1, 2]}}], "usage": {{"prompt_tokens": {tokens}}}}}'
    found = decode(Reply(status=200, headers={}, body=body.encode()), 1)
    assert (found.dimensions, found.prompt_tokens) == (2, 0 if tokens == "null" else 3)


@pytest.mark.parametrize("breaks", ["\\n", "\\r\\n", " "])
def test_base64_may_stand_on_several_lines(breaks: str) -> None:
    text = coded(1, 2, 3).replace("A", f"A{breaks}", 1)
    assert decode(answer(text), 1).dimensions == 3


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([pd.NA, "a"], r"texts\[0\] is missing"),
        (pd.Series(["a", pd.NA], dtype="string"), r"texts\[1\] is missing"),
        (["a", None], r"texts\[1\] is missing"),
        (np.array([["a", "b"]]), r"texts\[0\] is an array: give one dimension"),
        (np.zeros((2, 2)), r"texts\[0\] is an array"),
        (np.array("a"), "an array of one value"),
        ([["a"]], r"texts\[0\] is a list"),
        ([b"a"], r"texts\[0\] is a bytes"),
    ],
)
def test_what_is_no_text_is_one_sentence(texts: object, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        texts_of(texts)


@pytest.mark.parametrize("texts", [["a", "b"], ("a", "b"), np.array(["a", "b"]), iter("ab")])
def test_texts_are_taken_from_whatever_has_them(texts: object) -> None:
    assert texts_of(texts) == ("a", "b")


@pytest.mark.parametrize(
    "index",
    [
        ["x", "y"],
        [7, 3],
        pd.to_datetime(["2026-01-01", "2026-01-02"]),
        pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=["a", "b"]),
    ],
    ids=["words", "numbers", "days", "two levels"],
)
def test_a_frame_has_the_index_of_what_was_embedded(index: Any) -> None:
    column = pd.Series(["one", "two"], index=index)
    pieces = VectorsReady(places=((0,), (1,)), dimensions=2, data=struct.pack("4f", 1, 0, 0, 1))
    asked = VectorsAsked(texts=tuple(column), index=column.index)
    frame = Vectors(asked=asked).grown(pieces).to_frame()
    assert frame.index.equals(column.index)
    assert column.to_frame("text").join(frame).input.tolist() == ["one", "two"]
    plain = Vectors(asked=VectorsAsked(texts=tuple(column))).grown(pieces).to_frame()
    assert plain.index.tolist() == [0, 1]
