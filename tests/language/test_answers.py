"""What stands around an answer, and what an error says, is whole in Chinese."""

from __future__ import annotations

import inspect
import re

import pytest

from sophnet_jupyter import errors
from sophnet_jupyter.events import Progress, Replayed, ToolResult, Usage
from sophnet_jupyter.providers.sophnet.access import parse_error
from sophnet_jupyter.response import Response
from sophnet_jupyter.response.response import Timing
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.views.answer.answer import round_words, thought, waiting
from sophnet_jupyter.views.answer.context import Context
from sophnet_jupyter.views.answer.figures import figures
from sophnet_jupyter.views.answer.report import steps
from sophnet_jupyter.views.answer.tool_cards import card, plain_card
from sophnet_jupyter.views.live.progress import Steps
from sophnet_jupyter.views.live.waiting import STOP, words
from sophnet_jupyter.views.media import images, videos
from sophnet_jupyter.wire.call import Reply

WORD = re.compile(r"(?<![\w.%/])[a-z]{2,}(?![\w.=(/-])")


def english(said: str, *known: str) -> list[str]:
    """Words that are neither Chinese nor code."""
    text = re.sub(r"<[^>]*>|`[^`]*`|%sophnet \w+|client\.tasks\.\S+|await\b", " ", said)
    return [word for word in WORD.findall(text) if word not in known]


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
@pytest.mark.parametrize("ending", ["complete", "stopped", "incomplete", "failed"])
@pytest.mark.parametrize(
    "replayed",
    [
        None,
        Replayed(source="cache", at=1.0, seconds=2.0),
        Replayed(source="cassette", at=1.0),
        Replayed(source="recorded", at=1.0),
    ],
)
def test_a_footer_is_chinese_however_an_answer_ended(replayed, ending, reason) -> None:
    usage = Usage(prompt_tokens=66, completion_tokens=7, total_tokens=73, characters=5)
    response = Response(
        text="a",
        model="M",
        ending=ending,
        finish_reason=reason,
        usage=usage,
        timing=Timing(first_token=0.3, total=2.0),
        replayed=replayed,
        sandbox=True,
        engine="E",
    )
    context = Context(conversation="C", inserted=("T",), left=("L",))
    said = figures(response, context)
    assert english(said) == [], said
    assert response.ending == ending
    # A program reads the same words in each language.
    frame = response.to_frame().ending[0]
    assert frame.isascii()


def test_what_stands_around_an_answer_is_chinese() -> None:
    call = ToolCall(id="1", name="F", arguments="{}")
    returned = ToolResult(index=0, id="1", name="F", text="1\n" * 400, error=False, seconds=0.1)
    told = [
        round_words(2),
        thought("a b c"),
        waiting("M", words(11, STOP)),
        steps("A\n\nB"),
        *(plain_card(call, state, None) for state in ("wanted", "running", "stopped")),
        *(card(call, state, None) for state in ("writing", "wanted", "running", "stopped")),
        card(call, "done", returned),
        images.lines(()),
        videos.players(()),
    ]
    for said in told:
        assert english(said, "a", "b", "c") == [], said


@pytest.mark.parametrize("state", ["submitting", "queued", "uploaded", "opening", "succeeded"])
def test_how_far_long_work_is_is_told_in_chinese(state: str) -> None:
    made = Steps([""], lambda: 0.0)
    assert english(made.text()) == []
    made.note(Progress(index=0, state=state, task_id="T"))
    assert english(made.text()) == [], made.text()


FACTS = {
    "call": "C",
    "word": "W",
    "service": "S",
    "host": "H",
    "reason": "因",
    "limit": "L",
    "seconds": 3.0,
    "code": 1006,
    "what": "某事",
    "where": "某处",
    "why": "因",
    "failures": ["因"],
    "status": 400,
    "message": "因",
    "closed": 4001,
    "title": "T",
    "state": "ERROR",
    "task_id": "T",
    "problem": "slow",
    "name": "N",
    "quote": "Q",
}
KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind)
    and issubclass(kind, errors.SophNetError)
    and "__str__" in dir(kind)
    and kind.__str__ is not Exception.__str__
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_a_chinese_sentence(kind) -> None:
    wanted = inspect.signature(kind.__init__).parameters
    facts = {name: value for name, value in FACTS.items() if name in wanted}
    failures = (facts.pop("failures"),) if "failures" in facts else ()
    said = str(kind(*failures, **facts))
    assert re.search("[\u4e00-\u9fff]", said)
    assert english(said, "enabled", "slow", "id") == [], said


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 429, 500, 503])
def test_a_refusal_names_what_was_set_in_a_chinese_sentence(status: int) -> None:
    reply = Reply(status=status, headers={}, body=b"", setting="MY_URL", key_setting="MY_KEY")
    said = str(parse_error(reply, {"message": "因"}))
    assert english(said, "id") == [], said
    assert "SOPHNET_" not in said


def test_a_refused_file_is_told_in_chinese(tmp_path) -> None:
    for error, doing in (
        (FileNotFoundError(), "read"),
        (IsADirectoryError(), "read"),
        (PermissionError(13, "x"), "read"),
        (OSError(28, "x"), "written"),
        (ValueError(), "written"),
    ):
        said = str(errors.file_refused("F", error, doing))
        assert english(said) == [], said
