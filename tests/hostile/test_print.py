"""What is for eyes commands no terminal; what is for programs is the text as it came."""

from __future__ import annotations

import io
import re

import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.lib.pretty import pretty

from sophnet_jupyter import Response
from sophnet_jupyter.events import (
    AlternativeDelta,
    Event,
    Finished,
    Logprobs,
    Notice,
    ReasoningDelta,
    Reference,
    References,
    RoundBegan,
    Started,
    TextDelta,
    TextReplaced,
    TokenLogprob,
    ToolCallDelta,
    ToolResult,
    Transcript,
)
from sophnet_jupyter.magics.line.interpolate import interpolate
from sophnet_jupyter.prompt.images.attach import Attachment
from sophnet_jupyter.providers.dify.annotations import Annotation
from sophnet_jupyter.providers.dify.files import Fetched
from sophnet_jupyter.providers.sophnet.chat.question import Body
from sophnet_jupyter.providers.sophnet.images.task import ImageTask
from sophnet_jupyter.providers.sophnet.models import Models
from sophnet_jupyter.providers.sophnet.speech.result import SpeechTask
from sophnet_jupyter.providers.sophnet.videos.task import VideoTask
from sophnet_jupyter.providers.tasks.journal import Task
from sophnet_jupyter.response import Arrival
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.knowledge import KnowledgeContent, KnowledgeFile, Qa
from sophnet_jupyter.values.page import Block, Page
from sophnet_jupyter.values.transcript import Recording, Sentence
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.live.terminal import TerminalAnswer
from sophnet_jupyter.widgets.voicechat.turn import Turn

from .corpus import ATTACKS, FORBIDDEN, armed

NAMES = list(ATTACKS)
FORBIDDEN_ONE = re.compile(f"[{FORBIDDEN}]")
# Grey for thoughts and figures, and back: all that we write ourselves.
OURS = re.compile(r"\x1b\[[02]m")


class Screen(io.StringIO):
    """A terminal, as far as it is asked whether it is one."""

    def isatty(self) -> bool:
        return True


def response(text: str) -> Response:
    return Response(
        text=text,
        thinking=text,
        model=text,
        alternatives=(text,),
        logprobs=(TokenLogprob(text, -1.0, ((text + "?", -2.0),)),),
        tool_calls=(ToolCall(id=text, name=text, arguments=text),),
        tool_results=(ToolResult(index=0, id=text, name=text, text=text),),
        references=(Reference(index=1, title=text, content=text, url=text),),
        notices=(text,),
        ending="complete",
    )


def events(text: str) -> list[Event]:
    """An answer that says the same in each of its parts, letter by letter."""
    return [
        Started(service="SophNet", model=text, request_id=text),
        *(ReasoningDelta(text=char) for char in text),
        *(TextDelta(text=char) for char in text),
        ToolCallDelta(index=0, id=text, name=text),
        *(ToolCallDelta(index=0, arguments=char) for char in text),
        ToolResult(index=0, id=text, name=text, text=text),
        RoundBegan(number=2),
        TextReplaced(text=text, reason=text, notice=text),
        AlternativeDelta(choice=1, text=text),
        Logprobs(items=(TokenLogprob(text, -1.0, ((text + "?", -2.0),)),)),
        References(items=(Reference(index=1, title=text, content=text, url=text),)),
        Notice(text=text),
        Finished(reason=text),
    ]


def values(text: str) -> list[object]:
    """All values of ours that hold words of others, as somebody looks at them."""
    call = ToolCall(id=text, name=text, arguments=text)
    return [
        response(text),
        Response(images=(Image(prompt=text, url=text),), model=text),
        Response(videos=(Video(prompt=text, url=text),), model=text),
        call,
        *events(text)[-8:],
        Image(prompt=text, url=text, asked={"model": text}),
        Video(prompt=text, url=text, said={"fps": text}),
        Page(name=text, text=text, blocks=(Block(label=text, text=text),)),
        Block(label=text, text=text),
        Recording(name=text, sentences=(Sentence(text=text, speaker=text),)),
        Sentence(text=text, speaker=text, raw=text),
        Transcript(text=text, final=True, begin=0),
        KnowledgeFile(id=text, title=text, state=text),
        KnowledgeContent(id=text, content=text),
        Qa(id=text, question=text, answer=text),
        Annotation(id=text, question=text, answer=text),
        Attachment(part={}, label=text),
        Fetched(data=b"", mime=text, name=text),
        Task(id=text, service=text, kind=text, state=text, asked=text),
        ImageTask(id=text, state=text, message=text),
        VideoTask(id=text, state=text, message=text),
        SpeechTask(id=text, state=text, message=text),
        Models.of({text: {}}),
        Body(model="x", messages=[{"content": text.encode("utf-8", "replace").decode()}]),
        Turn(question=text, answer=text, error=text),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_no_repr_commands(name: str) -> None:
    for value in values(armed(name)):
        said = FORBIDDEN_ONE.search(repr(value) + pretty(value))
        assert not said, (type(value), said)


@pytest.mark.parametrize("name", NAMES)
def test_no_form_of_a_response_that_is_shown_commands(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = response(armed(name))
    shown, _ = DisplayFormatter().format(answer)
    assert shown.keys() == {"text/html", "text/plain"}
    answer.show()
    for said in (*shown.values(), capsys.readouterr().out):
        assert not FORBIDDEN_ONE.search(said)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_commands_no_terminal_while_it_is_printed(name: str) -> None:
    screen, arrived = Screen(), Arrival()
    view = TerminalAnswer(Context(conversation=armed(name), inserted=[armed(name)]), screen)
    view.start(armed(name))
    for event in events(armed(name)):
        arrived.add(event)
        view.on_event(arrived.response, event)
    view.finish(arrived.response)
    assert not FORBIDDEN_ONE.search(OURS.sub("", screen.getvalue()))


@pytest.mark.parametrize("name", NAMES)
def test_the_text_itself_is_what_came(name: str) -> None:
    """A prompt, a file or a program is given every character; whoever prints it is a program."""
    answer = Response(text=armed(name))
    assert str(answer) == f"{answer}" == armed(name)
    prompt, _ = interpolate("{answer}", {"answer": answer}, {})
    assert prompt.startswith(armed(name)[:1_000])
