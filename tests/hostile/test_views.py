"""Whatever a model, a service, a file or a recogniser says, each view shows it as words."""

from __future__ import annotations

import re
from array import array

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.events import (
    Progress,
    Reference,
    TokenLogprob,
    ToolResult,
    VectorsAsked,
    VectorsReady,
)
from sophnet_jupyter.magics import sheet
from sophnet_jupyter.magics.background import job_views
from sophnet_jupyter.magics.knowledge import upload
from sophnet_jupyter.response import Response
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.response.vectors import Vectors
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.knowledge import KnowledgeContent, KnowledgeFile, Qa
from sophnet_jupyter.values.page import Page
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.views import knowledge
from sophnet_jupyter.views.answer import answer, bundle, formats, parsed, report, tokens, tool_cards
from sophnet_jupyter.views.answer.formats import AnswerFormat
from sophnet_jupyter.views.documents import pages
from sophnet_jupyter.views.live.progress import Steps
from sophnet_jupyter.views.media import images, shelf, thumbnails, transcript, videos
from sophnet_jupyter.views.safe import markdown
from sophnet_jupyter.views.vectors import vectors

from .leaks import FORBIDDEN_ONE, Draw, Drawn, both, leaks, picture, recording, scan

pytestmark = pytest.mark.usefixtures("empty_folder")

# Where a text is nothing but words: it changes neither an element nor the number of lines.


def token(text: str) -> Drawn:
    item = TokenLogprob(text, -1.0, ((text + "?", -2.0), ("other", -3.0)))
    return tokens.heat([item, item]), "\n".join(tokens.lines([item, item]))


def reference(text: str) -> Drawn:
    item = Reference(index=1, title=text, content=text, type="file", url=text, id=text)
    found = Response(references=(item, item))
    return answer.references(found.references), "\n".join(answer.asides(found))


def call(text: str) -> Drawn:
    """A call by its name, and the line that a terminal gives it with its arguments."""
    named = ToolCall(id=text, name=text, arguments="{}")
    said = [
        tool_cards.plain_card(ToolCall(name=text, arguments=text), "wanted", result)
        for result in (None, ToolResult(index=0, name=text, text=text))
    ]
    return tool_cards.card(named, "wanted", None), "\n".join(said)


def records(text: str) -> Drawn:
    rows = {"rows": [{text: text, "n": 1, "inner": {text: [text]}}, {text: None, "n": 2}]}
    return parsed.shown(rows), parsed.in_words(rows)


def facts(text: str) -> Drawn:
    """Tasks, jobs, models, the form, the annotations and the feedback of an app: all tables."""
    return both(sheet.bundle([("id", "state", "asked for"), (text, text, text)]))


def recordings(text: str) -> Drawn:
    found = [recording(text), recording(text)]
    return transcript.shown(found), transcript.in_words(found)


def files(text: str) -> Drawn:
    file = KnowledgeFile(id=text, title=text, state=text, snippet=text, created=text)
    return both(knowledge.files(text, [file, file]))


def pairs(text: str) -> Drawn:
    pair = Qa(id=text, question=text, answer=text, created=text)
    return both(knowledge.pairs(text, [pair, pair]))


def sending(text: str) -> Drawn:
    file = KnowledgeFile(id=text, title=text, state=text)
    lines = [
        upload.UploadRow(name=text, state=text, fraction=0.5),
        upload.UploadRow(name=text, done=file),
    ]
    return both(upload.progress(lines))


def embedded(*texts: str) -> Response:
    rows = array("f", [value for n in range(len(texts)) for value in (1.0, n / 9)])
    asked = VectorsAsked(texts=texts[:-1], images=texts[-1:], thumbnails=(picture(),))
    ready = VectorsReady(
        places=tuple((n,) for n in range(len(texts))), dimensions=2, data=rows.tobytes()
    )
    return Response(embeddings=Vectors(asked=asked).grown(ready))


def few_labels(text: str) -> Drawn:
    made = embedded(text, text, "x")
    return vectors.html(made), vectors.lines(made)


def many_labels(text: str) -> Drawn:
    made = embedded(*(f"{text} {n}" for n in range(26)))
    return vectors.html(made), vectors.lines(made)


def pictures(text: str) -> Drawn:
    asked = {"model": text, "size": text, "strange": text}
    made = [
        Image(prompt=text, url=text, task_id=text, asked=asked),
        Image(prompt=text, data=picture(), mime="image/png", seed=7, asked=asked),
    ]
    return images.grid(made), images.lines(made)


def moving(text: str) -> Drawn:
    asked = {"model": text, "negative_prompt": text}
    made = [Video(prompt=text, url=text, task_id=text, asked=asked, said={"fps": text})]
    return videos.players(made), videos.lines(made)


