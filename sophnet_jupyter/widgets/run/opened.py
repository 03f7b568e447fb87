"""One row of a run, opened: what was sent, what came, and what was thought."""

from __future__ import annotations

from typing import Any

from ...language import tr
from ...runs.run import Run
from ...settings.secret import scrub
from ...views.answer import Context, bundle
from ...views.safe.control_characters import plain
from ...views.safe.look import FAINT, LINE, SMALL, WRAP
from ...views.safe.maths import inert

# Characters of a question that are shown; the whole is in `run.question(n).prompt`.
LONGEST = 20_000
_PROMPT = f"border:{LINE};border-radius:6px;max-height:260px;overflow:auto;padding:6px 10px;{WRAP}"


def row_html(run: Run, number: int) -> str:
    """The prompt as it was sent, then the answer with its thinking, as safe HTML."""
    row = run.row(number)
    said = tr("row {number} · the prompt as it was sent", number=number)
    html = f'<div style="{SMALL};{FAINT}">{said}</div>'
    html += f'<div style="{_PROMPT};white-space:pre-wrap">{_prompt(run, number)}</div>'
    if row.error:
        html += f'<div style="{SMALL};{WRAP};margin:6px 0">✕ {inert(plain(row.error))}</div>'
    if row.ending and (row.answer or row.response.thinking):
        html += bundle(row.response, Context())["text/html"]
    elif not row.ending:
        said = tr("not answered yet")
        html += f'<div style="{SMALL};{FAINT};margin:6px 0">{said}</div>'
    return html


def _prompt(run: Run, number: int) -> str:
    item = run.question(number)
    if item is None:
        return tr("<i>not kept</i>")
    text = scrub(_words(item.prompt))
    images = item.options.get("images") or ()
    pictures = tr("\n[{count} pictures]", count=len(images)) if images else ""
    left = len(text) - LONGEST
    more = tr("\n… ({left:,} characters more)", left=left) if left > 0 else ""
    return inert(plain(text[:LONGEST] + more + pictures))


def _words(prompt: Any) -> str:
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, list):
        return "\n\n".join(f"[{turn.get('role')}]\n{turn.get('content')}" for turn in prompt)
    return "\n".join(f"{name}: {value}" for name, value in dict(prompt).items())
