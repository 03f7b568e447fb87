"""A voice chat from the first byte to the last sound, against a real sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import io
import logging
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    KeyRejected,
    LineClosed,
    LineRefused,
    NotFound,
    RequestRefused,
    ServiceDown,
    SettingsError,
    TimedOut,
)
from sophnet_jupyter.events import AudioChunk, Finished, Started, TextDelta, Transcript, Usage
from sophnet_jupyter.providers.sophnet import access
from sophnet_jupyter.providers.sophnet.voicechat.session import (
    Signal,
    VoiceChatLimits,
    VoiceChatSession,
)
from sophnet_jupyter.providers.sophnet.voicechat.voicechat import VoiceChats
from sophnet_jupyter.wire.call import Call, Network
from sophnet_jupyter.wire.wire import Wire

from ....scripted import served, spoken
from ....waiting import WITHIN

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

QUIRKS = {"chat_update_echo", "audio_dict", "data_frames"}
CANCELED = Signal(name="conversation.chat.canceled")
Talk = Callable[..., VoiceChatSession]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("--tokens-per-second", "0") as url:
        yield url


@pytest.fixture
def talk(url: str) -> Talk:
    """Makes sessions with a sandbox that is asked for these faults and quirks."""

    def talk(
        model: str = "m",
        *,
        switches: str = "",
        speed: str = "0",
        key: str = "sandbox",
        **setup: Any,
    ) -> VoiceChatSession:
        asked = switches.split()
        wanted = {
            "x-sandbox-faults": ",".join(each for each in asked if each not in QUIRKS),
            "x-sandbox-quirks": ",".join(each for each in asked if each in QUIRKS),
            "x-sandbox-tokens-per-second": speed,
            "x-sandbox-voice-speed": speed,
        }

        def authorize(call: Call) -> dict[str, str]:
            return {"authorization": f"Bearer {key}", **wanted}

        plain = access.origin(base_url=url, reveal=lambda: key, scrub=str)
        values = {name: getattr(plain, name) for name in plain.__dataclass_fields__}
        origin = type(plain)(**{**values, "authorize": authorize})
        resource = VoiceChats(Wire(origin, Network()), default_model=lambda: "m", sandbox=True)
        return resource.connect(model, **setup)

    return talk


async def until(session: VoiceChatSession, met: Callable[[Any], bool]) -> list[Any]:
    """The events up to the first one that is meant."""
    events = []
    async with asyncio.timeout(WITHIN):
        async for event in session:
            events.append(event)
            if met(event):
                break
    return events


def named(name: str) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, Signal) and event.name == name


async def test_several_rounds_are_heard_and_answered_in_words_and_sound(talk: Talk) -> None:
    async with talk(system="Be brief.") as session:
        for number, question in enumerate(((1, 2), (3,), (4, 5, 6)), start=1):
            await session.send(spoken(*question, 0, 0, 0))
            response = await session.answer()
            assert session.question == " ".join(map(str, question))
            assert response.ending == "complete"
            assert response.text
            assert len(response.audio) > 1000
            assert response.usage.characters
            assert response.usage.total_tokens
            assert (session.rounds, session.state) == (number, "listening")
    assert session.state == "closed"


async def test_a_voice_chat_answers_from_the_knowledge_that_a_written_one_has(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", url)
    async with Client() as client:
        await client.knowledge("handbook-talk").qa.add("1 2", "The warranty is three years.")
        async with client.voicechat.connect("custom:handbook-talk") as session:
            await session.send(spoken(1, 2, 0, 0, 0))
            response = await session.answer()
        assert "three years" in response.text
        assert "three years" in str(await response.references[0].fetch())


async def test_every_event_of_the_document_goes_up_and_comes_down(talk: Talk) -> None:
    async with talk() as session:
        await session.update(system="Be kind.", asr_mode="refresh", voice="longwan")
        assert session.setup.asr_mode == "refresh"
        assert await session.ping() < WITHIN
        await session.send(spoken(9))
        await session.clear()
        await session.send(spoken(1, 2, 0, 0, 0))
        await session.complete()
        events = await until(session, lambda event: isinstance(event, Finished))
        await session.forget()
        events += await until(session, named("conversation.cleared"))
    signals = [event.name for event in events if isinstance(event, Signal)]
    assert signals == [
        "chat.updated",
        "chat.updated",
        "input_audio_buffer.cleared",
        "input_audio_buffer.completed",
        "conversation.chat.completed",
        "conversation.cleared",
    ]
    untyped = {type(event) for event in events} - {Signal}
    assert untyped >= {Started, Transcript, TextDelta, AudioChunk, Usage, Finished}
    assert [event.text for event in events if isinstance(event, Transcript) and event.final] == [
        "9",
        "1 2",
    ]


async def test_a_cancelled_answer_is_dropped_from_there_and_the_next_one_is_whole(
    talk: Talk,
) -> None:
    async with talk() as whole:
        await whole.send(spoken(1))
        expected = await whole.answer()
    async with talk(speed="20") as session:
        for _ in range(5):
            await session.send(spoken(1))
            await session.complete()
            await until(session, lambda event: isinstance(event, TextDelta))
            assert await session.cancel()
            assert not await session.cancel()
            assert session.state == "cancelling"
            rest = await until(session, lambda event: isinstance(event, Finished))
            assert rest[-1].ending == "stopped"
            late = rest[rest.index(next(filter(named("conversation.chat.canceled"), rest))) :]
            assert not [event for event in late if isinstance(event, TextDelta | AudioChunk)]
            await session.rested()
            await session.forget()
        await session.send(spoken(1))
        response = await session.answer()
    assert response.text == expected.text
    assert session.rounds == 6


async def test_what_still_comes_of_a_cancelled_answer_is_dropped_and_counted(talk: Talk) -> None:
    async with talk(speed="2000") as session:
        for _ in range(400):  # until something was on its way when it was cancelled
            await session.send(spoken(1))
            await session.complete()
            known = await until(session, lambda event: isinstance(event, TextDelta))
            await session.cancel()
            known += await until(session, lambda event: isinstance(event, Finished))
            if session.stray:
                break
        assert session.stray
        assert known[-1].ending == "stopped"
    async with talk() as session:
        await session.send(spoken(1))
        whole = await session.answer()
    said = "".join(event.text for event in known if isinstance(event, TextDelta))
    assert whole.text.startswith(said)
    assert len(said) < len(whole.text)


async def test_fifty_cancels_in_a_row_leave_one_line_and_no_stray_frame(talk: Talk) -> None:
    async with talk(speed="50") as session:
        line, tasks = session._held.line, len(asyncio.all_tasks())
        for number in range(50):
            await session.send(spoken(1))
            await session.complete()
            await until(session, lambda event: isinstance(event, TextDelta))
            await session.cancel()
            rest = await until(session, named("conversation.chat.completed"))
            rest += await until(session, lambda event: isinstance(event, Finished))
            frames = [event for event in rest if isinstance(event, TextDelta | AudioChunk)]
            # What was read before the cancel waits for its reader; after it, nothing comes.
            assert all(rest.index(frame) < rest.index(CANCELED) for frame in frames)
            assert session.rounds == number + 1
        assert session._held.line is line
        assert len(asyncio.all_tasks()) == tasks
        await session.send(spoken(1))
        assert (await session.answer()).ending == "complete"


async def test_leaving_an_answer_early_cancels_it(talk: Talk) -> None:
    async with talk(speed="20") as session:
        await session.send(spoken(1))
        events = session.stream()
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await events.aclose()
        await session.rested()
        assert session.state == "listening"
        await session.send(spoken(2))
        await session.complete()
        assert (await until(session, named("input_audio_buffer.completed")))[-2].text == "2"


async def test_what_the_protocol_forbids_is_refused_here_with_a_sentence(talk: Talk) -> None:
    session = talk()
    with pytest.raises(SettingsError, match="not connected"):
        await session.send(b"")
    async with session:
        with pytest.raises(SettingsError, match="nothing to clear"):
            await session.clear()
        with pytest.raises(SettingsError, match="send some sound first"):
            await session.complete()
        with pytest.raises(SettingsError, match=r"session\.update has no pitch"):
            await session.update(pitch=3)
        assert not await session.cancel()
        await session.send(spoken(1))
        with pytest.raises(SettingsError, match="frozen since the first sound"):
            await session.update(system="Too late.")
        await session.complete()
        with pytest.raises(SettingsError, match="An answer is still coming"):
            await session.complete()
    with pytest.raises(SettingsError, match="connected once"):
        await session.__aenter__()
    for wrong in ({"asr_mode": "never"}, {"format": "midi"}, {"chat": {"temperature": 9}}):
        with pytest.raises(SettingsError):
            talk(**wrong)
    with pytest.raises(SettingsError, match="parameters are those of client"):
        talk(chat={"warmth": 1})


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"key": "wrong"}, KeyRejected, "the API key is not valid"),
        ({"model": "no-such-model"}, NotFound, "not enabled"),
        ({"switches": "line_refused"}, KeyRejected, "the API key is not valid"),
        ({"switches": "early_close"}, LineRefused, "closed the line before it began"),
        ({"switches": "early_close=1011"}, LineClosed, "closed by it"),
        ({"switches": "drop_connecting=99"}, LineClosed, "broke"),
        (
            {"switches": "line_silent", "limits": VoiceChatLimits(created=0.2)},
            TimedOut,
            "silent too long",
        ),
        ({"messages": [{"role": "nobody", "content": "?"}]}, RequestRefused, "role must be"),
    ],
)
async def test_a_chat_that_cannot_begin_says_why(
    talk: Talk, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        async with talk(**given):
            pass


async def test_an_error_in_mid_answer_ends_the_round_and_not_the_conversation(talk: Talk) -> None:
    async with talk(switches="error_mid_stream=3") as session:
        for _ in range(2):
            await session.send(spoken(1))
            with pytest.raises(ServiceDown, match="the model stopped working") as caught:
                await session.answer()
            assert caught.value.response
            assert session.state == "listening"
    async with talk() as session:
        await session.send(spoken(0, 0))
        with pytest.raises(RequestRefused, match="nothing was recognised"):
            await session.answer()
        await session.send(spoken(1))
        assert (await session.answer()).ending == "complete"


async def test_a_round_that_is_completed_twice_does_not_end_the_next_one(talk: Talk) -> None:
    async with talk(switches="double_completed") as session:
        texts = []
        for _ in range(3):
            await session.send(spoken(1, 2))
            response = await session.answer()
            assert (response.ending, session.question) == ("complete", "1 2")
            texts.append(response.text)
        assert all(texts)
        assert session.rounds == 3


async def test_odd_forms_mean_the_same(talk: Talk) -> None:
    answers = []
    for switches in ("", "chat_update_echo audio_dict data_frames"):
        async with talk(switches=switches) as session:
            await session.send(spoken(1))
            answers.append(await session.answer())
    plain, odd = answers
    assert plain.text == odd.text
    # A voice breathes a little differently each time.
    assert abs(len(plain.audio) - len(odd.audio)) < 0.05 * len(plain.audio)
    assert odd.audio[:2] == plain.audio[:2] == b"\xff\xf3"


@pytest.mark.parametrize("state", ["listening", "thinking", "speaking"])
async def test_a_line_that_breaks_says_so_and_nothing_waits_for_ever(
    talk: Talk, state: str
) -> None:
    session = talk(switches=f"drop_{state}=99")
    async with asyncio.timeout(WITHIN), session:
        await session.send(spoken(1, 2))
        with pytest.raises(LineClosed, match="broke"):
            await session.answer()
        with pytest.raises(LineClosed):
            await session.rested()
        with pytest.raises(LineClosed):
            await session.send(b"")
        assert session.state == "closed"


async def test_silence_after_the_turn_is_not_waited_for_for_ever(talk: Talk) -> None:
    session = talk(switches="deaf_complete", limits=VoiceChatLimits(silence=0.3))
    async with asyncio.timeout(WITHIN), session:
        await session.send(spoken(1))
        with pytest.raises(TimedOut, match="silent too long"):
            await session.answer()


async def test_a_line_on_which_nobody_speaks_is_kept_open(talk: Talk) -> None:
    quick = VoiceChatLimits(ping=0.2, idle=0.2)
    async with talk(switches="line_idle=3", limits=quick) as session:
        await session.send(spoken(1, 0, 0, 0))
        await asyncio.sleep(4)
        assert (await session.answer()).ending == "complete"
    slow = VoiceChatLimits(ping=60, idle=60)
    async with talk(switches="line_idle=0.5", limits=slow) as session:
        events = [event async for event in closing(session)]
        assert not [event for event in events if isinstance(event, Finished)]


async def closing(session: VoiceChatSession) -> AsyncIterator[Any]:
    with contextlib.suppress(LineClosed):
        async for event in session:
            yield event


async def test_a_file_is_played_as_if_it_were_spoken(talk: Talk) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(spoken(3, 4, rate=8000))
    async with talk(sample_rate=8000) as session:
        await session.play(file.getvalue(), pace=0)
        response = await session.answer()
        assert (session.question, response.ending) == ("3 4", "complete")
    async with talk() as session:
        with pytest.raises(SettingsError, match="sample_rate=8000"):
            await session.play(file.getvalue())


async def test_the_key_in_the_address_is_nowhere_to_be_seen(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = "sk-canary-4711-canary"
    async with Client(key, url, "p") as client:
        with pytest.raises(SettingsError, match="SOPHNET_SPEECH_EASYLLM_ID"):
            client.voicechat.connect("m")
        session = client.voicechat.connect("m", "ears", "mouth")
        with pytest.raises(KeyRejected) as caught:
            await session.__aenter__()
    told = f"{caught.value!r} {caught.value} {session!r} {vars(session)} {caplog.text}"
    frames = caught.value.__traceback__.tb_next  # without this test, which knows the key
    while frames:
        told += str(frames.tb_frame.f_locals)
        frames = frames.tb_next
    assert "speech-chat" in caplog.text, "it is logged, without what it must not say"
    assert key not in told


async def test_samples_are_refused_where_the_setup_says_that_a_file_comes(talk: Talk) -> None:
    async with talk(format="mp3") as session:
        with pytest.raises(SettingsError, match="no mp3: leave format out"):
            await session.send(spoken(1, 2))
