"""Whatever a model, a service, a file or a recogniser says, each panel shows it as words.

A view sets the words that it is told as text; here they are what stands beside the HTML.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import (
    Event,
    Finished,
    ReasoningDelta,
    Started,
    TextDelta,
    Transcript,
)
from sophnet_jupyter.providers.dify.form import FileRule, Input
from sophnet_jupyter.response import Response
from sophnet_jupyter.runs.compare.comparison import Comparison
from sophnet_jupyter.runs.compare.grid import grid
from sophnet_jupyter.runs.evaluation.answers import Label
from sophnet_jupyter.runs.evaluation.asked import EvaluatedRows, columns
from sophnet_jupyter.runs.evaluation.evaluation import Evaluation
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import Run
from sophnet_jupyter.runs.tables import Table
from sophnet_jupyter.scores import exact, function
from sophnet_jupyter.values.knowledge import KnowledgeFile, Qa
from sophnet_jupyter.values.page import Page
from sophnet_jupyter.views.answer import Context, answer
from sophnet_jupyter.views.compare.grid import answer_html
from sophnet_jupyter.views.evaluation import changed, whole
from sophnet_jupyter.views.live import compared as now
from sophnet_jupyter.widgets.compare.panel import Compare
from sophnet_jupyter.widgets.dify import form as app_form
from sophnet_jupyter.widgets.dify import look as app_look
from sophnet_jupyter.widgets.dify.files import Held, in_words
from sophnet_jupyter.widgets.documents.reader import PageReader
from sophnet_jupyter.widgets.documents.viewer import DocumentViewer
from sophnet_jupyter.widgets.evaluation.listing import AnswerWish
from sophnet_jupyter.widgets.evaluation.panel import EvaluationPanel
from sophnet_jupyter.widgets.excel.panel import ExcelAnalyst
from sophnet_jupyter.widgets.exchange.attachments import PastedImage
from sophnet_jupyter.widgets.exchange.exchange import Exchange, to_html, to_markdown
from sophnet_jupyter.widgets.knowledge.panel import KnowledgePanel
from sophnet_jupyter.widgets.microphone import spoken
from sophnet_jupyter.widgets.microphone.recognition import shown as sentence
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer
from sophnet_jupyter.widgets.playing.transcript_player import TranscriptPlayer
from sophnet_jupyter.widgets.run.panel import RunPanel
from sophnet_jupyter.widgets.run.rows import Wish
from sophnet_jupyter.widgets.studio.piece import Piece
from sophnet_jupyter.widgets.voice_studio.panel import QueuedText, VoiceStudio
from sophnet_jupyter.widgets.voicechat import look as voice_look
from sophnet_jupyter.widgets.voicechat.turn import Turn

from .leaks import Draw, Drawn, leaks, picture, recording, scan, strings

pytestmark = pytest.mark.usefixtures("empty_folder")

# Nobody listens there: what a panel asks for by itself does not come.
NOBODY = Client(api_key="made-up", base_url="http://127.0.0.1:9")


def heard(text: str) -> Drawn:
    found = [Transcript(text=text, final=True, begin=n) for n in range(2)]
    return spoken.html(found, text), spoken.plain(found)


def piece(text: str) -> Drawn:
    made = Piece(kind="image", prompt=text, settings={"seed": text}, error=text, task_id=text)
    return answer.waiting(text), made.words


def title(text: str) -> Drawn:
    player = AudioPlayer("pcm", title=text)
    arriving, first = player.still()
    player.finished = True
    whole, last = player.still()
    return arriving + whole, first + last


WORDS: list[Draw] = [heard, piece]


def knowledge(text: str) -> Drawn:
    panel = KnowledgePanel("handbook", client=NOBODY)
    panel._files = [KnowledgeFile(id=text, title=text, state=text, snippet=text, created=text)]
    panel._pairs = [Qa(id=text, question=text, answer=text)]
    html, said = panel.still()
    told = [{**row, "id": "", "state": ""} for row in panel._file_rows()]
    panel.close()
    return html, "\n".join([said, *strings(told)])


def workbooks(text: str) -> Drawn:
    panel = ExcelAnalyst(NOBODY)
    exchange = Exchange(text=text, error=text)
    panel._exchanges.append(exchange)
    failed, why = panel.still()
    exchange.response = Response(text=text, thinking=text, notices=(text,))
    answered, said = panel.still()
    return failed + answered, f"{why}\n{said}"


def compared(text: str) -> Drawn:
    """A comparison whose models, prompts, settings, answers and errors are all hostile."""
    asked = grid(
        {text or "v1": text, "v2": "?"}, models=[f"a{text}", "b"], settings={"stop": [text]}
    )
    comparison = Comparison(asked, lambda column, repeat: nothing(), asked={text: text, "v2": "?"})
    for each in comparison.cells:
        each.arrival.response = Response(text=text, model=text, notices=(text,), ending="failed")
        each.error = SettingsError(text)
    panel = Compare.showing(comparison, NOBODY, Context(left=[text], inserted=[text]))
    html, said = panel.still()
    told, _ = panel.state()
    assert panel._live
    for each in comparison.cells:
        panel._live.pieces[each.column.number, 0] = {"0": answer_html(each.response, Context())}
    html += "".join(piece[2] for found in panel._live.whole() for piece in found["pieces"])
    html += "".join(found for _, found in panel._differences(1))
    running = now.bundle(comparison)
    plain = [said, *strings(told["heads"]), *strings(told["rows"]), running["text/plain"]]
    panel.close()
    return html + running["text/html"], "\n".join(plain)


def evaluated(text: str) -> Drawn:
    async def ask(item: Item) -> AsyncGenerator[Event, None]:
        yield Started(service=text, model=text)
        yield TextDelta(text=text)
        if item.number % 3:
            raise SettingsError(text)
        yield Finished(reason="stop")

    asked = f"?{text.replace('{', '(')}"
    prompts = columns({text or "v1": asked, "v2": "?"}, [f"a{text}"])
    rows = EvaluatedRows([{text: text, "label": f"{text}."}] * 2, prompts, expect="label")
    scores = [exact(), function(lambda row, answer: (False, text), name=text or "f")]
    found = Evaluation(rows, scores, ask, settings={text: text})
    asyncio.run(found._whole())
    found.set_label(0, Label(right=False, note=text))
    panel = EvaluationPanel(found)
    html, said = panel.still()
    told, _ = panel.state()
    html += told.pop("head") + told.pop("scores") + told.pop("how")
    html += "".join(panel._opened(number)[1]["html"] for number in range(3))
    html += changed.bundle(found.against(found))["text/html"]
    plain = [said, *strings(panel._page(AnswerWish(), 0, 0)[1]), whole.going(found)]
    panel.close()
    return html, "\n".join(plain)


def ran(text: str) -> Drawn:
    """A run whose name, columns, cells, prompts, answers and errors are all hostile."""

    async def ask(item: Item) -> AsyncGenerator[Event, None]:
        yield Started(service=text, model=text)
        yield ReasoningDelta(text=text)
        yield TextDelta(text=text)
        if item.number % 2:
            raise SettingsError(text)
        yield Finished(reason="stop")

    table = Table([{text or "x": text, "more": [text]} for _ in range(2)])
    items = [Item(number=n, prompt=text, key=f"{n}") for n in range(2)]
    run = Run(items, ask, table=table, name=text, make=items.__getitem__, sources=text)
    run.notes.append(text)
    asyncio.run(run._whole())
    panel = RunPanel(run)
    html, said = panel.still()
    html += "".join(panel._row(number)[1]["html"] for number in range(2))
    told = [panel._figures(), panel._page(Wish(text=text, by=text), 0, 0)[1], panel.label]
    panel.close()
    return html, "\n".join([said, *strings(told)])


async def nothing() -> AsyncGenerator[Event, None]:
    return
    yield


def said_aloud(text: str) -> Drawn:
    panel = VoiceStudio(NOBODY)
    made = Response(audio=b"ID3" + bytes(400))
    panel._items = [QueuedText(id=1, text=text, options={"voice": text}, response=made)]
    return panel.still()


def viewer(text: str) -> Drawn:
    cell = f"<table><tr><td>{text}</td></tr><tr><td>{text}</td></tr></table>"
    read = (scan(text), Page(name=text, text=f"# {text}\n\n{cell}"))
    panel = DocumentViewer(Response(pages=read), client=NOBODY)
    html, said = panel.still()
    told, _ = panel.state()
    html += "".join(page.pop("html") for page in told["pages"])
    html += "".join(block.pop("html") for page in told["pages"] for block in page["blocks"])
    return html, "\n".join([said, *strings(told)])


def reader(text: str) -> Drawn:
    panel = PageReader(Response(pages=(scan(text),), notices=(text,), model=text))
    html, said = panel.still()
    told, _ = panel.state()
    return html + told["closing"], said


def player(text: str) -> Drawn:
    """What a transcript's player leaves, and what its view sets as text."""
    shown = TranscriptPlayer(Response(recordings=(recording(text, place=text),), notices=(text,)))
    html, said = shown.still()
    told, _ = shown.state()
    return html, "\n".join([said, shown.title, *strings(told)])


