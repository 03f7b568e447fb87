"""Parse the value that ``-f`` asks for out of an answer's text: JSON, or the rows of a table."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from ...events import Event, Finished, Notice, Parsed, TextDelta, TextReplaced
from ...language import mark, tr
from ...prompt.forms.json_text import first_value
from ...prompt.latex import eaten
from ...views.answer.formats import AnswerFormat, code_blocks
from ...views.answer.parsed import records
from .table_text import rows

NOTHING: dict[AnswerFormat, str] = {
    "json": mark("There is no JSON in this answer: --json asks the model for it."),
    "table": mark("There is no table in this answer: ask for one in the prompt."),
    "code": mark("There is no block of code in this answer."),
}


async def read(
    events: AsyncGenerator[Event, Any], form: AnswerFormat
) -> AsyncGenerator[Event, None]:
    """
    The events, with a `Parsed` event before the last: the value found in the text.

    An answer that has its value already, since a form was demanded, passes as it is.
    """
    text, done = "", form not in NOTHING
    async with aclosing(events):
        async for event in events:
            match event:
                case TextDelta():
                    text += event.text
                case TextReplaced():
                    text = event.text
                case Parsed():
                    done = True
                case Finished(ending="complete") if not done and text.strip():
                    if value := value_in(text, form):
                        if note := eaten(value[0]) if form == "json" else "":
                            yield Notice(text=note)
                        yield Parsed(value=value[0])
                    elif form != "code" or not code_blocks(text):
                        yield Notice(text=tr(NOTHING[form]))
            yield event


def value_in(text: str, form: AnswerFormat) -> tuple[Any] | None:
    """A tuple with the JSON value or table rows found in a text; None where there is neither."""
    if form == "table" and (found := rows(text)):
        return (found,)
    if form in ("json", "table"):
        with suppress(ValueError):
            fits = (lambda value: bool(records(value)[1])) if form == "table" else None
            value = first_value(text, fits)
            return (value,) if form == "json" or records(value)[1] else None
    return None
