from __future__ import annotations

import asyncio
import json
import logging
import socket
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.client.keeping import tapes
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import Metadata, TextDelta
from sophnet_jupyter.history.cassette import settled
from sophnet_jupyter.settings import Secret

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tape.jsonl"


@pytest.fixture
def client(sandbox: SimpleNamespace) -> Client:
    return Client("sandbox", sandbox.url)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client without a key, on a machine that lets it open no socket."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("sophnet_jupyter.client.sandbox._start", refuse)
    return Client()


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_it_records_where_the_file_is_not_there_and_replays_where_it_is(
    client: Client, offline_maker: Any, file: Path
) -> None:
    with client.cassette(file) as tape:
        assert tape.mode == "record"
        first = run(client.chat.create("hi", stream=True))
    offline = offline_maker()
    with offline.cassette(file) as tape:
        assert tape.mode == "replay"
        again = run(offline.chat.create("hi"))
        assert tape.unused == 0
    assert again.text == first.text
    assert again.usage == first.usage
    assert again.replayed
    assert again.replayed.source == "cassette"
    assert again.timing.total == 0


@pytest.fixture
def offline_maker(request: pytest.FixtureRequest) -> Any:
    """Makes the `offline` client when the recording is over."""
    return lambda: request.getfixturevalue("offline")


def record(client: Client, file: Path, *prompts: str) -> None:
    async def ask() -> None:
        for prompt in prompts:
            await client.chat.create(prompt)

    with client.cassette(file, mode="record"):
        run(ask())


def test_the_format_is_a_head_and_three_lines_a_call(client: Client, file: Path) -> None:
    record(client, file, "hi", "hi", "ho")
    head, *lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert head == {"sophnet_cassette": 1}
    assert len(lines) == 9
    calls = lines[::3]
    assert [set(call) for call in calls] == [{"key", "service", "app", "call", "n"}] * 3
    assert [call["key"] for call in calls] == sorted(call["key"] for call in calls)
    assert sorted(call["n"] for call in calls) == [0, 0, 1]
    assert all(set(line) == {"request"} for line in lines[1::3])
    events = lines[2]["events"]
    assert [event["kind"] for event in events].count("textdelta") == 1
    assert not any("request_id" in event or "seconds" in event for event in events)


def test_two_recordings_of_the_same_answers_are_equal(client: Client, file: Path) -> None:
    record(client, file, "hi", "count to 20")
    before = file.read_bytes()
    record(client, file, "count to 20", "hi")
    assert file.read_bytes() == before


def test_while_it_is_recorded_the_file_is_as_it_was(client: Client, file: Path) -> None:
    record(client, file, "hi")
    before = file.read_bytes()
    with client.cassette(file, mode="refresh"):
        run(client.chat.create("ho"))
        assert file.read_bytes() == before
        with pytest.raises(SettingsError, match="recorded already"):
            Client().cassette(file, mode="record")
    assert b"ho" in file.read_bytes()
    assert not file.with_name("tape.jsonl.part").exists()


def test_a_recording_that_died_is_begun_anew(client: Client, file: Path) -> None:
    file.with_name("tape.jsonl.part").write_text("elsewhere-no-host 99999999\n")
    import platform

    file.with_name("tape.jsonl.part").write_text(f"{platform.node()} 99999999\n")
    record(client, file, "hi")
    assert file.exists()


def test_equal_requests_come_in_their_order_and_begin_anew(
    client: Client, offline_maker: Any, file: Path
) -> None:
    record(client, file, "hi", "hi")
    lines = file.read_text(encoding="utf-8").splitlines()
    for place in (3, 6):
        number = json.loads(lines[place - 2])["n"]
        events = json.loads(lines[place])
        events["events"] = [{"kind": "textdelta", "text": f"answer {number}"}]
        lines[place] = json.dumps(events)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    offline = offline_maker()
    with offline.cassette(file):
        said = [run(offline.chat.create("hi")).text for _ in range(3)]
    assert said == ["answer 0", "answer 1", "answer 0"]


def test_an_unknown_request_shows_the_nearest_recorded_one(
    client: Client, offline_maker: Any, file: Path
) -> None:
    record(client, file, "What is the capital of France?", "count to 3")
    offline = offline_maker()
    with offline.cassette(file), pytest.raises(SettingsError) as caught:
        run(offline.chat.create("What is the capital of Spain?"))
    said = str(caught.value)
    assert '-      "content": "What is the capital of France?"' in said
    assert '+      "content": "What is the capital of Spain?"' in said


