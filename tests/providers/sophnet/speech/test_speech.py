"""Speech to text from a file on disk to its sentences, against a sandbox of its own process."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("av")
pytest.importorskip("pocketsphinx")

from sophnet_jupyter import Client
from sophnet_jupyter.errors import RequestRefused, SettingsError, TaskFailed
from sophnet_jupyter.events import Finished, Progress, Transcribed
from sophnet_jupyter.providers.sophnet.speech import speech
from sophnet_jupyter.response import Response
from sophnet_jupyter.sandbox.engines.sound import voice
from sophnet_jupyter.wire.poll import Pace

pytestmark = pytest.mark.anyio

Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def opened(open_client: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    monkeypatch.setattr(speech, "PACE", Pace(first=0.02, longest=0.2))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    return partial(open_client, "--task-seconds", "0")


def wav(pcm: bytes, rate: int = 16000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return file.getvalue()


def spoken(text: str) -> bytes:
    pcm, rate = voice.speak(text)
    return wav(bytes(rate) + pcm + bytes(rate), rate)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    path.write_bytes(spoken("Please open the door."))
    return path


async def test_a_file_becomes_sentences_with_times(opened: Open, talk: Path) -> None:
    async with opened() as client:
        response = await client.speech.transcribe(talk)
        tasks = await client.tasks.list(unfinished=False)
    [sentence] = response.sentences
    assert sentence.text == response.text == "Please open the door."
    assert sentence.start is not None
    assert sentence.end is not None
    assert 0.3 < sentence.start < sentence.end < 2.5
    assert sentence.raw.endswith("] Please open the door.")
    [recording] = response.recordings
    assert (recording.name, recording.place) == ("talk.wav", str(talk))
    assert recording.seconds
    assert (response.ending, response.finish_reason, response.sandbox) == (
        "complete",
        "success",
        True,
    )
    assert [(task.kind, task.asked, task.finished) for task in tasks] == [
        ("speech", "talk.wav", True)
    ]


@pytest.mark.parametrize("form", ["text", "bytes", "open", "response"])
async def test_a_recording_may_be_given_in_any_form(opened: Open, talk: Path, form: str) -> None:
    data = talk.read_bytes()  # noqa: ASYNC240
    given = {
        "text": str(talk),
        "bytes": data,
        "open": io.BytesIO(data),
        "response": Response(audio=data),
    }[form]
    name = "talk.wav" if form == "open" else ""
    async with opened() as client:
        response = await client.speech.transcribe(given, filename=name)
    assert response.text == "Please open the door."
    assert response.recordings[0].data == (data if form in ("bytes", "response") else b"")


async def test_it_says_how_far_the_upload_is_and_then_the_task(opened: Open, talk: Path) -> None:
    async with opened("--task-seconds", "4") as client:
        seen = [event async for event in client.speech.stream(talk)]
    states = [event.state for event in seen if isinstance(event, Progress)]
    assert states[0] == "submitting"
    assert "doing" in states
    assert isinstance(seen[-1], Finished)
    assert sum(isinstance(event, Transcribed) for event in seen) == 1


async def test_the_project_and_its_resource_are_in_path_and_form(
    opened: Open, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SPEECH_EASYLLM_ID", "e1")
    async with opened(project_id="p1") as client:
        assert (await client.speech.transcribe(talk)).text == "Please open the door."


@pytest.mark.parametrize("quirk", ["task_id", "upper_status"])
async def test_the_oddities_of_the_service_change_nothing(
    opened: Open, talk: Path, quirk: str
) -> None:
    async with opened("--quirk", quirk) as client:
        assert (await client.speech.transcribe(talk)).text == "Please open the door."


async def test_several_files_are_one_answer_in_their_order(opened: Open, tmp_path: Path) -> None:
    said = ["The sky is blue.", "Count to five.", "Stop talking."]
    paths = []
    for number, text in enumerate(said):
        paths.append(tmp_path / f"{number}.wav")
        paths[-1].write_bytes(spoken(text))
    async with opened() as client:
        response = await client.speech.transcribe(paths)
    assert [one.text for one in response.recordings] == said
    assert response.text == "\n\n".join(said)


async def test_an_address_is_sent_as_it_is_and_kept_without_its_signature(opened: Open) -> None:
    async with opened() as client:
        response = await client.speech.transcribe("https://example.com/a/talk.mp3?Signature=s3cret")
    [recording] = response.recordings
    assert (recording.name, recording.place) == ("talk.mp3", "https://example.com/a/talk.mp3")
    assert response.speakers == ["0", "1", "2"]
    assert "s3cret" not in repr(response) + repr(recording)


async def test_speakers_get_their_names_in_the_order_they_are_heard(opened: Open) -> None:
    talks = ["https://example.com/a/talk.mp3", "https://example.com/b/talk.mp3"]
    async with opened() as client:
        alike = await client.speech.transcribe(talks, speakers=["Ada", "Bob"])
        assert alike.speakers == ["Ada", "Bob", "2"]
        assert len(alike.recordings) == 2
        with pytest.raises(SettingsError, match="takes a list of names"):
            await client.speech.transcribe(talks[0], speakers="Ada")


async def test_the_synchronous_service_takes_addresses_of_wav_files(opened: Open) -> None:
    async with opened() as client:
        response = await client.speech.transcribe("https://example.com/a.wav", sync=True)
        assert response.sentences[0].start is None
        assert "script" in response.text
        with pytest.raises(RequestRefused, match="only wav"):
            await client.speech.transcribe("https://example.com/a.mp3", sync=True)


async def test_a_wav_file_gets_an_address_for_the_synchronous_service(
    opened: Open, talk: Path, tmp_path: Path
) -> None:
    async with opened() as client:
        for given in (talk, str(talk), spoken("Please open the door.")):
            response = await client.speech.transcribe(given, sync=True, filename="talk.wav")
            assert response.text == "Please open the door."
            assert response.recordings[0].task_id == ""
        other = tmp_path / "talk.mp3"
        await asyncio.to_thread(other.write_bytes, b"ID3" + bytes(200))
        with pytest.raises(SettingsError, match="sync=True takes wav files only"):
            await client.speech.transcribe(other, sync=True)


async def test_a_task_is_begun_looked_at_and_waited_for(opened: Open, talk: Path) -> None:
    async with opened("--task-seconds", "3") as client:
        task = await client.speech.submit(talk)
        assert (await client.speech.get(task.id)).state in ("waiting", "doing")
        assert [each.id for each in await client.speech.list()] == [task.id]
        response = await client.tasks.resume(task.id)
        assert response.text == "Please open the door."
        assert (await client.speech.wait(task.id)).text == response.text


async def test_a_stream_that_is_left_leaves_a_task_to_be_resumed(opened: Open, talk: Path) -> None:
    async with opened("--task-seconds", "0.5") as client:
        async with aclosing(client.speech.stream(talk)) as events:
            async for event in events:
                if isinstance(event, Progress) and event.task_id:
                    break
        [task] = await client.tasks.list()
        assert (await client.tasks.resume(task.id)).text == "Please open the door."


async def test_silence_is_complete_and_said(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "silent.wav"
    path.write_bytes(wav(bytes(32000)))
    async with opened(project_id="p", easyllm_id="e") as client:
        response = await client.speech.transcribe(path)
    assert (response.ending, response.sentences) == ("complete", ())
    assert response.notices == (speech.SILENT.format(name="silent.wav"),)


async def test_sound_of_six_hours_fails_with_the_services_reason(
    opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "long.wav").write_bytes(wav(bytes(2 * 8 * 6 * 3600), 8))
    server = await asyncio.start_server(
        lambda r, w: _serve(tmp_path / "long.wav", r, w), "127.0.0.1"
    )
    port = server.sockets[0].getsockname()[1]
    async with server, opened() as client:
        with pytest.raises(TaskFailed, match="the audio is longer than 5 hours"):
            await client.speech.transcribe(f"http://127.0.0.1:{port}/long.wav")


async def _serve(path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    data = path.read_bytes()  # noqa: ASYNC240
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    await writer.drain()
    writer.close()


async def test_a_file_without_sound_fails_with_the_services_reason(
    opened: Open, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"no sound at all " * 100)
    async with opened() as client:
        with pytest.raises(TaskFailed, match="cannot be read as audio"):
            await client.speech.transcribe(path)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "a.png is a picture and has no sound"),
        ("a.mp3", b"\xff\xd8\xff\xe0", "a.mp3 is a picture and has no sound"),
        ("a.pdf", b"%PDF-1.7", "a.pdf is a document and has no sound"),
        ("a.txt", b"words", "a.txt is no recording that the service takes: it takes wav, mp3"),
        ("a.wav", b"", "a.wav is empty"),
    ],
)
async def test_what_is_no_sound_is_refused_before_anything_is_sent(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    async with Client(api_key="k", base_url="http://127.0.0.1:9") as client:
        with pytest.raises(SettingsError, match=reason):
            await client.speech.transcribe(tmp_path / name)


async def test_more_than_a_gigabyte_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "large.wav"
    with path.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE")
        file.truncate((1 << 30) + 1)
    async with Client(api_key="k", base_url="http://127.0.0.1:9") as client:
        with pytest.raises(SettingsError, match=r"large.wav has 1.*takes no more than"):
            await client.speech.transcribe(path)


@pytest.mark.parametrize(
    ("given", "options", "reason"),
    [
        ("nothing-here.wav", {}, "There is no file"),
        ("ftp://x/a.wav", {}, "no address of a recording"),
        ("https://[x/a.wav", {}, "is no address"),
        ("~nobody-here/a.wav", {}, "There is no file"),
        ("a\0.wav", {}, "cannot be read"),
        (" ", {}, "open file or a Response with sound, not an empty text"),
        (None, {}, "not NoneType"),
        ([], {}, "The list of recordings is empty"),
        (["https://x/a.wav", {}], {}, "not dict"),
        (Response(text="a"), {}, "no sound in this response"),
        ("https://x/a.wav", {"model": "m"}, "for sync=True only"),
    ],
)
async def test_wrong_arguments_get_one_clear_sentence(
    given: Any, options: dict[str, Any], reason: str
) -> None:
    async with Client(api_key="k", base_url="http://127.0.0.1:9") as client:
        with pytest.raises(SettingsError, match=reason):
            await client.speech.transcribe(given, **options)


@pytest.mark.parametrize(
    "data",
    [b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", b"PK\x03\x04" + bytes(99)],
)
async def test_what_is_something_else_is_not_sent_whatever_it_is_called(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(data)
    async with Client(api_key="k", base_url="http://127.0.0.1:9") as client:
        for given in (path, data, io.BytesIO(data)):
            with pytest.raises(SettingsError, match="no recording that the service takes"):
                await client.speech.transcribe(given, filename="talk.mp3")


async def test_text_becomes_speech_becomes_the_same_text(opened: Open, tmp_path: Path) -> None:
    said = "The quick brown fox jumps over the lazy dog."
    async with opened() as client:
        made = await client.voice.speak(said)
        [path] = made.save(tmp_path / "fox.mp3")
        assert (await client.speech.transcribe(path)).text == said
        assert (await client.speech.transcribe(made)).text == said
