"""A card for a tool call: its name, arguments, and result."""

from __future__ import annotations

import base64
import re
from typing import Literal

from ...events import Shown, ToolResult
from ...language import mark, tr
from ...response import Response
from ...response.rounds import ToolCall
from ..safe import markdown
from ..safe.code_colors import colored
from ..safe.control_characters import plain
from ..safe.look import BAD, BOX, FAINT, GOOD, LONGEST_NAME, SMALL, clipped, faint, one_line, words
from . import parsed, written_json

State = Literal["writing", "wanted", "running", "done", "failed", "stopped"]

FINAL: frozenset[State] = frozenset({"wanted", "done", "failed", "stopped"})
# A model that calls without end does not fill the page.
MOST = 48
# In colour, a list of numbers takes twenty times the room of its text.
LONGEST_ARGUMENTS = 2_000
LONGEST_RESULT = 2_000
# JSON that is longer or deeper is shown as it was written: each level is indented further, so that
# a deep one takes the square of its length.
LONGEST_JSON, DEEPEST = 20_000, 40
# A value in JSON that is no longer stands on one line.
_ONE_LINE = 90
_BRACKET = re.compile(r"[\[\]{}]")
# A longer result is folded.
_OPEN_RESULT, _OPEN_LINES = 300, 6
_LONGEST_LINE = 400
_PRE = "border-left:3px solid rgba(128,128,128,.35);margin:4px 0;padding:0 0 0 9px"
_IMAGE = "display:block;margin:4px 0;max-height:320px;max-width:100%"
_VERBS: dict[State, str] = {
    "wanted": mark("wants to call"),
    "done": mark("called"),
    "failed": mark("called"),
}
_CALLS = mark("calls")
_LINE_COLOURS: dict[State, str] = {"done": GOOD, "failed": BAD, "stopped": BAD}
_SAID: dict[State, str] = {
    "writing": "…",
    "wanted": mark("not run"),
    "running": mark("running …"),
    "stopped": mark("■ not finished"),
}


def state_of(response: Response, index: int, *, tools_run: bool, settled: bool) -> State:
    """The state of a call: ``settled`` once the answer has ended, ``tools_run`` if we run them."""
    result = result_of(response, index)
    if result is not None:
        return "failed" if result.error else "done"
    if settled:
        return "stopped" if tools_run else "wanted"
    # A call is run when all of it has come, and nobody says so but the last bracket.
    if tools_run and written_json.is_whole(response.tool_calls[index].arguments):
        return "running"
    return "writing"


def result_of(response: Response, index: int) -> ToolResult | None:
    return next((one for one in response.tool_results if one.index == index), None)


def card(call: ToolCall, state: State, result: ToolResult | None) -> str:
    """One call. All text in it is the model's or a function's, and shown as words."""
    name = f"<code>{words(call.name, LONGEST_NAME) or '?'}</code>"
    said = outcome(result) if result else tr(_SAID[state])
    colour = _LINE_COLOURS.get(state)
    verb = tr(_VERBS[state]) if state in _VERBS else tr(_CALLS)
    sign = f'<span style="color:{colour};font-weight:600">{said}</span>' if colour else faint(said)
    shown = "" if not call.arguments.strip("{} \n") else _text(call.arguments, LONGEST_ARGUMENTS)
    return (
        f'<div style="{SMALL};{BOX}"><div>{faint(verb)} {name} {sign}</div>'
        f"{shown}{_result(result)}</div>"
    )


def plain_card(call: ToolCall, state: State, result: ToolResult | None) -> str:
    """The call as a line of plain text."""
    arguments = clipped(one_line(call.arguments), _LONGEST_LINE)
    said = f"→ {clipped(one_line(call.name), LONGEST_NAME) or '?'} {arguments}"
    if result is None:
        return f"{said} {tr(_SAID[state])}"
    return f"{said} {outcome(result)}\n  {plain_result(result)}"


def plain_result(result: ToolResult) -> str:
    """What a function returned, on one line."""
    return clipped(one_line(result.text), _LONGEST_LINE)


def outcome(result: ToolResult) -> str:
    """Whether the call succeeded, and how long it took."""
    seconds = tr("{seconds:.2f} s", seconds=result.seconds)
    return f"{'✕' if result.error else '✓'} {seconds}"


def pretty(arguments: str) -> str | None:
    """JSON text indented; None where it is large, not JSON, or not all of it."""
    if len(arguments) > LONGEST_JSON or _depth(arguments) > DEEPEST:
        return None
    return written_json.indented(arguments)


def _depth(text: str) -> int:
    """The maximum nesting of brackets, those within strings too."""
    depth = deepest = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _result(result: ToolResult | None) -> str:
    if result is None:
        return ""
    shown = _text(result.text, LONGEST_RESULT)
    if result.shown:
        told = (
            f'<details><summary style="{FAINT}">{tr("what the model was told")}</summary>'
            f"{shown}</details>"
        )
        return f'<div style="{FAINT}">{tr("returned")}</div>{_drawn(result.shown)}{told}'
    if len(result.text) <= _OPEN_RESULT and shown.count("\n") <= _OPEN_LINES:
        # Why a call failed begins with that word itself.
        title = "" if result.error else f'<div style="{FAINT}">{tr("returned")}</div>'
        return title + shown
    size = tr("{count:,} characters", count=len(result.text))
    return f'<details><summary style="{FAINT}">{tr("returned")} · {size}</summary>{shown}</details>'


def _drawn(shown: Shown) -> str:
    """A result as a notebook shows it; of its words only Markdown is more than words."""
    if shown.image:
        kind = "png" if shown.image.startswith(b"\x89PNG") else "jpeg"
        data = base64.b64encode(shown.image).decode()
        return (
            f'<img alt="{tr("the result")}" src="data:image/{kind};base64,{data}" style="{_IMAGE}">'
        )
    if shown.rows:
        size = (
            f'<div style="{FAINT}">{tr("the first of {count}", count=words(shown.size, 80))}</div>'
            if shown.size
            else ""
        )
        return parsed.shown(list(shown.rows)) + size
    return markdown.render(shown.markdown)


def _text(text: str, longest: int) -> str:
    """JSON on one line if it fits there, else indented; any other text as it is."""
    whole = pretty(text)
    if whole is not None:
        flat = written_json.flat(text)
        text = flat if len(flat) <= _ONE_LINE else whole
    # Last, since JSON can spell control characters by their numbers.
    text = clipped(plain(text), longest)
    shown = colored(text, "json" if whole is not None else "")
    return f'<pre style="{_PRE}"><code>{shown}</code></pre>'
