"""``%dify annotations`` and ``%dify annotation-reply``: answers that people wrote."""

from __future__ import annotations

import shlex
import sys
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...errors import Stopped
from ...events import Event, Progress
from ...kernel.loop import run
from ...language import mark, tr
from ...providers.dify.annotations import Annotation, Job
from ...views.safe.control_characters import plain
from .. import sheet
from ..line.interpolate import interpolate

WRITING = ("add", "change", "remove")
SWITCHING = ("on", "off", "status")
# What is near enough to be answered, where nobody says: the value that Dify's own form begins with.
THRESHOLD = 0.9
_HOW = mark(
    '%dify annotations [WORD], or annotations add "QUESTION" "ANSWER", change ID '
    '"QUESTION" "ANSWER", remove ID…'
)
_SWITCH = mark("%dify annotation-reply on PROVIDER MODEL [THRESHOLD], off, or status [on|off JOB]")


class Annotating:
    """What ``%dify`` does with the annotations of one app."""

    def __init__(self, shell: Any, app: Dify, known: dict[str, list[str]]) -> None:
        self._shell = shell
        self._app = app
        # The ids that were listed, for completion, which cannot send requests.
        self._known = known

    def annotations(self, rest: str) -> object:
        """List all of them, or those with a word; write, change or remove some."""
        word, _, words = rest.partition(" ")
        if word not in WRITING:
            return self._list(" ".join(self._pieces(rest)))
        pieces = self._pieces(words)
        match word, pieces:
            case "add", [question, answer]:
                return self._show([run(self._app.annotations.create(question, answer))])
            case "change", [name, question, answer]:
                return self._show([run(self._app.annotations.update(name, question, answer))])
            case "remove", [_, *_]:
                for name in pieces:
                    run(self._app.annotations.delete(name))
                    sys.stdout.write(tr("Annotation {name} is removed.\n", name=plain(name)))
                return None
        raise UsageError(tr("Write {how}. A text with blanks stands in quotes.", how=_HOW))

    def reply(self, rest: str) -> Job | None:
        """Switch annotation replies on or off and wait for it, or see how far that is."""
        match self._pieces(rest):
            case ["on", provider, model, *threshold] if len(threshold) < 2:
                near = _number(threshold[0]) if threshold else THRESHOLD
                switch = self._app.annotation_reply.enable
                return self._switched(
                    run(switch(score_threshold=near, provider=provider, model=model))
                )
            case ["off"]:
                return self._switched(run(self._app.annotation_reply.disable()))
            case ["status"]:
                if not (begun := self._known.get("job")):
                    raise UsageError(
                        tr(
                            "Nothing was switched in this kernel. Of a job begun elsewhere say its "
                            "id: %dify annotation-reply status on|off JOB."
                        )
                    )
                return self._state(*begun)
            case ["status", "on" | "off" as which, job]:
                return self._state(_ACTIONS[which], job)
        raise UsageError(tr("Write {switch}.", switch=tr(_SWITCH)))

    def _switched(self, job: Job) -> Job:
        self._known["job"] = [job.action, job.id]
        word = "on" if job.action == "enable" else "off"

        def said(event: Event) -> None:
            if isinstance(event, Progress) and event.state:
                sys.stdout.write(
                    tr(
                        "\rSwitching annotation replies {word}: {state}",
                        word=word,
                        state=plain(event.state),
                    )
                )

        try:
            done = run(self._app.annotation_reply.wait(job, on_event=said))
        except KeyboardInterrupt:
            sys.stdout.write(
                tr("\nDify goes on with it: %dify annotation-reply status looks again.\n")
            )
            raise Stopped() from None
        sys.stdout.write(
            tr("\rAnnotation replies are {word}. (job {id})\n", word=word, id=plain(job.id))
        )
        return done

    def _state(self, action: Any, job: str) -> Job:
        found = run(self._app.annotation_reply.status(action, job))
        word = "on" if action == "enable" else "off"
        rows = {
            tr("switching {word}", word=word): found.state or tr("unknown"),
            "job": found.id or job,
        }
        sheet.table(self._shell, rows | ({"reason": found.error} if found.error else {}))
        return found

    def _list(self, word: str) -> list[Annotation]:
        found = run(self._app.annotations.list(word))
        self._known["annotations"] = [each.id for each in found]
        return self._show(found)

    def _show(self, found: list[Annotation]) -> list[Annotation]:
        rows = [(tr("question"), tr("answer"), tr("hits"), "id")]
        rows += [(short(a.question), short(a.answer), str(a.hit_count), a.id) for a in found]
        sheet.lines(self._shell, rows)
        return found

    def _pieces(self, words: str) -> list[str]:
        """The words of a line, quoted ones as one, with variables in braces replaced."""
        try:
            pieces = shlex.split(words)
        except ValueError:
            raise UsageError(tr("A quote is not closed.")) from None
        return [interpolate(piece, self._shell.user_ns, {})[0] for piece in pieces]


_ACTIONS = {"on": "enable", "off": "disable"}
LONGEST = 200


def short(value: object) -> str:
    """A value as the cell of a table."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            tr("The threshold is a number from 0 to 1, not {text!r:.40}.", text=text)
        ) from None
