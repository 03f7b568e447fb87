"""
Where text of a model, a server or a file meets a parser or a regular expression, by name.

Each takes a text and reads it as the package does. What a person at the keyboard writes (magic
lines, options, docstrings of the reader's own functions) is not here: nobody attacks himself.
"""

from __future__ import annotations

from sophnet_jupyter.events import ToolResult
from sophnet_jupyter.files import kinds, mp4, wav
from sophnet_jupyter.magics.chat import table_text
from sophnet_jupyter.prompt.forms import json_check, json_text
from sophnet_jupyter.prompt.tools.call import result_text
from sophnet_jupyter.providers import lines as provider_lines
from sophnet_jupyter.providers import literal
from sophnet_jupyter.providers.sophnet import references
from sophnet_jupyter.providers.sophnet.documents import ocr_answer
from sophnet_jupyter.providers.sophnet.speech import result
from sophnet_jupyter.providers.sophnet.speech.live import words
from sophnet_jupyter.providers.sophnet.voice import text as voice_text
from sophnet_jupyter.response.rounds import ToolCall
from sophnet_jupyter.values import markdown as values_markdown
from sophnet_jupyter.values import transcript
from sophnet_jupyter.values.page import Page
from sophnet_jupyter.views.answer import answer, formats, parsed, tool_cards
from sophnet_jupyter.views.documents import pages
from sophnet_jupyter.views.media import transcript as transcript_view
from sophnet_jupyter.views.safe import links, look, markdown, maths
from sophnet_jupyter.views.safe.control_characters import ControlFilter, plain
from sophnet_jupyter.wire.files import addresses, receive
from sophnet_jupyter.wire.stream.lines import LineDecoder
from sophnet_jupyter.wire.stream.sse import SSEDecoder

from . import lexers
from .costs import Sink


def _quietly(sink: Sink) -> Sink:
    """A refusal by a ValueError is an answer too."""

    def read(text: str) -> object:
        try:
            return sink(text)
        except ValueError:
            return None

    return read


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _in_pieces(text: str) -> None:
    pieces = ControlFilter()
    for place in range(0, len(text), 7):
        pieces.feed(text[place : place + 7])


def _fed(decoder: LineDecoder | SSEDecoder | provider_lines.EventLines, text: str) -> None:
    data = _bytes(text)
    for place in range(0, len(data), 7):
        decoder.feed(data[place : place + 7])
    decoder.finish()


def _card(text: str) -> None:
    call = ToolCall(id="a", name=text, arguments=text)
    told = ToolResult(index=0, name="a", text=text, seconds=1.0)
    tool_cards.card(call, "done", told)
    tool_cards.plain_card(call, "done", told)


def _schema(text: str) -> object:
    kinds = {"type": "array", "uniqueItems": True, "items": {"type": "string"}}
    return json_check.complaint(json_text.first_value(text), kinds)


def _recording(text: str) -> None:
    found = result.sentences(text)
    one = transcript.Recording(name=text, sentences=found, raw=text)
    transcript_view.shown([one])
    transcript_view.in_words([one])
    timed = [each for each in found if each.start is not None]
    transcript.srt(timed)
    transcript.vtt(timed)


def _page(text: str) -> None:
    page = Page(name=text, text=text)
    pages.shown([page])
    pages.in_words([page])
    pages.headings([page])


MARKDOWN: dict[str, Sink] = {
    "markdown.render": markdown.render,
    "markdown.blocks": markdown.blocks,
    "formats.growing code": lambda text: formats.growing(text, "code"),
    "pages": _page,
}

TEXTS: dict[str, Sink] = {
    "control characters": plain,
    "control characters in pieces": _in_pieces,
    "maths.inert": maths.inert,
    "look.words": lambda text: look.words(text, 80),
    "links.destination": links.destination,
    "links.web_link": links.web_link,
    "a thought that runs": answer.thinking,
    "formats.growing json": lambda text: formats.growing("{" + text, "json"),
    "formats.settled json": lambda text: formats.settled(text, "json", None),
    "formats.settled text": lambda text: formats.settled(text, "text", None),
    "a card of a call": _card,
    "a table of values": lambda text: parsed.shown([{text: text}, {"a": text}]),
    "values.markdown.outline": values_markdown.outline,
    "values.markdown.table_rows": values_markdown.table_rows,
    "values.markdown.with_pipes": values_markdown.with_pipes,
    "a cell of HTML": lambda text: values_markdown.with_pipes(f"<table><tr><td>{text}</table>"),
    "values.markdown.numbers": lambda text: values_markdown.numbers([text]),
    "values.markdown.unique": lambda text: values_markdown.unique(text.split("|")),
    "table_text.rows": table_text.rows,
    "json_text.first_value": _quietly(json_text.first_value),
    "a value in an answer": _quietly(lambda text: parsed.shown(json_text.first_value(text))),
    "json_check.complaint": _quietly(_schema),
    "tool results": result_text,
    "literal.parse": _quietly(literal.parse),
    "lines.read": provider_lines.read,
    "voice text.plain": voice_text.plain,
    # In a short text, whether there is one cut or two makes the difference.
    "voice text.pieces": lambda text: voice_text.pieces(8 * text),
    "transcripts": _recording,
    "words": words.words,
    "ocr box": ocr_answer.box,
    "charset of a head": receive.charset,
    "charset of a page": lambda text: references._text(_bytes(text), ""),
    "addresses.place": _quietly(addresses.place),
    "lines": lambda text: _fed(LineDecoder(), text),
    "events": lambda text: _fed(SSEDecoder(), text),
    "event lines": lambda text: _fed(provider_lines.EventLines(), text),
    "the kind of a file": lambda text: kinds.sniff(_bytes(text)[: kinds.HEAD]),
    "the head of a WAV": lambda text: wav.layout(b"RIFF1234WAVE" + _bytes(text)),
    "the boxes of an MP4": _quietly(lambda text: mp4.facts(b"0000ftyp" + _bytes(text))),
}


def _square(text: str) -> None:
    for _ in text:
        sum(map(ord, text))


def _endless(_: str) -> None:
    while True:
        pass


def group_named(name: str) -> dict[str, Sink]:
    """
    The sinks of a group: ``markdown``, ``texts``, a single one by its name, or ``lexer NAME…``
    for the lexers of languages; ``square`` and ``endless`` are what must be found out.
    """
    if name.startswith(lexers.GROUP):
        return {each: lexers.lexer(each) for each in name.removeprefix(lexers.GROUP).split()}
    if groups := {"markdown": MARKDOWN, "texts": TEXTS}.get(name):
        return groups
    return {name: (MARKDOWN | TEXTS | {"square": _square, "endless": _endless})[name]}
