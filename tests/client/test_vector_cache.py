"""`client.embeddings` with ``cache=True``: what was paid for is not asked again."""

from __future__ import annotations

import numpy as np
import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.client import vectors
from sophnet_jupyter.events import VectorsReady
from sophnet_jupyter.response.vectors import Vectors

pytestmark = pytest.mark.anyio


@pytest.fixture
def client(sandbox, monkeypatch, tmp_path):
    monkeypatch.setenv("SOPHNET_CACHE_DIR", str(tmp_path))
    return Client("sandbox", sandbox.url)


async def test_a_second_call_asks_only_what_is_new(client, seen):
    async with client:
        first = await client.embeddings.create(["fox", "hen", "fox"], cache=True)
        again = await client.embeddings.create(["hen", "owl", "fox"], cache=True)
    posted = [each["body"]["input_texts"] for each in seen()]
    assert posted == [["fox", "hen"], ["owl"]]
    assert np.array_equal(again.vectors[[2, 0]], first.vectors[[0, 1]])
    assert "2 of 3 vectors were kept" in again.notices[0]


async def test_when_all_is_there_nobody_is_asked(client, seen):
    async with client:
        first = await client.embeddings.create(["fox"], cache=True)
        again = await client.embeddings.create(["fox"], cache=True)
    assert len(seen()) == 1
    assert np.array_equal(first.vectors, again.vectors)
    assert again.ending == "complete"


async def test_without_the_option_nothing_is_kept(client, seen, tmp_path):
    async with client:
        await client.embeddings.create(["fox"])
        await client.embeddings.create(["fox"])
    assert len(seen()) == 2
    assert not (tmp_path / "vectors.sqlite").exists()


async def test_other_dimensions_are_other_vectors(client, seen):
    async with client:
        await client.embeddings.create(["fox"], cache=True)
        short = await client.embeddings.create(["fox"], dimensions=64, cache=True)
    assert len(seen()) == 2
    assert short.vectors.shape == (1, 64)


def test_a_sandbox_is_its_engine_and_not_its_port(sandbox):
    assert vectors.origin(Client("sandbox", sandbox.url).settings) == "sandbox/lexical/1"
    own = Client("k", "https://www.sophnet.com/api/open-apis")
    assert vectors.origin(own.settings) == own.settings.origin


async def test_each_input_without_a_vector_has_its_reason(client):
    texts = ["fox", "too " * 9000, "hen"]
    async with client:
        with pytest.raises(Exception, match="tokens") as caught:
            await client.embeddings.create(texts)
    assert list(caught.value.without) == [1]
    assert "tokens" in caught.value.without[1]


def test_many_pieces_share_one_list():
    vectors = Vectors()
    pieces = [VectorsReady(places=((n,),), dimensions=1, data=bytes(4)) for n in range(50)]
    steps = [vectors]
    for piece in pieces:
        steps.append(steps[-1].grown(piece))
    assert steps[-1].pieces._all is steps[1].pieces._all
    assert [len(step.pieces) for step in steps] == list(range(51))
    other = steps[10].grown(pieces[0])
    assert other.pieces[10] is pieces[0]
    assert list(steps[-1].pieces) == pieces
