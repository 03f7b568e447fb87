"""The kernel's side of a voice chat, in front of a sandbox and without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import KeyRejected, SettingsError, TimedOut
from sophnet_jupyter.kernel.loop import loop, run
from sophnet_jupyter.providers.sophnet.voicechat.session import VoiceChatLimits
from sophnet_jupyter.sandbox.engines import source
from sophnet_jupyter.widgets.hearing.uplink import Message
from sophnet_jupyter.widgets.microphone.microphone import Microphone
from sophnet_jupyter.widgets.voicechat import conversation, line
from sophnet_jupyter.widgets.voicechat.panel import VoiceChat
from sophnet_jupyter.widgets.voicechat.turn import Turn, heard_part

from ...scripted import SCRIPTED, Service, served, spoken, started
from ...waiting import wait
from ..fake_microphone import FakeMicrophone

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = pytest.mark.skipif(not has_engines, reason="the engines are not installed")

Make = Callable[..., VoiceChat]


# A sandbox without one of its engines, which is named first.
WITHOUT = """import runpy, sys
sys.modules[sys.argv.pop(1)] = None
runpy.run_module("sophnet_jupyter.sandbox", run_name="__main__", alter_sys=True)"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("--tokens-per-second", "0") as url:
        yield url


@pytest.fixture(scope="module")
def slow_url() -> Iterator[str]:
    """Where an answer takes long enough to be broken off."""
    with served("--tokens-per-second", "20", "--voice-speed", "1") as url:
        yield url


@pytest.fixture
def make(sent: list[dict[str, Any]]) -> Iterator[Make]:
    panels = []

    def make(url: str, source: Any = None, **options: Any) -> VoiceChat:
        client = Client("sandbox", url, "p", model="m")
        ids = {"asr_easyllm_id": "ears", "tts_easyllm_id": "mouth"}
        panels.append(VoiceChat(client, source, **{"silence": 0.2, **ids, **options}))
        return panels[-1]

    yield make
    for panel in panels:
        panel.close()


def command(panel: VoiceChat, kind: str, **facts: Any) -> None:
    panel._line.receive({"content": {"data": {"kind": kind, "view": "v", **facts}}, "buffers": []})


class Page(FakeMicrophone):
    """A browser's microphone, in few words."""

    def __init__(self, panel: VoiceChat, phase: str = "listening") -> None:
        super().__init__(panel)
        self.begin(1)
        wait(lambda: panel.phase == phase)

    def begin(self, take: int) -> None:
        facts = {"kind": "begin", "take": take, "sample_rate": 16_000, "view": "v", "sound": "mp3"}
        self.tell(facts)

    def speak(self, *numbers: int, **facts: Any) -> None:
        for number in numbers:
            self.frame(spoken(number), loud=number > 0)
        if facts:
            self.frame(b"", **facts)


def test_hands_free_a_silence_after_a_sentence_ends_the_turn(make: Make, url: str) -> None:
    talk = make(url, keep=True)
    page = Page(talk)
    for number in (1, 2):
        page.speak(number, number + 10, 0, 0, 0)
        wait(lambda: len(talk.turns) == number and talk.turns[-1].ending)  # noqa: B023
        command(talk, "playing", turn=number - 1, seconds=2.0, began=False, over=True)
        wait(lambda: talk.phase == "listening")
    first, second = talk.turns
    assert (first.question, second.question) == ("1 11", "2 12")
    assert first.ending == second.ending == "complete"
    assert first.first_text is not None
    assert first.first_sound is not None
    assert first.question_sound[:4] == b"RIFF"
    assert first.audio[:2] == b"\xff\xf3"
    assert list(talk.to_frame()["question"]) == ["1 11", "2 12"]
    html, plain = talk.still()
    assert "· sandbox" in html
    assert html.count("<audio") == 4
    assert "You: 2 12" in plain
    page.leave()
    wait(lambda: not talk.busy)
    assert talk.phase == "ready"


def test_push_to_talk_ends_a_turn_when_the_button_is_let_go_and_forgives_a_slip(
    make: Make, url: str, sent: list[dict[str, Any]]
) -> None:
    talk = make(url, mode="push-to-talk")
    page = Page(talk)
    page.speak(5, released=True)
    wait(lambda: any("Hold the button" in each.get("text", "") for each in sent))
    assert not talk.turns
    page.speak(6, 7, 8, 9, released=True)
    wait(lambda: talk.turns and talk.turns[0].ending)
    assert talk.turns[0].question == "6 7 8 9"