def turns(text: str) -> Drawn:
    made = [Turn(question=text, answer=text, error=text, ending="failed")]
    html = voice_look.html(made, text) + made[0].shown()["html"]
    return html, "\n".join(
        [
            voice_look.plain(made),
            *strings(made[0].shown()),
            sentence(Transcript(text=text, final=True, begin=0))["text"],
        ]
    )


def question(text: str) -> Drawn:
    """A panel's question, its pictures and its error, as they are kept in a notebook."""
    small = PastedImage(name=text, mime="image/png", data=picture())
    large = PastedImage(name=text, mime="image/png", data=bytes(2_000_000))
    made = Exchange(text=text, images=(small, large), error=text, response=Response(text=text))
    return to_html([made]), "\n".join([to_markdown([made]), *strings(made.outcome)])


def form(text: str) -> Drawn:
    """What an app asks for; a choice is sent as it is, and so shown as it is."""
    rules = {text: FileRule(limit=1 << 20)}
    asked = [Input(name="a", label=text), Input(name="b", kind="file", label=text, files=rules)]
    told = app_form.fields(asked, {})
    held = Held(purpose="", name=text, url=text)
    exchange = Exchange(text=in_words({"query": text, "other": held}, [held]))
    return to_html([exchange]), "\n".join(strings([{**one, "accept": ()} for one in told]))


def look(text: str) -> Drawn:
    """How an app wants to look."""
    site = dict.fromkeys(
        "title icon icon_background chat_color_theme custom_disclaimer copyright privacy_policy"
        " description".split(),
        text,
    )
    told = app_look.look({"name": text}, site)
    assert not told["ground"]
    assert not told["accent"]
    link = told.pop("privacy")
    html = f'<a href="{link["href"]}">x</a>' if link else ""
    return html, "\n".join(strings(told))


FREE: list[Draw] = [
    title,
    knowledge,
    workbooks,
    compared,
    evaluated,
    ran,
    said_aloud,
    viewer,
    reader,
    player,
    turns,
    question,
    form,
    look,
]


@pytest.mark.parametrize("draw", WORDS, ids=lambda draw: draw.__name__)
def test_words_change_neither_an_element_nor_a_line(draw: Draw) -> None:
    assert leaks(draw, words=True) == []


@pytest.mark.parametrize("draw", FREE, ids=lambda draw: draw.__name__)
def test_what_keeps_its_lines_fetches_runs_and_commands_nothing(draw: Draw) -> None:
    assert leaks(draw, words=False) == []
