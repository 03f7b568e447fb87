"""``%dify info`` and the like: what there is to know of an app, as tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...kernel.loop import run
from ...response import Response
from ...settings import dify_apps
from .. import sheet
from ..line.near import did_you_mean
from ..session.session import KernelSession

LONGEST = 200


class Desk:
    """Answers the line magic for one app."""

    def __init__(self, session: KernelSession, app: Dify) -> None:
        self._shell = session.shell
        self._app = app
        self._words: Mapping[str, Callable[[str], None]] = {
            "info": self.info,
            "parameters": self.parameters,
            "annotations": self.annotations,
            "feedback": self.feedback,
            "feedbacks": self.feedbacks,
        }

    def answer(self, words: str) -> None:
        """Do what the first word says. Raises `UsageError`, or `SophNetError`."""
        first, _, rest = words.partition(" ")
        if (known := self._words.get(first or "info")) is None:
            commands = ", ".join(f"%dify {name}" for name in self._words)
            advice = did_you_mean(first, self._words, "To run the app, write %%dify above a cell.")
            raise UsageError(f"{first!r} is none of {commands}. {advice}")
        if rest.strip() and first not in _WITH_WORDS:
            raise UsageError(f"%dify {first} stands alone: leave out what follows it.")
        known(rest.strip())

    def info(self, rest: str) -> None:
        """Who the app is, and which others have a key."""
        facts = run(self._app.info())
        rows = {name: _short(value) for name, value in facts.items() if value}
        rows["user"] = self._app.user
        rows["apps"] = ", ".join(["the one of DIFY_API_KEY", *dify_apps()])
        rows["answers"] = "the sandbox (scripted, no real model)" if self._app.sandbox else "Dify"
        sheet.table(self._shell, rows)

    def parameters(self, rest: str) -> None:
        """Its inputs, and the files it takes."""
        form = run(self._app.parameters())
        rows = [("input", "kind", "required", "default", "takes")]
        for each in form.inputs:
            takes = ", ".join(each.options) or (f"up to {each.longest}" if each.longest else "")
            needed = "required" if each.required else ""
            rows.append((each.name, each.kind, needed, each.default, takes))
        for kind, rule in form.files.items():
            size = f", {rule.limit >> 20} MB each" if rule.limit else ""
            ways = " or ".join(rule.ways)
            rows.append((f"--file ({kind})", ways, "", "", f"up to {rule.most}{size}"))
        sheet.lines(self._shell, rows)

    def annotations(self, rest: str) -> None:
        """All of them, or those with a word."""
        found = run(self._app.annotations.list(rest))
        rows = [("question", "answer", "hits", "id")]
        rows += [(_short(a.question), _short(a.answer), str(a.hit_count), a.id) for a in found]
        sheet.lines(self._shell, rows)

    def feedbacks(self, rest: str) -> None:
        """What users have said last."""
        rows = [("rating", "content", "when", "message")]
        for each in run(self._app.feedbacks()):
            when = f"{each.created_at:%Y-%m-%d %H:%M} UTC" if each.created_at else ""
            rows.append((each.rating, _short(each.content), when, each.message_id))
        sheet.lines(self._shell, rows)

    def feedback(self, rest: str) -> None:
        """Rate an answer: ``%dify feedback answer like Just right.``"""
        name, _, opinion = rest.partition(" ")
        rating, _, content = opinion.strip().partition(" ")
        if rating not in ("like", "dislike", "none"):
            raise UsageError("Write %dify feedback NAME like|dislike|none, and words if you like.")
        answer: Any = self._shell.user_ns.get(name, name)
        if not isinstance(answer, Response | str):
            raise UsageError(f"{name} is no answer of %%dify: it is a {type(answer).__name__}.")
        run(self._app.feedback(answer, _RATINGS[rating], content or None))
        done = "taken back" if rating == "none" else f"noted: {rating}"
        sys.stdout.write(f"Feedback {done}.\n")


_WITH_WORDS = ("annotations", "feedback")
_RATINGS: dict[str, Any] = {"like": "like", "dislike": "dislike", "none": None}


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
