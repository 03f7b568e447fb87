"""The parts of a voice chat, each by itself: speech, answers, turns, and the line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sophnet_jupyter.errors import LineClosed, NotFound, Unreachable
from sophnet_jupyter.events import Transcript
from sophnet_jupyter.kernel.loop import loop, run
from sophnet_jupyter.widgets.hearing.take import Take
from sophnet_jupyter.widgets.voicechat.answer import Answers
from sophnet_jupyter.widgets.voicechat.line import ATTEMPTS, VoiceLine
from sophnet_jupyter.widgets.voicechat.sending import VoiceUplink
from sophnet_jupyter.widgets.voicechat.spoken_turn import MEMORY, SpokenTurn
from sophnet_jupyter.widgets.voicechat.turn import Turn
from sophnet_jupyter.widgets.voicechat.turns import Turns

from ..waiting import WITHIN

Message = dict[str, Any]


def on_loop(work: Callable[[], Any]) -> Any:
    """Do it on the thread that these parts are for."""

    async def now() -> Any:
        return work()

    return run(now())


# What is said.


def words(text: str, *, final: bool) -> Transcript:
    return Transcript(text=text, final=final, begin=0, end=None)


def test_only_a_silence_behind_a_whole_sentence_ends_a_turn() -> None:
    ended = threading.Event()
    speech = SpokenTurn(lambda: 0.05, ended.set)

    def say(*texts: str) -> None:
        """A sentence whose words are final where it has a full stop."""
        for text in texts:
            speech.hear(words(text, final=text.endswith(".")), may_end=True)

    on_loop(lambda: say("hel"))
    assert not ended.wait(0.2)
    on_loop(lambda: say("hello.", "and"))
    assert not ended.wait(0.2), "another sentence has begun"
    on_loop(lambda: say("and goodbye."))
    assert ended.wait(WITHIN)
    assert speech.partial == ""


def test_where_a_button_ends_a_turn_no_silence_does() -> None:
    ended = threading.Event()
    speech = SpokenTurn(lambda: 0.01, ended.set)
    on_loop(lambda: speech.hear(words("hello", final=True), may_end=False))
    assert not ended.wait(0.2)
    speech.release(3)
    for _ in range(2):
        speech.pass_frame()
        assert not speech.ends_here(0)
    assert speech.ends_here(1), "one frame was dropped on the way"
    assert not speech.ends_here(1), "and once is enough"


class Busy:
    """A session whose answer does not come to its end."""

    state = "answering"

    def __init__(self) -> None:
        self.waited = 0

    async def rested(self) -> None:
        self.waited += 1


def test_a_page_that_says_no_more_than_that_it_is_there_waits_for_no_answer() -> None:
    speech = SpokenTurn(lambda: 1, lambda: None)

    async def pumped() -> int:
        take, busy = Take(), Busy()
        for seq in range(3):
            take.add(seq, 0.0, 0.0, b"")
        take.end()
        await VoiceUplink(speech, asyncio.Event().wait, asyncio.Event()).pump(busy, take)
        return busy.waited

    assert run(pumped()) == 0
    assert speech.sound == b""


def test_of_a_long_turn_the_last_minute_is_kept_and_a_short_one_is_a_slip() -> None:
    speech = SpokenTurn(lambda: 1, lambda: None)
    speech.add(bytes(3200))
    assert speech.is_slip
    for second in range(MEMORY + 5):
        speech.add(bytes([second]) * 32_000)
    assert len(speech.sound) == MEMORY * 32_000
    assert (speech.sound[0], speech.is_slip) == (5, False)


# What is answered, and heard.


class Heard:
    """One panel's answers, and the messages to its views."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fell_quiet = 0
        self.turns = Turns(self._tell)
        self.answers = Answers(self.turns, self._tell, self._quiet)
        self.answers.player = "the one that plays"

    def ask(self, question: str) -> Turn:
        turn = Turn(question=question)
        self.turns.add(turn)
        self.answers.expect(turn, 0.0, keep=False)
        return turn

    def kinds(self) -> list[str]:
        return [message["kind"] for message in self.messages]

    def _tell(self, kind: str, buffers: Any = (), **facts: Any) -> None:
        self.messages.append({"kind": kind, "data": b"".join(buffers), **facts})

    def _quiet(self) -> None:
        self.fell_quiet += 1


def test_an_answer_is_over_when_it_was_heard_and_not_when_it_has_come() -> None:
    heard = Heard()

    def scene() -> None:
        turn, answers = heard.ask("one"), heard.answers
        answers.add_text("All of it.")
        assert answers.add_sound(b"sound")
        assert not answers.add_sound(b"more")
        answers.finish("complete")
        assert (answers.comes, answers.heard, turn.ending) == (None, turn, "complete")
        assert not answers.quiet.is_set()
        answers.hear_of(turn, {"seconds": 2.0, "over": True})
        assert answers.quiet.is_set()
        assert (heard.fell_quiet, turn.played) == (1, 2.0)

    on_loop(scene)
    sound = [message for message in heard.messages if message["kind"] == "sound"]
    assert {message["to"] for message in sound} == {"the one that plays"}
    assert b"".join(message["data"] for message in sound) == b"soundmore"


