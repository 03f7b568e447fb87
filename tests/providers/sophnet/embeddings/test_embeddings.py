"""Vectors from the first request to the array, against a sandbox in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    AnswerUnreadable,
    KeyRejected,
    NotFound,
    RequestRefused,
    ServiceDown,
    SettingsError,
)
from sophnet_jupyter.events import Finished, Progress, VectorsReady
from sophnet_jupyter.providers.sophnet.embeddings import request as request

from ....waiting import WITHIN, until

pytestmark = pytest.mark.anyio

Make = Callable[[list[str], int], Any]
Serve = Callable[[Make], AbstractAsyncContextManager["Service"]]
# More tokens than the service takes of one text.
LONG = "狐 " * 9000


@pytest.fixture
async def client(sandbox: Any) -> AsyncIterator[Client]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client


class Service:
    """A service that answers as ``make(texts, number of the request)`` says."""

    def __init__(self, make: Make, client: Client) -> None:
        self.make = make
        self.client = client
        self.seen: list[dict[str, Any]] = []
        self.connections: list[Any] = []
        self.under_way = self.most_under_way = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append((asyncio.current_task(), writer))
        with contextlib.suppress(ConnectionError):
            await self._serve(reader, writer)

    async def end(self) -> None:
        for task, writer in self.connections:
            task.cancel()
            writer.close()
        await asyncio.gather(*(task for task, _ in self.connections), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            self.seen.append(asked)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            said = self.make(asked["input_texts"], len(self.seen))
            if asyncio.iscoroutine(said):
                said = await said
            self.under_way -= 1
            status, body = said if isinstance(said, tuple) else (200, said)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            writer.write(b"HTTP/1.1 %d x\r\ncontent-length: %d\r\n\r\n" % (status, len(data)))
            writer.write(data)


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    except asyncio.IncompleteReadError:
        return ""


@pytest.fixture
def served() -> Serve:
    @asynccontextmanager
    async def served(make: Make) -> AsyncIterator[Service]:
        service = Service(make, None)  # type: ignore[arg-type]
        server = await asyncio.start_server(service.serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        async with Client(api_key="k", base_url=f"http://127.0.0.1:{port}") as client:
            service.client = client
            yield service
        server.close()
        await service.end()

    return served


def numbered(texts: list[str], number: int = 0) -> dict[str, Any]:
    """Each vector holds the number that its text is."""
    rows = [
        {"embedding": [float(text), 0.5, -1.0], "index": index, "object": "embedding"}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": len(texts), "completion_tokens": None, "total_tokens": len(texts)}
    return {"object": "list", "usage": usage, "data": rows}


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_vectors_are_an_array_whose_rows_are_near_where_the_texts_are(client: Client) -> None:
    response = await client.embeddings.create(["今天天气很好", "今天的天气真不错", "股市下跌"])
    assert (response.vectors.shape, response.vectors.dtype) == ((3, 1024), np.float32)
    near = response.similarity()
    assert near.shape == (3, 3)
    assert near[0, 1] > 0.2 > near[0, 2]
    assert np.diag(near) == pytest.approx(1, abs=1e-5)
    assert (response.ending, response.model, response.sandbox) == (
        "complete",
        "text-embeddings",
        True,
    )
    assert response.usage is not None
    assert response.usage.prompt_tokens > 3
    assert "3 × 1024 vectors" in repr(response)


async def test_both_generations_of_the_path_give_the_same_vectors(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for easyllm_id in ("e", ""):
        monkeypatch.setenv("SOPHNET_EMBEDDINGS_EASYLLM_ID", easyllm_id)
        async with Client(api_key="sandbox", base_url=sandbox.url, project_id="p") as client:
            found.append((await client.embeddings.create("fox", dimensions=64)).vectors)
            long = "/projects/p/easyllms/embeddings"
            assert (client.embeddings._path == long) == bool(easyllm_id)
    assert np.array_equal(*found)


async def test_texts_and_images_are_asked_for_together_and_pictures_stand_behind(
    client: Client,
) -> None:
    response = await client.embeddings.create(
        ["red", "a hen"], images=[picture("red"), picture("blue")], dimensions=128
    )
    assert response.model == "clip-embeddings"
    assert response.vectors.shape == (4, 128)
    red, hen = response.similarity()[:2, 2]
    assert red > 0.3 > hen
    frame = response.to_frame()
    assert list(frame.columns) == ["input", "kind", "vector"]
    assert list(frame["kind"]) == ["text", "text", "image", "image"]
    assert "40×30" in frame["input"][2]
    assert np.array_equal(np.stack(frame["vector"]), response.vectors)


async def test_of_a_scan_with_pages_one_is_embedded_and_said(client: Client) -> None:
    import PIL.Image

    pages, file = [PIL.Image.new("L", (40, 20), page) for page in range(3)], io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    response = await client.embeddings.create(images=[file.getvalue()] * 4)
    said = "the image: page 1 of 3"
    assert response.notices == (f"{said}; {said}; {said}; and 1 more.",)
    assert len(response.vectors) == 4


async def test_clip_takes_images_alone_and_base64_gives_the_same_numbers(client: Client) -> None:
    images = [picture("red"), picture("green")]
    floats = await client.embeddings.create(images=images)
    coded = await client.embeddings.create(images=images, encoding_type="base64")
    assert coded.vectors == pytest.approx(floats.vectors, abs=1e-6)


async def test_many_texts_go_in_requests_of_ten_and_equal_ones_once(served: Serve) -> None:
    texts = [str(number) for number in range(25)] + ["3", "3", "24"]
    async with served(numbered) as service:
        response = await service.client.embeddings.create(
            texts, normalized=False, extra_body={"x": 1}
        )
    assert sorted(len(asked["input_texts"]) for asked in service.seen) == [5, 10, 10]
    assert {asked["dimensions"] for asked in service.seen} == {1024}
    assert all(asked["x"] == 1 and asked["normalized"] is False for asked in service.seen)
    assert [int(row[0]) for row in response.vectors] == [*range(25), 3, 3, 24]
    assert response.usage is not None
    assert response.usage.total_tokens == 25


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({"model": "bge-m3"}, [1, 1, 1]),
        ({"model": "clip-embeddings", "per_request": 2}, [1, 2]),
        ({"model": "one-of-tomorrow"}, [3]),
    ],
    ids=str,
)
async def test_a_request_holds_what_its_model_takes(
    served: Serve, options: dict[str, Any], sizes: list[int]
) -> None:
    async with served(numbered) as service:
        await service.client.embeddings.create(["1", "2", "3"], **options)
    assert sorted(len(asked["input_texts"]) for asked in service.seen) == sizes


async def test_the_order_is_that_of_the_inputs_however_the_answers_come(served: Serve) -> None:
    async def shuffled(texts: list[str], number: int) -> dict[str, Any]:
        # Once all that may be are under way; and the first requests are answered last.
        await until(lambda: len(service.seen) >= 4)
        await asyncio.sleep(0.05 / number)
        answer = numbered(texts)
        answer["data"].reverse()
        return answer

    texts = [str(number) for number in range(80)]
    async with served(shuffled) as service:
        response = await service.client.embeddings.create(texts, at_once=4)
    assert [int(row[0]) for row in response.vectors] == list(range(80))
    assert service.most_under_way == 4


async def test_the_numbers_are_exactly_those_of_32_bits(served: Serve) -> None:
    exact = np.random.default_rng(7).normal(size=(3, 257))

    def answer(texts: list[str], number: int) -> dict[str, Any]:
        rows = [{"embedding": row.tolist(), "index": n} for n, row in enumerate(exact)]
        return {"data": rows}

    async with served(answer) as service:
        response = await service.client.embeddings.create(["a", "b", "c"])
    assert np.array_equal(response.vectors, exact.astype(np.float32))


async def test_a_text_that_is_too_long_costs_none_of_its_neighbours(client: Client) -> None:
    texts = [str(number) for number in range(25)]
    texts[13] = LONG
    with pytest.raises(RequestRefused, match=r"400 to texts\[13\]: .* 18000 tokens") as caught:
        await client.embeddings.create(texts)
    part: Any = caught.value.response
    assert part.ending == "failed"
    assert part.embeddings.missing == [13]
    assert np.isnan(part.vectors[13]).all()
    assert not np.isnan(np.delete(part.vectors, 13, axis=0)).any()
    [notice] = part.notices
    assert notice.startswith("texts[13]: ")


async def test_a_batch_that_fails_leaves_the_others_alone(served: Serve) -> None:
    def answer(texts: list[str], number: int) -> Any:
        return (500, {"message": "out of order"}) if "17" in texts else numbered(texts)

    texts = [str(number) for number in range(50)]
    async with served(answer) as service:
        service.client._sophnet._sleep = _at_once
        with pytest.raises(ServiceDown, match="out of order") as caught:
            await service.client.embeddings.create(texts)
    part: Any = caught.value.response
    assert part.embeddings.missing == list(range(10, 20))
    assert part.notices[0].startswith("texts[10:20]: ")
    assert part.usage.total_tokens == 40


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_nothing_more_is_sent_once_it_must_fail_too(served: Serve) -> None:
    texts = [str(number) for number in range(500)]
    async with served(lambda texts, number: (401, {"message": "no"})) as service:
        with pytest.raises(KeyRejected) as caught:
            await service.client.embeddings.create(texts, at_once=2)
    assert len(service.seen) <= 2
    part: Any = caught.value.response
    assert part.notices[-1] == "480 more inputs were not sent any more."
    async with served(lambda texts, number: (400, {"message": "bad dimensions"})) as service:
        with pytest.raises(RequestRefused, match="bad dimensions"):
            await service.client.embeddings.create(texts, at_once=2)
    assert len(service.seen) <= 6


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"data": []}, "JSON without vectors"),
        ({"ok": True}, "JSON without vectors"),
        (b"", "empty body"),
        (b"<html>gateway</html>", "where its JSON was expected"),
        ({"data": [{"embedding": [1.0], "index": 0}]}, "1 vectors for 2 inputs"),
        ({"data": [{"embedding": [1.0], "index": 0}] * 2}, r"indexes \[0, 0\]"),
        (
            {"data": [{"embedding": [1.0], "index": 0}, {"embedding": [1.0, 2.0], "index": 1}]},
            "different lengths",
        ),
        ({"data": [{"embedding": [], "index": 0}, {"embedding": [], "index": 1}]}, "or of none"),
        ({"data": [{"embedding": [None], "index": n} for n in (0, 1)]}, "without vectors"),
        (
            {"data": [{"embedding": "%%%", "index": n} for n in (0, 1)]},
            "an encoding that is not known",
        ),
    ],
    ids=str,
)
async def test_an_answer_of_another_form_is_one_clear_error(
    served: Serve, body: Any, says: str
) -> None:
    async with served(lambda texts, number: body) as service:
        with pytest.raises(AnswerUnreadable, match=says):
            await service.client.embeddings.create(["a", "b"])


async def test_an_error_with_status_200_is_the_services_error(served: Serve) -> None:
    error = {"status": 20109, "message": "余额不足", "result": None}
    async with served(lambda texts, number: error) as service:
        with pytest.raises(Exception, match="余额不足"):
            await service.client.embeddings.create("a")


async def test_vectors_of_other_dimensions_do_not_get_into_the_array(served: Serve) -> None:
    def answer(texts: list[str], number: int) -> Any:
        return {"data": [{"embedding": [1.0] * len(texts), "index": n} for n in range(len(texts))]}

    async with served(answer) as service:
        with pytest.raises(AnswerUnreadable, match="vectors of 2 dimensions") as caught:
            await service.client.embeddings.create([str(n) for n in range(12)], at_once=1)
    part: Any = caught.value.response
    assert part.vectors.shape == (12, 10)
    assert part.embeddings.missing == [10, 11]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing to embed"),
        ({"texts": []}, "nothing to embed"),
        ({"texts": ["a", ""]}, r"texts\[1\] is empty"),
        ({"texts": ["a", float("nan")]}, r"texts\[1\] is missing.*dropna"),
        ({"texts": ["a", None]}, r"texts\[1\] is missing"),
        ({"texts": [7]}, r"texts\[0\] is a int"),
        ({"texts": ["a\ud800"]}, "half a character at 1"),
        ({"texts": {"a": 1}}, "not a dict"),
        ({"texts": 7}, "not a int"),
        ({"texts": "a", "dimensions": float("nan")}, "whole number such as 1024, not nan"),
        ({"texts": "a", "dimensions": "1024"}, "not '1024'"),
        ({"texts": "a", "dimensions": True}, "not True"),
        ({"texts": "a", "dimensions": 0}, "not 0"),
        ({"texts": "a", "images": [b"x"], "model": "bge-m3"}, "image"),
        ({"images": [picture("red")], "model": "bge-m3"}, "bge-m3 takes texts only"),
        (
            {"images": [picture("red"), b"\x89PNG\r\n\x1a\nzzz"]},
            r"images\[1\]: the image is damaged",
        ),
        ({"images": ["fox.png"]}, r"images\[0\]: 'fox.png' is text"),
        ({"texts": "a", "per_request": 0}, "per_request"),
        ({"texts": "a", "at_once": 0}, "at_once"),
    ],
    ids=str,
)
async def test_bad_input_is_one_sentence_before_anything_is_sent(
    served: Serve, options: dict[str, Any], says: str
) -> None:
    async with served(numbered) as service:
        with pytest.raises(SettingsError, match=says):
            await service.client.embeddings.create(**options)
    assert service.seen == []


async def test_what_only_the_service_can_know_it_says(client: Client) -> None:
    with pytest.raises(RequestRefused, match="one of 1024, 768"):
        await client.embeddings.create("a", dimensions=1000)
    with pytest.raises(NotFound, match="gpt-embeddings") as caught:
        await client.embeddings.create(["a", "b"], model="gpt-embeddings")
    part: Any = caught.value.response
    assert part.notices == ()


async def test_a_column_of_a_frame_and_a_number_of_numpy_are_taken(client: Client) -> None:
    import pandas as pd

    frame = pd.DataFrame({"text": ["a fox", "a hen"]}, index=[7, 9])
    response = await client.embeddings.create(frame["text"], dimensions=np.int64(64))
    assert response.vectors.shape == (2, 64)
    with pytest.raises(SettingsError, match="many columns"):
        await client.embeddings.create(frame)


async def test_vectors_are_compared_with_those_of_another_answer(client: Client) -> None:
    texts = await client.embeddings.create(["a red fox", "a blue sea", "stocks fell"])
    question = await client.embeddings.create("the sea")
    near = texts.similarity(question)
    assert near.shape == (3, 1)
    assert near[:, 0].argmax() == 1
    assert np.array_equal(texts.similarity(question.vectors[0]), near)
    short = await client.embeddings.create("the sea", dimensions=64)
    with pytest.raises(
        SettingsError, match="1024 dimensions cannot be compared with vectors of 64"
    ):
        texts.similarity(short)
    for nonsense in ("the sea", np.zeros((2, 2, 2))):
        with pytest.raises(SettingsError):
            texts.similarity(nonsense)  # type: ignore[arg-type]


async def test_progress_tells_how_much_has_come(client: Client) -> None:
    events = [event async for event in client.embeddings.stream([str(n) for n in range(30)])]
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == pytest.approx([1 / 3, 2 / 3])
    assert sum(isinstance(event, VectorsReady) for event in events) == 3
    assert isinstance(events[-1], Finished)


async def test_calls_side_by_side_share_one_limit_and_each_gets_its_own(served: Serve) -> None:
    async def answer(texts: list[str], number: int) -> dict[str, Any]:
        # Once the others are on their way too, so that the limit is reached.
        await until(lambda: len(service.seen) >= 8)
        return numbered(texts)

    async with served(answer) as service:
        asked = [[str(first + n) for n in range(60)] for first in range(0, 300, 60)]
        create = service.client.embeddings.create
        answers = await asyncio.gather(*(create(texts) for texts in asked))
        for texts, found in zip(asked, answers, strict=True):
            assert found.vectors[:, 0].tolist() == [float(text) for text in texts]
        assert len(service.seen) == 30
        assert service.most_under_way == len(service.connections) == 8


async def test_leaving_early_ends_what_is_under_way(served: Serve) -> None:
    gone = asyncio.Event()

    async def answer(texts: list[str], number: int) -> dict[str, Any]:
        if number > 1:
            await gone.wait()
        return numbered(texts)

    async with served(answer) as service:
        texts = [str(number) for number in range(300)]
        async with aclosing(service.client.embeddings.stream(texts, at_once=3)) as events:
            async for event in events:
                if isinstance(event, VectorsReady):
                    break
        asked = len(service.seen)
        gone.set()
        await asyncio.sleep(0.05)
        assert len(service.seen) == asked <= 4


async def test_a_cancelled_call_keeps_what_had_come(served: Serve) -> None:
    from sophnet_jupyter.response import Arrival, settle

    came = asyncio.Event()

    async def answer(texts: list[str], number: int) -> dict[str, Any]:
        if number > 1:
            await asyncio.sleep(60)
        return numbered(texts)

    arrival = Arrival(
        on_event=lambda _, event: came.set() if isinstance(event, VectorsReady) else None
    )
    async with served(answer) as service:
        events = service.client.embeddings.stream([str(n) for n in range(30)], at_once=1)
        settling = asyncio.create_task(settle(events, arrival))
        await asyncio.wait_for(came.wait(), WITHIN)
        settling.cancel()
        await asyncio.wait({settling})
    assert arrival.response.ending == "stopped"
    assert arrival.response.embeddings.missing == list(range(10, 30))


def test_without_numpy_the_array_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from sophnet_jupyter.response import Response

    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(SettingsError, match=r"sophnet-jupyter\[explore\]"):
        _ = Response().vectors


def test_batches_keep_texts_before_images_and_places_of_equal_ones() -> None:
    found = request.batches(["a", "b", "a"], ["p", "q", "p"], 3)
    assert [(one.texts, one.images) for one in found] == [(["a", "b"], ["p"]), ([], ["q"])]
    assert [one.places for one in found] == [[(0, 2), (1,), (3, 5)], [(4,)]]
    assert [(one.texts, one.images) for one in found[0].each] == [
        (["a"], []),
        (["b"], []),
        ([], ["p"]),
    ]


@pytest.mark.parametrize(("given", "sent"), [({}, 1024), ({"dimensions": 64}, 64)])
def test_dimensions_are_always_sent(given: dict[str, int], sent: int) -> None:
    assert request.fields(model="text-embeddings", **given)["dimensions"] == sent


def test_an_image_goes_as_base64_without_a_head() -> None:
    address = "https://example.com/a.png"
    own, elsewhere = request.images_of([picture("red"), address]).sent
    with Image.open(io.BytesIO(b64decode(own, validate=True))) as image:
        assert image.size == (40, 30)
    assert elsewhere == address


async def test_what_came_of_an_interrupted_call_is_kept(served: Serve) -> None:
    asked, open_end = asyncio.Event(), asyncio.Event()

    async def later(texts: list[str]) -> dict[str, Any]:
        asked.set()
        await open_end.wait()
        return numbered(texts)

    def make(texts: list[str], number: int) -> Any:
        return numbered(texts) if number <= 2 else later(texts)

    async with served(make) as service:
        ours = service.client.embeddings
        assert ours.interrupted is None
        texts = [str(number) for number in range(200)]
        asking = asyncio.create_task(ours.create(texts, at_once=1))
        await asyncio.wait_for(asked.wait(), WITHIN)
        asking.cancel()
        await asyncio.wait([asking])
        open_end.set()
        assert asking.cancelled()
        assert ours.interrupted is not None
        assert ours.interrupted.ending == "stopped"
        came = ~np.isnan(ours.interrupted.vectors).any(axis=1)
        assert came.sum() == 20