def test_an_interruption_cuts_the_answer_where_its_sound_was(make: Make, slow_url: str) -> None:
    talk = make(slow_url)
    page = Page(talk)
    page.speak(1, 0, 0, 0)
    wait(lambda: talk.turns and len(talk.turns[0].written) > 60)
    # The browser is silent already, and sends what it hears now.
    page.speak(3)
    command(talk, "interrupt", turn=0, played=2, length=4, whole=False, seconds=0.03)
    wait(lambda: talk.turns[0].ending)
    turn = talk.turns[0]
    assert turn.interrupted
    assert 25 <= len(turn.answer) < 45 < len(turn.written)
    assert turn.written.startswith(turn.answer)
    assert turn.barge_in == 0.03
    page.speak(0, 0, 0)
    wait(lambda: len(talk.turns) == 2 and talk.turns[1].question == "3")
    wait(lambda: talk.turns[1].written)
    talk.interrupt()
    wait(lambda: talk.turns[1].ending and talk.phase == "listening")
    assert talk.turns[1].interrupted
    assert talk.turns[0].answer == turn.answer, "nothing late was added to it"
    talk.clear()
    wait(lambda: not talk.turns)


@pytest.mark.parametrize("state", ["listening", "thinking", "speaking"])
def test_a_line_that_breaks_is_opened_again_and_the_conversation_goes_on(
    make: Make, sent: list[dict[str, Any]], state: str
) -> None:
    with served("--tokens-per-second", "0", "--fault", f"drop_{state}") as url:
        talk = make(url)
        page = Page(talk)
        page.speak(1, 2, 0, 0, 0)
        wait(lambda: any("opened again" in each.get("text", "") for each in sent))
        if state == "speaking":
            wait(lambda: talk.turns and talk.phase == "listening")
            assert talk.turns[0].ending == "incomplete"
            page.speak(1, 2, 0, 0, 0)
        wait(lambda: talk.turns and talk.turns[-1].ending == "complete")
        assert talk.turns[-1].question == "1 2", "asked again, and not twice"
        assert talk.error is None


STATES = {
    "connecting": (),
    "listening": (),
    "thinking": ("--fault", "slow_voice=600"),
    "speaking": ("--voice-speed", "1"),
    "interrupted": ("--voice-speed", "1"),
    "reconnecting": ("--fault", "deaf_complete"),
}


class Held:
    """A conversation that stays in one state, since the service does not go on."""

    def __init__(self, state: str, service: Service, make: Make) -> None:
        self.state, self.service = state, service
        # A service that says nothing for a second counts as gone, and is called again.
        limits = VoiceChatLimits(silence=1) if state == "reconnecting" else VoiceChatLimits()
        self.talk = talk = make(service.url, limits=limits)
        self.tasks = asyncio.all_tasks(loop())
        if state == "connecting":
            service.freeze()
        self.page = Page(talk, state if state == "connecting" else "listening")
        if state != "connecting":
            self._go_on()
        wait(lambda: talk.phase == state)

    def _go_on(self) -> None:
        self.page.speak(1, 2)
        wait(lambda: self.talk.state()[0]["partial"] == "1 2")
        if self.state == "listening":
            return
        self.page.speak(0, 0, 0)
        if self.state == "reconnecting":
            wait(lambda: any(turn.question for turn in self.talk.turns))
            self.service.freeze()
            return
        before = "thinking" if self.state == "thinking" else "speaking"
        wait(lambda: self.talk.phase == before and any(one.written for one in self.talk.turns))
        if self.state == "interrupted":
            self.service.freeze()
            self.talk.interrupt()

    def turns(self) -> list[tuple[str, str | None]]:
        return [(turn.question, turn.ending) for turn in self.talk.turns]


def asked(sent: list[dict[str, Any]]) -> list[str]:
    """The questions that views were told of."""
    return [each["question"] for each in sent if each["kind"] == "turn"]


@pytest.fixture
def hold(make: Make) -> Iterator[Callable[[str], Held]]:
    """A conversation in this state."""
    with contextlib.ExitStack() as services:

        def hold(state: str) -> Held:
            pace = ("--tokens-per-second", "20")
            service = services.enter_context(started(*SCRIPTED, *pace, *STATES[state]))
            return Held(state, service, make)

        yield hold