def test_what_was_not_asked_for_is_told_at_the_end(
    client: Client, offline_maker: Any, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record(client, file, "hi", "ho")
    offline = offline_maker()
    with caplog.at_level(logging.WARNING), offline.cassette(file):
        run(offline.chat.create("hi"))
    assert "1 calls of" in caplog.text


def test_nested_is_an_error(client: Client, file: Path) -> None:
    with client.cassette(file), pytest.raises(SettingsError, match="in use already"):
        client.cassette(file.with_name("other.jsonl"))
    assert client._recorder.tape is None


def test_every_resource_is_replayed_with_its_bytes(
    client: Client, offline_maker: Any, file: Path, tmp_path: Path
) -> None:
    @dataclass
    class City:
        name: str

    (tmp_path / "note.txt").write_text("some words")

    async def all_of(one: Client) -> list[Any]:
        return [
            (await one.images.create("a fox", seed=1)).images[0].data,
            (await one.voice.speak("hello")).audio,
            (await one.embeddings.create(["a", "b"])).embeddings.pieces,
            (await one.documents.parse(tmp_path / "note.txt")).text,
            (await one.chat.create("A city?", schema=City)).parsed,
            (await one.dify.complete({"query": "hi"})).text,
        ]

    client = Client("sandbox", client.settings.base_url, dify_api_key="sandbox")
    client._dify = ("sandbox", client.settings.base_url.replace("/api/open-apis", "/v1"), None)
    with client.cassette(file):
        first = run(all_of(client))
    assert file.with_name("tape.jsonl.media").is_dir()
    offline = offline_maker()
    with offline.cassette(file):
        assert run(all_of(offline)) == first


def test_what_is_on_no_cassette_is_refused_in_replay(
    client: Client, offline_maker: Any, file: Path
) -> None:
    record(client, file, "hi")
    offline = offline_maker()

    async def live() -> None:
        async with offline.speech.live():
            pass

    with offline.cassette(file):
        for call in (live(), offline.models(refresh=True), offline.dify.info()):
            with pytest.raises(SettingsError, match="nothing is sent"):
                run(call)


def test_the_pace_draws_tokens(client: Client, offline_maker: Any, file: Path) -> None:
    record(client, file, "hi")
    offline = offline_maker()

    async def deltas() -> list[str]:
        stream = offline.chat.stream("hi")
        return [event.text async for event in stream if isinstance(event, TextDelta)]

    with offline.cassette(file):
        whole = run(deltas())
    with offline.cassette(file, pace=100_000):
        pieces = run(deltas())
    assert len(whole) == 1
    assert len(pieces) > 20
    assert "".join(pieces) == whole[0]


def test_a_fallback_stands_in_where_the_service_fails_and_says_so(
    client: Client, file: Path
) -> None:
    record(client, file, "hi")
    lost = Client("sandbox", "http://127.0.0.1:9/api/open-apis")
    with lost.cassette(file, mode="fallback"):
        response = run(lost.chat.create("hi", stream=True))
        assert response.replayed
        assert response.replayed.source == "recorded"
        assert response.replayed.at > 0
        with pytest.raises(Exception, match=r"."):
            run(lost.chat.create("never recorded"))
    with client.cassette(file, mode="fallback"):
        assert run(client.chat.create("hi")).replayed is None


def test_a_fallback_stands_in_where_no_first_token_comes(
    client: Client, file: Path, start_sandbox: Any
) -> None:
    record(client, file, "hi")
    with start_sandbox("--first-token", "30") as slow:
        late = Client("sandbox", slow.url)
        with late.cassette(file, mode="fallback", within=0.3):
            assert run(late.chat.create("hi", stream=True)).replayed


def test_no_key_and_no_signature_is_on_a_cassette(client: Client, file: Path) -> None:
    secret = Secret(KEY)
    address = "https://files.example/a.png?Expires=1&Signature=abcdef"
    record(client, file, f"repeat: my key is {KEY}, Authorization: Bearer abcdefghijkl {address}")
    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert "abcdefghijkl" not in text
    assert "Signature" not in text
    assert secret


def test_an_edited_request_is_told_and_used(client: Client, offline_maker: Any, file: Path) -> None:
    record(client, file, "hi")
    file.write_text(file.read_text(encoding="utf-8").replace('"hi"', '"hello"'), encoding="utf-8")
    offline = offline_maker()
    with offline.cassette(file) as tape:
        assert run(offline.chat.create("hello")).text
        assert any("edited by hand" in notice for notice in tape.notices)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: "<<<<<<< HEAD\n" + text, "merge conflict"),
        (lambda text: text.replace('"sophnet_cassette":1', '"sophnet_cassette":2'), "version 1"),
        (lambda text: "\n".join(text.splitlines()[:-1]) + "\n", "is cut"),
        (lambda text: text[:-20], "no JSON object"),
        (lambda text: "", "line 1"),
        (lambda text: text.replace('"textdelta"', '"unknown"'), "no call"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(
    client: Client, file: Path, spoil: Any, says: str
) -> None:
    record(client, file, "hi")
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        client.cassette(file, mode="replay")


def test_media_of_other_content_are_refused(client: Client, file: Path) -> None:
    with client.cassette(file):
        run(client.images.create("a fox", seed=1))
    [image] = file.with_name("tape.jsonl.media").iterdir()
    image.write_bytes(b"another")
    with pytest.raises(SettingsError, match="the content of"):
        client.cassette(file, mode="replay")


def test_the_variable_names_one_for_all_clients(
    client: Client, offline_maker: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_CASSETTE", str(file))
    first = run(client.chat.create("hi"))
    assert "recorded in" in tapes.end()
    tapes._tried.clear()
    offline = offline_maker()
    assert run(offline.chat.create("hi")).text == first.text
    assert "was asked for" in tapes.end()
    tapes._tried.clear()


@pytest.mark.parametrize("options", [{"mode": "play"}, {"pace": -1}, {"within": 0}])
def test_wrong_options_are_refused(client: Client, file: Path, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        client.cassette(file, **options)


def test_facts_of_a_service_are_recorded_without_what_differs_each_time() -> None:
    usage = {"total_price": "0.1", "latency": 0.9, "time_to_first_token": 0.2}
    facts = {"usage": usage, "retriever_resources": [{"document_id": "d", "content": "x"}]}
    (kept,) = settled([Metadata(values=facts)])
    assert kept.values == {
        "usage": {"total_price": "0.1"},
        "retriever_resources": [{"content": "x"}],
    }


def test_an_app_is_replayed_by_its_name_without_its_key(
    client: Client, offline_maker: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFY_WRITER_API_KEY", "sandbox")
    monkeypatch.setenv("DIFY_BASE_URL", client.settings.base_url.replace("/api/open-apis", "/v1"))
    with client.cassette(file):
        first = run(client.dify_app("writer").complete({"query": "hi"}))
    monkeypatch.delenv("DIFY_WRITER_API_KEY")
    offline = offline_maker()
    with offline.cassette(file):
        assert run(offline.dify_app("writer").complete({"query": "hi"})).text == first.text
    with pytest.raises(SettingsError, match="No key of a Dify app"):
        offline.dify_app("writer")


def test_a_replay_runs_a_tool_only_where_that_is_wanted(
    client: Client, offline_maker: Any, file: Path
) -> None:
    runs: list[str] = []

    def weather(city: str) -> str:
        """How the weather is."""
        runs.append(city)
        return f"sunny, run {len(runs)}"

    def asked(one: Client) -> Any:
        prompt = "What is the weather in Paris?"
        return run(one.chat.create(prompt, tools=[weather], run_tools=True))

    with client.cassette(file):
        first = asked(client)
    assert len(runs) == 1
    offline = offline_maker()
    with offline.cassette(file):
        assert asked(offline).tool_results[0].text == first.tool_results[0].text
    assert len(runs) == 1
    with offline.cassette(file, tools=True):
        again = asked(offline)
    assert len(runs) == 2
    assert "run 2" in again.tool_results[0].text


def test_a_replay_needs_no_key_also_where_the_sandbox_is_off(
    client: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(client, file, "hi")
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    with pytest.raises(SettingsError, match="sandbox is off"):
        Client()
    monkeypatch.setenv("SOPHNET_CASSETTE", str(file))
    assert run(Client().chat.create("hi")).text
    tapes.end()
    monkeypatch.delenv("SOPHNET_CASSETTE")
    tapes._tried.clear()
    tapes.use(file, "replay")
    assert run(Client().chat.create("hi")).text
    tapes.end()
    with pytest.raises(SettingsError, match="sandbox is off"):
        Client()
