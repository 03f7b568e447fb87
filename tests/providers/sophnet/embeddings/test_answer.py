from __future__ import annotations

import base64
import struct

import numpy as np
import pytest

from sophnet_jupyter.errors import AnswerUnreadable, SettingsError
from sophnet_jupyter.events import VectorsAsked, VectorsReady
from sophnet_jupyter.providers.sophnet.embeddings.answer import decode
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