@pytest.mark.parametrize("state", STATES)
def test_a_page_that_is_loaded_anew_hangs_up_in_any_state_and_can_begin_again(
    hold: Callable[[str], Held], sent: list[dict[str, Any]], state: str
) -> None:
    held = hold(state)
    talk, session = held.talk, held.talk._session
    held.page.leave()
    wait(lambda: not talk.busy)
    assert (talk.phase, talk.error) == ("ready", None)
    assert "error" not in [each["kind"] for each in sent]
    assert session is None or session.state == "closed"
    wait(lambda: asyncio.all_tasks(loop()) <= held.tasks)
    ending = {"listening": "failed", "reconnecting": "failed", "interrupted": "stopped"}
    kept = [] if state == "connecting" else [("1 2", ending.get(state, "incomplete"))]
    assert held.turns() == kept
    untold = [turn.error for turn in talk.turns if turn.ending == "failed"]
    assert all(error == "the conversation ended before an answer came" for error in untold)
    held.service.thaw()
    command(talk, "hello")
    wait(lambda: sent[-1]["kind"] == "state")
    assert [turn["question"] for turn in sent[-1]["turns"]] == [said for said, _ in kept]
    assert sent[-1]["partial"] == ""
    Page(talk).speak(3, 0, 0, 0)
    wait(lambda: "3" in asked(sent))


