from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.client.keeping.origins import who
from sophnet_jupyter.errors import ServiceError
from sophnet_jupyter.events import Event, Finished, Replayed, TextDelta
from sophnet_jupyter.history import runs
from sophnet_jupyter.history.calls import CallRecord, read
from sophnet_jupyter.settings import session

from ..waiting import wait

Seen = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def client(sandbox: SimpleNamespace) -> Client:
    return Client("sandbox", sandbox.url, history=True)


def kept(client: Client) -> list[CallRecord]:
    history = client._recorder.history
    return history.read(lambda rows: read(rows, "ORDER BY id", [], history.media))


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_a_bare_client_writes_nothing_to_disk(sandbox: SimpleNamespace, data: Path) -> None:
    assert run(Client("sandbox", sandbox.url).chat.create("hi")).text
    assert not data.exists()


@pytest.mark.parametrize("how", ["variable", "session"])
def test_history_that_is_off_keeps_nothing(
    client: Client, data: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "variable":
        monkeypatch.setenv("SOPHNET_HISTORY", "0")
    else:
        session["history"] = False
    run(client.chat.create("hi"))
    assert not data.exists()


def test_an_answer_is_kept_as_it_came(client: Client) -> None:
    response = run(client.chat.create("hi", model="DeepSeek-V3.2", system="be short", stream=True))
    [call] = kept(client)
    assert call.question == "hi"
    assert call.response.text == response.text
    assert call.response.usage == response.usage
    assert (call.ending, call.lane, call.asked.resource) == ("complete", "DeepSeek-V3.2", "chat")
    assert call.asked.request["messages"][0] == {"role": "system", "content": "be short"}
    assert call.started.sandbox
    assert call.origin.startswith("sandbox/127.0.0.1")
    assert call.response.timing.total > 0


def test_an_answer_that_is_left_early_is_kept_as_stopped(client: Client) -> None:
    async def leave() -> None:
        stream = client.chat.stream("hi")
        async for event in stream:
            if isinstance(event, TextDelta):
                break
        await stream.aclose()

    run(leave())
    [call] = kept(client)
    assert call.ending == "stopped"
    assert call.response.text


def test_a_failure_is_kept_with_its_reason(client: Client) -> None:
    with pytest.raises(ServiceError):
        run(client.chat.create("hi", model="no-such-model"))
    [call] = kept(client)
    assert call.ending == "failed"
    assert "no-such-model" in call.error


def test_an_equal_question_is_answered_from_the_store_and_says_so(
    client: Client, seen: Seen
) -> None:
    first = run(client.chat.create("hi", cache=True, stream=True))
    asked = len(seen())
    again = run(client.chat.create("hi", cache=True))
    assert len(seen()) == asked
    assert (first.cached, again.cached) == (False, True)
    assert again.text == first.text
    assert again.usage == first.usage
    assert again.replayed
    assert again.replayed.call == 1
    [before, call] = kept(client)
    assert again.timing == before.response.timing
    assert call.cached_from == 1


def test_a_bare_client_that_asks_for_the_cache_fills_it(sandbox: SimpleNamespace) -> None:
    bare = Client("sandbox", sandbox.url)
    run(bare.chat.create("hi", cache=True))
    assert run(bare.chat.create("hi", cache=True)).cached


def test_without_being_asked_nothing_comes_from_the_store(client: Client, seen: Seen) -> None:
    run(client.chat.create("hi"))
    assert not run(client.chat.create("hi")).cached
    assert len([each for each in seen() if each["method"] == "POST"]) == 2


@pytest.mark.parametrize(
    "other", [{"prompt": "ho"}, {"temperature": 0.5}, {"model": "GLM-5.2"}, {"repetition": 1}]
)
def test_another_question_is_asked_anew(client: Client, other: dict[str, Any]) -> None:
    question = {"prompt": "hi", "model": "DeepSeek-V3.2", "cache": True}
    run(client.chat.create(**question))
    assert not run(client.chat.create(**question | other)).cached
    assert run(client.chat.create(**question | other)).cached


def test_a_cut_answer_is_never_served(client: Client) -> None:
    async def leave() -> None:
        stream = client.chat.stream("hi", cache=True)
        async for event in stream:
            if isinstance(event, TextDelta):
                break
        await stream.aclose()

    run(leave())
    assert not run(client.chat.create("hi", cache=True)).cached


def test_a_value_from_the_store_is_of_its_class_again(client: Client) -> None:
    @dataclass
    class City:
        name: str

    first = run(client.chat.create("A city?", schema=City, cache=True))
    again = run(client.chat.create("A city?", schema=City, cache=True))
    assert again.cached
    assert isinstance(again.parsed, City)
    assert again.parsed == first.parsed


def test_two_dify_apps_with_equal_inputs_have_their_own_answers(
    sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    client = Client(history=True)
    run(client.dify.complete({"query": "hi"}))
    [call] = kept(client)
    assert (call.asked.service, call.question) == ("Dify", "hi")
    assert "user" not in call.asked.request
    one = who("Dify", "", "https://api.dify.ai#aaaaaaaa", sandbox=False)
    other = who("Dify", "", "https://api.dify.ai#bbbbbbbb", sandbox=False)
    assert one.origin != other.origin


def test_who_answers_is_told_apart() -> None:
    service = who("SophNet", "", "https://www.sophnet.com", sandbox=False)
    own = who("SophNet", "", "", sandbox=True)
    shared = who("SophNet", "", "http://127.0.0.1:8000", sandbox=True)
    keyed = who("SophNet", "", "http://127.0.0.1:8000", sandbox=False)
    assert service.others == ()
    assert own.origin.startswith("sandbox/scripted/")
    names = [{each.origin, *each.others} for each in (service, own, shared, keyed)]
    assert all(one.isdisjoint(other) for n, one in enumerate(names) for other in names[n + 1 :])


def test_a_row_of_a_run_has_its_answer_in_one_transaction(client: Client) -> None:
    history = client._recorder.history
    record = runs.begin(history, name="n")

    async def ask() -> None:
        with record.row(0, "k") as row:
            response = await client.chat.create("hi")
            row.done(state=response.ending, attempts=1)

    run(ask())
    [row] = record.rows()
    assert row.state == "complete"
    assert row.response
    assert row.response.text
    assert [call.run for call in kept(client)] == [record.id]


def test_media_of_every_resource_are_kept(client: Client) -> None:
    run(client.images.create("a fox", seed=1))
    run(client.voice.speak("hello"))
    run(client.embeddings.create(["a", "b"]))
    image, voice, vectors = kept(client)
    assert (image.asked.resource, image.question) == ("images", "a fox")
    assert image.response.images[0].data[:4] == b"\x89PNG"
    assert voice.response.audio
    assert len(vectors.response.embeddings) == 2


def test_a_question_that_holds_files_is_known_by_what_is_in_them(
    client: Client, tmp_path: Path
) -> None:
    from sophnet_jupyter.history.described import described

    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"same")
    one, other = (described({"image": tmp_path / name}) for name in ("a.png", "b.png"))
    assert one == other
    assert described([b"same"]) == [one["image"]]


def test_a_store_that_cannot_be_used_stops_no_answer(client: Client, data: Path) -> None:
    (data / "history.sqlite").mkdir(parents=True)
    assert run(client.chat.create("hi", cache=True)).ending == "complete"
    told = client._recorder.notices
    wait(lambda: any("waits in this kernel's memory" in said for said in told()))


def test_a_broken_record_is_asked_anew(client: Client, data: Path) -> None:
    run(client.chat.create("hi", cache=True))
    client._recorder.history.writer.flush()
    with closing(sqlite3.connect(data / "history.sqlite", isolation_level=None)) as rows:
        rows.execute('UPDATE calls SET response = \'[{"kind": "unknown"}]\'')
    again = run(client.chat.create("hi", cache=True))
    assert again.text
    assert again.ending == "complete"


def test_the_events_from_the_store_begin_with_where_they_are_from(client: Client) -> None:
    async def all_of(**options: Any) -> list[Event]:
        return [event async for event in client.chat.stream("hi", cache=True)]

    run(all_of())
    events = run(all_of())
    assert isinstance(events[0], Replayed)
    assert isinstance(events[-1], Finished)