def test_after_a_cut_nothing_is_added_and_the_next_answer_is_as_long_as_the_voice_says() -> None:
    heard = Heard()

    def scene() -> None:
        answers = heard.answers
        first = heard.ask("one")
        answers.add_text("a" * 40)
        answers.add_sound(b"sound")
        answers.finish("complete")
        # Ten characters a second.
        answers.hear_of(first, {"seconds": 4.0, "over": True})
        second = heard.ask("two")
        answers.add_text("b" * 10 + " " + "c" * 80)
        facts = {"played": 1.0, "length": 3.0, "whole": False, "seconds": 0.02}
        assert answers.cut(second, facts) == "comes"
        answers.add_text("late")
        assert not answers.add_sound(b"late")
        answers.finish("stopped")
        assert (second.answer, second.ending, second.barge_in) == ("b" * 10, "stopped", 0.02)
        assert "late" not in second.written
        assert answers.cut(second, {}) == "", "it is over, and nobody hears it"

    on_loop(scene)
    assert heard.kinds().count("sound") == 1


def test_views_know_turns_by_numbers_that_are_there() -> None:
    heard = Heard()
    gone = Turn()
    heard.turns.tell(gone, "over")
    assert heard.messages == []
    assert heard.turns.at(0) is None
    for ending in ("complete", "stopped", "incomplete", None):
        turn = Turn(question=f"{ending}?", ending=ending, answer="yes" if ending else "")
        heard.turns.add(turn)
    assert heard.turns.at(-1) is heard.turns.at(4) is None
    asked = [each["content"] for each in heard.turns.messages() if each["role"] == "user"]
    assert asked == ["complete?", "stopped?"], "a new line is told what was answered"


# The line.


class Call:
    """A session of which only the beginning and the end matter."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble, self.open = trouble, False

    async def __aenter__(self) -> Call:
        if self.trouble:
            raise self.trouble
        self.open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open = False


def broken() -> LineClosed:
    return LineClosed(service="SophNet", code=1006)


class Line:
    """Holds a line over these calls, and notes what it was told."""

    def __init__(self, *calls: Call) -> None:
        self.calls, self.waited = list(calls), 0
        self.opened = self.answered = 0
        self.broke: list[Exception | None] = []
        self.line = VoiceLine(
            lambda: self.calls[min(self.opened + len(self.broke), len(self.calls) - 1)],
            opened=self._open,
            broke=self.broke.append,
            came_so_far=lambda: self.answered,
            sleep=self._sleep,
        )

    def _open(self) -> None:
        self.opened += 1

    async def _sleep(self, _: float) -> None:
        self.waited += 1

    async def reads(self, _: object) -> None:
        await asyncio.Event().wait()

    async def breaks(self, _: object) -> None:
        raise broken()


def test_a_line_that_never_opened_is_not_tried_again() -> None:
    line = Line(Call(Unreachable(service="SophNet", host="h", reason="nobody is there")))
    with pytest.raises(Unreachable):
        run(line.line.hold(line.reads, line.breaks))
    assert (line.opened, line.broke, line.waited) == (0, [], 0)


def test_a_line_that_breaks_again_and_again_is_given_up_with_its_error() -> None:
    line = Line(Call())
    with pytest.raises(LineClosed):
        run(line.line.hold(line.reads, line.breaks))
    assert (line.opened, len(line.broke)) == (ATTEMPTS, ATTEMPTS - 1)
    assert line.waited == ATTEMPTS - 1
    assert line.line.session is None
    assert not line.calls[0].open


def test_a_line_that_brought_something_was_no_failure() -> None:
    line = Line(Call())

    async def answers(_: object) -> None:
        if line.opened == 2 * ATTEMPTS:
            return
        line.answered += 1
        raise broken()

    run(line.line.hold(line.reads, answers))
    assert line.opened == 2 * ATTEMPTS


def test_what_is_no_matter_of_the_line_ends_it_at_once() -> None:
    line = Line(Call())

    async def refused(_: object) -> None:
        raise NotFound(service="SophNet", status=404, message="no such model")

    with pytest.raises(NotFound):
        run(line.line.hold(line.reads, refused))
    assert (line.opened, line.calls[0].open) == (1, False)


def test_a_line_is_hung_up_while_it_is_opened_used_or_waited_for() -> None:
    never = asyncio.Event()

    class Slow(Call):
        async def __aenter__(self) -> Call:
            await never.wait()
            return self

    async def sleeps(_: float) -> None:
        await never.wait()

    async def hung_up(line: Line, speaks: Callable[[object], Any]) -> None:
        holding = asyncio.create_task(line.line.hold(line.reads, speaks))
        # As many turns of the loop as it needs to stand still, however long they take.
        for _ in range(100):
            await asyncio.sleep(0)
        assert not holding.done()
        line.line.hang_up()
        await asyncio.wait_for(holding, WITHIN)
        assert line.line.session is None
        assert not any(call.open for call in line.calls)

    opening, used, waiting = Line(Slow()), Line(Call()), Line(Call())
    waiting.line._sleep = sleeps
    run(hung_up(opening, opening.reads))
    run(hung_up(used, used.reads))
    run(hung_up(waiting, waiting.breaks))
    assert (opening.opened, used.opened, len(waiting.broke)) == (0, 1, 1)


def test_a_renewed_line_is_another_one_and_no_error() -> None:
    line = Line(Call())

    async def speaks(_: object) -> None:
        if line.opened == 1:
            loop().call_soon(line.line.renew)
            await asyncio.Event().wait()

    run(line.line.hold(line.reads, speaks))
    assert (line.opened, line.broke, line.waited) == (2, [None], 0)