@pytest.mark.parametrize("state", STATES)
def test_a_page_that_went_without_a_word_is_hung_up_once_another_has_come(
    hold: Callable[[str], Held], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    held = hold(state)
    monkeypatch.setattr(conversation, "ANSWER", 0.5)
    loop().call_soon_threadsafe(held.talk.call_roll)
    wait(lambda: not held.talk.busy)
    assert (held.talk.phase, held.talk.error) == ("ready", None)
    wait(lambda: asyncio.all_tasks(loop()) <= held.tasks)


def test_a_page_that_is_heard_goes_on_when_another_comes(
    hold: Callable[[str], Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold("listening")
    monkeypatch.setattr(conversation, "ANSWER", 1.5)
    loop().call_soon_threadsafe(held.talk.call_roll)
    looked = asyncio.run_coroutine_threadsafe(asyncio.sleep(2.5), loop())
    while not looked.done():
        held.page.speak(0)
        time.sleep(0.02)
    assert held.talk.busy


@pytest.mark.parametrize("state", STATES)
def test_an_interruption_is_understood_in_any_state_and_the_conversation_goes_on(
    hold: Callable[[str], Held], sent: list[dict[str, Any]], state: str
) -> None:
    held = hold(state)
    talk, session = held.talk, held.talk._session
    before = held.turns()
    talk.interrupt()
    if state in ("thinking", "speaking"):
        wait(lambda: talk.phase == "listening")
        assert [each["turn"] for each in sent if each["kind"] == "hush"] == [0]
        assert held.turns() == [("1 2", "stopped")]
    else:
        run(asyncio.sleep(0))
        assert (talk.phase, held.turns()) == (state, before)
    assert "error" not in [each["kind"] for each in sent]
    sent.clear()
    held.service.thaw()
    if state == "reconnecting":
        # What was said before is said again.
        wait(lambda: "1 2" in asked(sent))
    else:
        wait(lambda: talk.phase == "listening")
        held.page.speak(3, 0, 0, 0)
        wait(lambda: any(question.endswith("3") for question in asked(sent)))
        assert session is None or session is talk._session, "the line is the same"
    assert "error" not in [each["kind"] for each in sent]


def test_a_page_whose_conversation_is_stopped_before_it_begins_lets_its_microphone_go(
    make: Make, url: str, sent: list[dict[str, Any]]
) -> None:
    talk = make(url)
    begin = Message("begin", {"take": 1, "sample_rate": 16_000})

    async def begin_and_stop() -> None:
        # What panels of other tests have said while they closed is none of this one's.
        sent.clear()
        talk._hear_sound(begin, 0.0)
        talk._stop()

    run(begin_and_stop())
    wait(lambda: not talk.busy and any(each["kind"] == "halt" for each in sent))
    Page(talk)


def test_a_second_page_that_begins_is_told_to_let_its_microphone_go(
    make: Make, url: str, sent: list[dict[str, Any]]
) -> None:
    talk = make(url)
    page = Page(talk)
    page.begin(2)
    wait(lambda: any("still busy" in each.get("text", "") for each in sent))
    assert [each["take"] for each in sent if "take" in each] == [2]
    page.speak(1, 0, 0, 0)
    wait(lambda: talk.turns and talk.turns[0].question == "1")


def test_a_voice_that_is_slow_is_waited_for_while_its_words_are_read(make: Make) -> None:
    with served("--tokens-per-second", "0", "--fault", "slow_voice=3") as url:
        talk = make(url)
        phases: list[str] = []
        talk.observe(lambda change: phases.append(change.new), "phase")
        page = Page(talk)
        page.speak(1, 0, 0, 0)
        wait(lambda: talk.turns and talk.turns[0].written)
        assert talk.phase == "thinking"
        wait(lambda: talk.turns[0].ending)
        turn = talk.turns[0]
        assert turn.ending == "complete"
        assert turn.first_text is not None
        assert turn.first_sound is not None
        assert turn.first_sound - turn.first_text > 1
        assert phases[:4] == ["connecting", "listening", "thinking", "speaking"]


def test_a_service_that_falls_silent_is_asked_again_and_then_given_up(
    make: Make, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LONGEST_WAIT", 0.01)
    with served("--fault", "deaf_complete") as url:
        talk = make(url, limits=VoiceChatLimits(silence=1))
        Page(talk).speak(1, 2, 0, 0, 0)
        wait(lambda: talk.phase == "failed" and not talk.busy)
    assert isinstance(talk.error, TimedOut)
    again = [each["text"] for each in sent if "opened again" in each.get("text", "")]
    assert len(again) == line.ATTEMPTS - 1
    assert "silent too long" in again[0]
    assert [(turn.question, turn.ending) for turn in talk.turns] == [("1 2", "incomplete")]


@pytest.mark.parametrize(
    ("faults", "options", "words"),
    [
        ("", {"model": "no-such-model"}, "not found or not enabled"),
        ("", {"messages": [{"role": "nobody", "content": "?"}]}, "role must be"),
        ("", {"chat": {"temperature": 9}}, "temperature"),
        ("line_refused", {}, "the API key is not valid"),
        ("early_close", {}, "closed the line before it began"),
        ("early_close=1011", {}, "closed by it (code 1011)"),
        ("early_close=4000", {}, "(code 4000)"),
        ("drop_connecting=9", {}, "The line to SophNet broke"),
        ("line_silent", {"limits": VoiceChatLimits(created=0.2)}, "silent too long"),
    ],
)
def test_a_chat_that_is_refused_says_why_in_one_alert(
    make: Make,
    url: str,
    sent: list[dict[str, Any]],
    faults: str,
    options: dict[str, Any],
    words: str,
) -> None:
    with served("--fault", faults) if faults else contextlib.nullcontext(url) as where:
        talk = make(where, spoken(1, 2, 3, 4), **options)
        talk.start()
        wait(lambda: talk.phase == "failed" and not talk.busy)
    alerts = [each["text"] for each in sent if each["kind"] == "error"]
    assert len(alerts) == 1
    assert words in alerts[0]
    assert str(talk.error) == alerts[0]
    assert len(alerts[0]) < 400


@pytest.mark.parametrize("engine", ["pocketsphinx", "espeakng_loader", "av"])
def test_a_sandbox_without_an_engine_says_in_one_alert_what_to_install(
    make: Make, sent: list[dict[str, Any]], engine: str
) -> None:
    scripted = SCRIPTED[2:] if engine != "pocketsphinx" else ()
    with started("-c", WITHOUT, engine, *scripted) as service:
        talk = make(service.url)
        Page(talk, "failed")
        wait(lambda: not talk.busy)
    [alert] = [each["text"] for each in sent if each["kind"] == "error"]
    assert engine.split("_")[0] in alert.lower()
    assert source(engine, sys.version_info[:2]) in alert
    assert not talk.turns


def test_a_turn_of_which_nothing_was_understood_says_so_and_the_next_one_is_answered(
    make: Make, url: str, sent: list[dict[str, Any]]
) -> None:
    talk = make(url, mode="push-to-talk")
    page = Page(talk)
    page.speak(0, 0, 0, 0, released=True)
    wait(lambda: talk.turns and talk.turns[0].ending and talk.phase == "listening")
    assert talk.turns[0].ending == "failed"
    assert talk.turns[0].error == "nothing was recognised in the sound"
    notices = [each["text"] for each in sent if each["kind"] == "notice"]
    assert "The service says: nothing was recognised in the sound" in notices
    page.speak(1, 2, 3, 4, released=True)
    wait(lambda: len(talk.turns) == 2 and talk.turns[1].ending == "complete")


def test_a_setup_that_is_frozen_makes_a_new_line_and_says_so(
    make: Make, url: str, sent: list[dict[str, Any]]
) -> None:
    talk = make(url)
    page = Page(talk)
    page.speak(1, 0, 0, 0)
    wait(lambda: talk.turns and talk.turns[0].ending)
    command(talk, "setup", setup={"silence": 0.4, "half_duplex": True})
    wait(lambda: talk.half_duplex)
    assert talk.silence == 0.4
    assert not [each for each in sent if "new line" in each.get("text", "")]
    session = talk._session
    talk.observe(lambda change: sent.append({"kind": "phase", "text": change["new"]}), "phase")
    command(talk, "setup", setup={"system": "Speak like a pirate.", "mode": "push-to-talk"})
    wait(lambda: talk._session is not session and talk.phase == "listening")
    [told] = [at for at, each in enumerate(sent) if "new line" in each.get("text", "")]
    # Who reads that it connects again finds it no more listening on the old line.
    assert {"kind": "phase", "text": "reconnecting"} in sent[:told]
    setup = talk._session.setup
    assert (setup.system, setup.asr_mode) == ("Speak like a pirate.", "refresh")
    assert setup.messages[0] == {"role": "user", "content": "1"}
    page.speak(2, 2, 2, 2, released=True)
    wait(lambda: len(talk.turns) == 2 and talk.turns[1].ending == "complete")


def test_what_the_service_refuses_is_told_and_not_the_end(
    make: Make, sent: list[dict[str, Any]]
) -> None:
    with served("--tokens-per-second", "0", "--fault", "error_mid_stream=3") as url:
        talk = make(url)
        page = Page(talk)
        for count in (1, 2):
            page.speak(1, 0, 0, 0)
            wait(lambda: len(talk.turns) == count and talk.turns[-1].ending)  # noqa: B023
            wait(lambda: talk.phase == "listening")
        assert {turn.ending for turn in talk.turns} == {"failed"}
        assert talk.turns[0].error == "the model stopped working"


def test_a_wrong_key_ends_it_with_a_sentence_and_without_the_key(
    url: str, sent: list[dict[str, Any]]
) -> None:
    client = Client("sk-canary-4711-canary", url, "p", model="m")
    talk = VoiceChat(client, spoken(1, 2), asr_easyllm_id="ears", tts_easyllm_id="mouth")
    talk.start()
    wait(lambda: talk.phase == "failed" and not talk.busy)
    assert isinstance(talk.error, KeyRejected)
    assert any("the API key is not valid" in each.get("text", "") for each in sent)
    assert "canary" not in str(sent) + str(talk.get_state()) + repr(talk.still())
    talk.close()


def test_sources_are_turns_in_place_of_a_microphone(make: Make, url: str, tmp_path: Path) -> None:
    talk = make(url, [spoken(1, 2, 3, 4), spoken(5, 6, 7, 8)], pace=0)
    talk.start()
    wait(lambda: len(talk.turns) == 2 and not talk.busy)
    assert [turn.question for turn in talk.turns] == ["1 2 3 4", "5 6 7 8"]
    assert talk.phase == "ready"
    missing = make(url, tmp_path / "missing.wav")
    missing.start()
    wait(lambda: missing.phase == "failed" and not missing.busy)
    assert isinstance(missing.error, SettingsError)


def test_where_a_text_is_cut_no_word_is_torn() -> None:
    assert heard_part("one two three", 5) == "one two"
    assert heard_part("one two three", 99) == "one two three"
    assert heard_part("one two three", 0) == ""
    assert heard_part("今天的天气很好", 3) == "今天的"
    turn = Turn(written="x" * 100)
    turn.cut(2.0, 4.0, whole=True, pace=15)
    assert (turn.played, len(turn.answer) in (50, 100)) == (2.0, True)


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="hands-free or push-to-talk"):
        VoiceChat(Client("sandbox", "http://127.0.0.1:1/x"), mode="loud")


@pytest.mark.parametrize("panel", [Microphone, VoiceChat])
def test_a_panel_refuses_a_format_that_no_microphone_sends(panel) -> None:
    with pytest.raises(SettingsError, match="its format is pcm: leave format out"):
        panel(Client("sandbox", "http://127.0.0.1:1/x"), format="mp3")
