"""Live speech from the first byte to the last sentence, against a real sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import wave
from array import array
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serving

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    DownloadFailed,
    KeyRejected,
    LineClosed,
    LineRefused,
    SettingsError,
    TimedOut,
    Unreachable,
)
from sophnet_jupyter.events import Finished, Notice, Started, Transcript, Word
from sophnet_jupyter.providers.sophnet import access
from sophnet_jupyter.providers.sophnet.messages import MessageReader
from sophnet_jupyter.providers.sophnet.paths import ResourceIds
from sophnet_jupyter.providers.sophnet.speech.live.session import Live, LiveLimits
from sophnet_jupyter.wire.call import Call, Network
from sophnet_jupyter.wire.files.download import Downloader
from sophnet_jupyter.wire.websocket import Sockets

from .....scripted import SCRIPTED, spoken, started
from .....waiting import WITHIN

pytestmark = pytest.mark.anyio

# Of a service that answers, however busy the machine is.
LIMITS = LiveLimits(ok=WITHIN, farewell=WITHIN, idle=20.0)
Make = Callable[..., Live]


TALK = [1, 2, 3, 0, 0, 0, 4, 5, 0, 0, 0, 6, 0, 0, 0, 7, 8, 9, 10]
SAID = ["1 2 3", "4 5", "6", "7 8 9 10"]


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    with started("-W", "error", *SCRIPTED, *arguments) as service:
        yield service.url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def live(url: str) -> Make:
    """Makes sessions with a sandbox that is asked for these faults and quirks."""

    def make(
        source: Any = None, *, switches: str = "", key: str = "sandbox", **options: Any
    ) -> Live:
        faults = ",".join(each for each in switches.split() if not each.startswith("words_"))
        quirks = ",".join(each for each in switches.split() if each.startswith("words_"))

        def authorize(call: Call) -> dict[str, str]:
            wanted = {"x-sandbox-faults": faults, "x-sandbox-quirks": quirks}
            return {"authorization": f"Bearer {key}", **wanted}

        plain = access.origin(base_url=url, reveal=lambda: key, scrub=str)
        values = {name: getattr(plain, name) for name in plain.__dataclass_fields__}
        origin = type(plain)(**{**values, "authorize": authorize})
        return Live(Sockets(origin, Network()), source=source, **{"limits": LIMITS, **options})

    return make


async def all_of(live: Live, sound: bytes = b"", *, piece: int = 5000) -> list[Any]:
    """Send it in odd pieces, and return all that happened."""
    async with live:
        for at in range(0, len(sound), piece):
            await live.send(sound[at : at + piece])
        live.end()
        return [event async for event in live]


def finals(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, Transcript) and event.final]


async def test_sentences_come_partial_first_and_then_final_with_their_times(live: Make) -> None:
    session = live()
    events = []
    async with session:
        reading = asyncio.create_task(_collect(session, events))
        for number in TALK:
            await session.send(spoken(number))
            await asyncio.sleep(0.01)
        await session.finish()
        await reading
    assert isinstance(events[0], Started)
    assert events[0].sandbox
    assert isinstance(events[-1], Finished)
    assert events[-1].ending == "complete"
    assert finals(events) == SAID
    assert session.text == "\n".join(SAID)
    first = next(event for event in events if isinstance(event, Transcript))
    assert not first.final
    assert (first.begin, first.end) == (0, None)
    second = [event for event in events if isinstance(event, Transcript) and event.final][1]
    assert (second.begin, second.end) == (600, 1050)
    assert [word.text for word in second.words] == ["4", "5"]


async def _collect(session: Live, events: list[Any]) -> None:
    events += [event async for event in session]


async def test_a_line_that_breaks_in_mid_sentence_loses_nothing_and_doubles_nothing(
    live: Make,
) -> None:
    for fault in ("line_cut_once=1", "line_cut=4", "line_close=4"):
        session = live(switches=fault)
        events = []
        async with session:
            reading = asyncio.create_task(_collect(session, events))
            for number in TALK[:-1]:
                await session.send(spoken(number))
                await asyncio.sleep(0.02)
            await session.finish()
            await reading
        assert session.lines > 1, fault
        assert finals(events) == [*SAID[:-1], "7 8 9"], fault
        assert any(isinstance(event, Notice) for event in events)
        times = [event.begin for event in events if isinstance(event, Transcript) and event.final]
        assert times == [0, 600, 1100, 1500], "times are those of the session, not of a line"


async def test_a_line_that_breaks_at_the_end_is_opened_until_all_was_heard(live: Make) -> None:
    session = live(switches="line_cut=4")
    assert finals(await all_of(session, spoken(*TALK[:-1]))) == [*SAID[:-1], "7 8 9"]


async def test_it_gives_up_where_no_line_gets_further_and_keeps_what_had_come(live: Make) -> None:
    session = live(switches="line_cut=2", sleep=_at_once)
    with pytest.raises(LineClosed) as caught:
        await all_of(session, spoken(1, 0, 0, 0, 2, 3, 4, 5))
    # Also what was heard of the sentence within which it broke, and that is marked.
    assert caught.value.response.text == "1\n2 3"
    assert [sentence.final for sentence in session.sentences] == [True, False]
    assert caught.value.response.ending == "failed"
    assert session.lines >= LIMITS.attempts


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("code", [1000, 1008, 3000, 4401])
async def test_a_line_that_is_closed_before_ok_is_a_rejected_key(live: Make, code: int) -> None:
    with pytest.raises(LineRefused, match=f"before it began .code {code}.*SOPHNET_API_KEY"):
        await all_of(live(switches=f"early_close={code}"))


async def test_a_wrong_key_is_told_from_a_lost_line(live: Make) -> None:
    with pytest.raises(KeyRejected, match="the API key is not valid"):
        await all_of(live(key="wrong"))
    with pytest.raises(KeyRejected, match="answered 401: the API key is not valid"):
        await all_of(live(switches="line_refused"))
    sockets = Sockets(
        access.origin(base_url="http://127.0.0.1:1", reveal=lambda: "k", scrub=str), Network()
    )
    with pytest.raises(Unreachable):
        await all_of(Live(sockets, limits=LIMITS, sleep=_at_once))


async def test_a_server_that_never_says_ok_runs_into_the_limit(live: Make) -> None:
    with pytest.raises(TimedOut, match=r"limit of 0.2 s"):
        await all_of(live(switches="line_silent", limits=LiveLimits(ok=0.2)))


async def test_a_server_that_is_deaf_at_the_end_is_left(live: Make) -> None:
    left = LiveLimits(farewell=1.5)
    events = await all_of(live(switches="deaf_end", limits=left), spoken(*TALK))
    assert finals(events) == SAID[:-1]
    assert "last words" in next(event.text for event in events if isinstance(event, Notice))


async def test_half_a_message_costs_that_message_only(live: Make) -> None:
    events = await all_of(live(switches="half_message=1"), spoken(*TALK))
    assert finals(events) == SAID


@pytest.mark.parametrize("quirk", ["", "words_objects", "words_json", "words_string", "words_null"])
async def test_words_are_read_in_all_their_forms(live: Make, quirk: str) -> None:
    events = await all_of(live(switches=quirk), spoken(1, 2, 0, 0, 0))
    [said] = [event for event in events if isinstance(event, Transcript) and event.final]
    assert said.text == "1 2"
    if quirk == "words_null":
        assert said.words == ()
    else:
        assert said.words == (
            Word(text="1", begin=0, end=50),
            Word(text="2", begin=100, end=150),
        )


async def test_a_slow_reader_loses_partials_but_no_sentence(live: Make) -> None:
    session = live()
    numbers = [number for each in range(1, 60) for number in (each, each + 100, 0, 0, 0)]
    async with session:
        await session.send(spoken(*numbers))
        await session.finish()
        events = [event async for event in session]
    assert len(finals(events)) == 59
    partials = [event for event in events if isinstance(event, Transcript) and not event.final]
    assert not partials


async def test_sound_faster_than_the_line_takes_it_waits_and_is_all_heard(live: Make) -> None:
    session = live(limits=LiveLimits(backlog=0.5, farewell=WITHIN))
    deepest = 0.0
    async with session:
        for number in TALK * 20:
            await session.send(spoken(number))
            deepest = max(deepest, session.waiting)
        await session.finish()
        events = [event async for event in session]
    assert deepest < 0.7
    assert " ".join(finals(events)).split() == [str(n) for n in TALK * 20 if n]


async def test_ten_minutes_stay_in_bounded_memory(live: Make) -> None:
    session = live(limits=LiveLimits(memory=5.0, backlog=5.0, farewell=WITHIN), sample_rate=1000)
    minute = spoken(*[n for n in range(1, 151) for n in (n, 0, 0, 0)], rate=1000)
    largest = 0
    async with session:
        for _ in range(10):
            for at in range(0, len(minute), 2000):
                await session.send(minute[at : at + 2000])
                largest = max(largest, len(session._delivery.tape._data))
        await session.finish()
        events = [event async for event in session]
    assert len(finals(events)) == 1500
    assert largest < 2 * 2000 * 5 * 2 + 4000


async def test_without_heartbeat_the_service_ends_a_session_of_silence(live: Make) -> None:
    session = live(switches="line_idle=1", heartbeat=False)
    events = []
    async with session:
        await session.send(spoken(1, 2, 0, 0, 0))
        events = [event async for event in session]
    assert finals(events) == ["1 2"]
    assert events[-1].ending == "incomplete"
    assert "without heartbeat" in next(event.text for event in events if isinstance(event, Notice))


async def test_with_heartbeat_silence_is_sent_while_no_sound_comes(live: Make) -> None:
    session = live(switches="line_idle=2", limits=LiveLimits(idle=0.1, farewell=WITHIN))
    async with session:
        await session.send(spoken(1, 2, 0, 0, 0))
        await asyncio.sleep(2.5)
        await session.send(spoken(3, 4, 0, 0, 0))
        await session.finish()
        events = [event async for event in session]
    assert session.lines == 1
    assert finals(events) == ["1 2", "3 4"]
    final = [event for event in events if isinstance(event, Transcript) and event.final]
    assert final[1].begin == 500, "silence that was put in does not count"


async def test_leaving_early_hangs_up(live: Make) -> None:
    session = live()
    async with session:
        await session.send(spoken(1))
        async for event in session:
            if isinstance(event, Transcript):
                break
    assert all(task.done() for task in session._tasks)


async def test_a_file_is_played_at_its_pace_and_an_array_too(live: Make, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    stereo = array("h")
    for sample in array("h", spoken(*TALK, rate=8000)):
        stereo.extend([sample, sample])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(stereo.tobytes())
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    session = live(path, sleep=sleep)
    assert finals([event async for event in session]) == SAID
    assert session.sample_rate == 8000
    assert max(waits) > 1.5, "it did not mean to take as long as it lasts"
    numpy = pytest.importorskip("numpy")
    samples = numpy.frombuffer(spoken(*TALK), dtype="<i2")
    both = numpy.stack([samples, samples])
    assert finals([event async for event in live(both, pace=0)]) == SAID


async def test_sound_at_an_address_is_fetched_first(live: Make, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "talk.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(spoken(*TALK))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        downloads = Downloader(Network(), allowed_origins=lambda: [origin])
        session = live(f"{origin}/talk.wav", pace=0, downloads=downloads)
        assert finals([event async for event in session]) == SAID
        with pytest.raises(DownloadFailed):
            await all_of(live(f"{origin}/none.wav", downloads=downloads))
        server.shutdown()


async def test_wrong_use_is_a_sentence(live: Make, tmp_path: Path) -> None:
    for options in ({"format": "ogg"}, {"sample_rate": 0}, {"format": "mp3", "source": b""}):
        with pytest.raises(SettingsError):
            live(**options)
    with pytest.raises(SettingsError, match="There is no file"):
        await all_of(live(tmp_path / "none.wav"))
    with pytest.raises(SettingsError, match="not from set"):
        await all_of(live({1}))
    session = live()
    await all_of(session)
    with pytest.raises(SettingsError, match="finished"):
        await session.send(b"")
    with pytest.raises(SettingsError, match="used once"):
        await all_of(session)


async def test_the_project_form_names_its_easyllm(url: str) -> None:
    origin = access.origin(base_url=url, reveal=lambda: "sandbox", scrub=str)
    place = ResourceIds(project_id="p1", easyllm_id="e1")
    events = await all_of(Live(Sockets(origin, Network()), place, limits=LIMITS), spoken(1))
    assert finals(events) == ["1"]


async def test_another_resource_of_the_project_hears_where_it_is_named() -> None:
    asked: list[str] = []

    async def serve(socket: ServerConnection) -> None:
        assert socket.request is not None
        asked.append(parse_qs(urlsplit(socket.request.path).query)["easyllm_id"][0])
        await socket.send('{"status":"ok"}')
        await socket.wait_closed()

    async with serving(serve, "127.0.0.1", 0) as server:
        root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = Client("k", root, project_id="p1", easyllm_ids={"speech": "usual"})
        for named in ("", "other"):
            async with client.speech.live(easyllm_id=named):
                pass
    assert asked == ["usual", "other"]


async def test_nothing_is_sent_before_ok_and_then_frames_of_3200_bytes_and_bye() -> None:
    came: list[int | str] = []

    async def serve(socket: ServerConnection) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.3)
        await socket.send('{"status":"ok"}')
        async for message in socket:
            came.append(len(message) if isinstance(message, bytes) else message)
            if message == "BYE":
                break

    async with serving(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        root = f"http://127.0.0.1:{port}"
        origin = access.origin(base_url=root, reveal=lambda: "k", scrub=str)
        session = Live(Sockets(origin, Network()), limits=LIMITS)
        async with session:
            for size in (1, 3199, 10_000, 0, 799):
                await session.send(bytes(size))
            await session.finish()
    assert came == [3200, 3200, 3200, 3200, 1199, "BYE"]


def said(text: str, *, final: bool = True, **times: int) -> dict[str, Any]:
    return {"text": text, "is_sentence_end": final, **times}


@contextlib.asynccontextmanager
async def answering(*messages: str | bytes) -> AsyncIterator[Live]:
    """A session with a service that says this as soon as the sound has ended."""

    async def serve(socket: ServerConnection) -> None:
        await socket.send('{"status":"ok"}')
        async for message in socket:
            if message == "BYE":
                break
        for message in messages:
            await socket.send(message)

    async with serving(serve, "127.0.0.1", 0) as server:
        root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        origin = access.origin(base_url=root, reveal=lambda: "k", scrub=str)
        yield Live(Sockets(origin, Network()), limits=LIMITS)


def notices(events: list[Any]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


ONE, TWO = json.dumps(said("one", begin_time=0, end_time=9)), json.dumps(said("two"))


@pytest.mark.parametrize(
    "messages",
    [
        (ONE, TWO),
        (ONE.encode(), TWO.encode()),
        (ONE + TWO,),
        (f"{ONE}\n{TWO}\n",),
        (f"[{ONE}, {TWO}]",),
        (f"data:{ONE}\n\ndata: {TWO}\n\n",),
        ("\ufeff" + ONE, b"\xef\xbb\xbf" + TWO.encode()),
        (ONE.encode("utf-16"), TWO.encode("utf-16")),
        (ONE[:9], ONE[9:] + TWO[:20], TWO[20:]),
        (ONE, "ping", "", "[DONE]", TWO),
    ],
    ids=[
        *("plain", "binary", "two in one", "lines", "an array", "a stream's lines", "a mark"),
        *("a mark and wide letters", "in pieces", "with nothing between"),
    ],
)
async def test_sentences_are_heard_however_their_messages_are_packed(
    messages: tuple[str | bytes, ...],
) -> None:
    async with answering(*messages) as session:
        events = await all_of(session, spoken(1))
    assert finals(events) == ["one", "two"]
    assert notices(events) == []
    assert events[-1].ending == "complete"


def test_bytes_that_are_cut_within_a_letter_are_joined() -> None:
    whole = json.dumps({"text": "好的，再见"}, ensure_ascii=False).encode()
    for first in range(1, len(whole)):
        for second in range(first, len(whole)):
            reader = MessageReader()
            pieces = [whole[:first], whole[first:second], whole[second:]]
            found = [one for piece in pieces if piece for one in reader.feed(piece)]
            assert found == [{"text": "好的，再见"}], (first, second)
            assert reader.unreadable == 0
    reader = MessageReader()
    assert reader.feed(whole[:11]) == []
    assert reader.feed(ONE) == [json.loads(ONE)]
    assert reader.unreadable == 1


@pytest.mark.parametrize(
    ("messages", "lost"),
    [
        ((ONE, b"\xff\xfe\xfd", "no json", TWO), 2),
        ((ONE, '{"text": "cut', TWO), 1),
        ((ONE, TWO, '{"text": "cut'), 1),
        ((ONE + "<html>" + TWO, TWO), 1),
    ],
    ids=["no text", "without its rest", "at the end", "a page in between"],
)
async def test_messages_that_cannot_be_read_are_counted_and_told(
    messages: tuple[str | bytes, ...], lost: int
) -> None:
    async with answering(*messages) as session:
        events = await all_of(session, spoken(1))
    assert finals(events) == ["one", "two"]
    assert notices(events) == [
        f"Messages of the recogniser that could not be read, and are left out: {lost}."
    ]


@pytest.mark.parametrize("words", ["half a", "half a sen", "半句话"])
async def test_a_sentence_within_which_the_session_ends_is_kept_and_marked(words: str) -> None:
    partial = json.dumps(said(words, final=False, begin_time=10))
    async with answering(ONE, partial) as session:
        events = await all_of(session, spoken(1))
        assert [each.text for each in session.sentences] == ["one", words]
        assert session.text == f"one\n{words}"
    assert not session.sentences[1].final
    assert events[-1].ending == "incomplete"
    assert "kept as far as it was heard" in notices(events)[0]


@pytest.mark.parametrize(
    ("messages", "heard"),
    [
        ([said("yes", begin_time=1, end_time=9)] * 2, ["yes"]),
        ([said("yes")] * 3, ["yes"]),
        ([said("yes", final=False), said("yes"), said("yes")], ["yes"]),
        ([said("yes"), said("yes", final=False), said("yes")], ["yes", "yes"]),
        (
            [said("yes", begin_time=1, end_time=5), said("yes", begin_time=5, end_time=9)],
            ["yes"] * 2,
        ),
    ],
    ids=["with times", "without times", "after a part", "said again", "at another time"],
)
async def test_a_final_sentence_that_comes_twice_is_heard_once(
    messages: list[dict[str, Any]], heard: list[str]
) -> None:
    async with answering(*map(json.dumps, messages)) as session:
        assert finals(await all_of(session, spoken(1))) == heard


async def test_a_client_reads_events_until_it_closes(live: Make) -> None:
    async def events() -> AsyncIterator[Any]:
        async for event in live(spoken(*TALK), pace=0):
            yield event

    assert finals([event async for event in events()]) == SAID


@pytest.mark.parametrize(
    ("sound", "said"), [(bytes(32_000), "Nobody speaks"), (b"", "No sound was sent")]
)
async def test_a_session_that_heard_nothing_says_so(live: Make, sound: bytes, said: str) -> None:
    *_, notice, end = await all_of(live(), sound)
    assert isinstance(notice, Notice)
    assert notice.text.startswith(said)
    assert isinstance(end, Finished)
    assert not any(isinstance(each, Notice) for each in await all_of(live(), spoken(*TALK)))


async def test_samples_are_not_sent_as_a_file(live: Make) -> None:
    async with live(format="mp3") as session:
        with pytest.raises(SettingsError, match="no mp3"):
            await session.send(spoken(1))