def sent(text: str) -> Drawn:
    shown = [thumbnails.Sent(label=text), thumbnails.Sent(label=text, thumbnail=picture())]
    return thumbnails.row(shown), thumbnails.lines(shown)


def steps(text: str) -> Drawn:
    made = Steps([text, text], clock=lambda: 1.0)
    made.note(Progress(state=text, index=0, task_id=text))
    made.note(Progress(state=text, index=1, task_id=text, fraction=0.5, problem=text))
    return made.html(), made.text()


def file_name(text: str) -> Drawn:
    html, said = both(job_views.note(f"saved: {text}"))
    return html + shelf.link(text), said


def steps_of_analysis(text: str) -> Drawn:
    return report.step(text), ""


WORDS: list[Draw] = [
    token,
    reference,
    call,
    records,
    facts,
    recordings,
    files,
    pairs,
    sending,
    few_labels,
    many_labels,
    pictures,
    moving,
    sent,
    steps,
    file_name,
    steps_of_analysis,
]


# Where a text keeps its lines, is coloured as code or is Markdown.


def letters(text: str) -> Drawn:
    items = [TokenLogprob(char, -1.0, (("a", -2.0),)) for char in text[:80]]
    return tokens.heat(items), "\n".join(tokens.lines(items))


def calls(text: str) -> Drawn:
    made = tuple(ToolCall(name=text, arguments=text) for _ in range(4))
    results = (
        ToolResult(index=0, name=text, text=text),
        ToolResult(index=1, name=text, text=text, error=True),
        ToolResult(index=2, name=text, text='{"a": "\\u001b]0;x\\u0007 \\u202e"}'),
    )
    return both(bundle(Response(tool_calls=made, tool_results=results, ending="complete")))


def alternatives(text: str) -> Drawn:
    return both(bundle(Response(text=text, alternatives=(text, text))))


def values(text: str) -> Drawn:
    """Each form of an answer, as it grows and when it is whole."""
    html, said = [], []
    fenced = f"```python\n{text}\n```"
    settled: list[tuple[AnswerFormat, object]] = [
        ("text", None),
        ("code", None),
        ("json", None),
        ("json", {"a": text, "b": {text: [text, 1]}}),
        ("json", text),
        ("table", [{"a": text}]),
    ]
    for form, value in settled:
        shown, plain = formats.settled(fenced if form == "code" else text, form, value)
        html.append(shown)
        said.append(plain)
    html += [formats.growing(text, "code"), formats.growing(f'["{text}', "json")]
    said += [formats.next_cell(fenced), formats.next_cell(text)]
    return "".join(html), "\n".join(said)


def document(text: str) -> Drawn:
    cell = f"<table><tr><td>{text}</td><td>b</td></tr><tr><td>{text}</td></tr></table>"
    found = [
        Page(name=text, text=f"# {text}\n\n## {text}\n\n### {text}\n\n{text}"),
        Page(name=text, text=cell),
    ]
    html, said = pages.shown(found), pages.in_words(found)
    return html + pages.headings(found), f"{said}\n{pages.headings_in_words(found)}"


def scanned(text: str) -> Drawn:
    return pages.shown([scan(text)]), pages.in_words([scan(text)])


def content(text: str) -> Drawn:
    return both(knowledge.content(KnowledgeContent(id=text, title=text, content=text)))


def analysis(text: str) -> Drawn:
    made = Response(text=text, thinking=text, analysis=True, model=text, ending="complete")
    html, said = both(report.bundle(made))
    head, _, body = report.document(text, made).partition("<body>")
    assert not re.search(r"<title>[^<]*<(?!/title>)", head)
    assert not FORBIDDEN_ONE.search(head)
    html += body.removesuffix("</body></html>")
    return html, said + report.markdown(text, made)


def placed(text: str) -> Drawn:
    found = [recording(text, place=text), recording(text, place=f"http://{text}")]
    return transcript.shown(found), transcript.in_words(found)


def request(text: str) -> Drawn:
    return markdown.code_block(markdown.plain(text), "json"), ""


def failure(text: str) -> Drawn:
    return "", job_views.failure(UsageError(text)) + job_views.failure(SophNetError(text))


FREE: list[Draw] = [
    letters,
    calls,
    alternatives,
    values,
    document,
    scanned,
    content,
    analysis,
    placed,
    request,
    failure,
]


@pytest.mark.parametrize("draw", WORDS, ids=lambda draw: draw.__name__)
def test_words_change_neither_an_element_nor_a_line(draw: Draw) -> None:
    assert leaks(draw, words=True) == []


@pytest.mark.parametrize("draw", FREE, ids=lambda draw: draw.__name__)
def test_what_keeps_its_lines_fetches_runs_and_commands_nothing(draw: Draw) -> None:
    assert leaks(draw, words=False) == []
