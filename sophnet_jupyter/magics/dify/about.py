"""``%dify info`` and the like: what there is to know of an app, as tables."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...kernel.loop import run
from ...kernel.output import Cell
from ...language import tr
from ...providers.dify.app import Feedback
from ...providers.dify.files import Fetched
from ...providers.dify.form import Parameters
from ...providers.dify.uploaded import Uploaded
from ...providers.dify.voice import SoundFile
from ...response import Response
from ...settings import dify_apps
from ...views.media import audio, file
from ...views.safe.control_characters import plain
from .. import sheet
from ..line.near import did_you_mean
from ..session.session import KernelSession
from .annotating import Annotating, short
from .words import ALL, WORDS

PAGE = 20
_WITH_WORDS = ("annotations", "annotation-reply", "feedback", "feedbacks", "preview", "speak")
_RATINGS: dict[str, Any] = {"like": "like", "dislike": "dislike", "none": None}


class Desk:
    """Answers the line magic for one app."""

    def __init__(self, session: KernelSession, app: Dify, *, voice: str = "") -> None:
        self._shell = session.shell
        self._app, self._voice = app, voice
        people = Annotating(session.shell, app, session.dify_known.setdefault(app.app, {}))
        commands: tuple[Callable[[str], object], ...] = (
            *(self.info, self.parameters, self.site, self.preview),
            *(people.annotations, people.reply, self.feedback, self.feedbacks, self.speak),
        )
        self._words: Mapping[str, Callable[[str], object]] = dict(zip(WORDS, commands, strict=True))

    def answer(self, words: str) -> object:
        """Do what the first word says. Raises `UsageError`, or `SophNetError`."""
        first, _, rest = words.partition(" ")
        if (known := self._words.get(first or "info")) is None:
            commands = ", ".join(f"%dify {name}" for name in self._words)
            advice = did_you_mean(
                first, self._words, tr("To run the app, write %%dify above a cell.")
            )
            raise UsageError(
                tr(
                    "{first!r} is none of {commands}. {advice}",
                    first=first,
                    commands=commands,
                    advice=advice,
                )
            )
        if rest.strip() and first not in _WITH_WORDS:
            raise UsageError(
                tr("%dify {first} stands alone: leave out what follows it.", first=first)
            )
        return known(rest.strip())

    def info(self, rest: str) -> Mapping[str, Any]:
        """Who the app is, and which others have a key."""
        facts = run(self._app.info())
        rows = {name: short(value) for name, value in facts.items() if value}
        rows["user"] = self._app.user
        rows["apps"] = ", ".join([tr("the one of DIFY_API_KEY"), *dify_apps()])
        rows["answers"] = (
            tr("the sandbox (scripted, no real model)") if self._app.sandbox else "Dify"
        )
        sheet.table(self._shell, rows)
        return facts

    def site(self, rest: str) -> Mapping[str, Any]:
        """How the app looks on the web: its title, its colors, what is written below it."""
        facts = run(self._app.site())
        told = {name: value for name, value in facts.items() if value not in (None, "")}
        sheet.table(self._shell, {name: short(value) for name, value in told.items()})
        return facts

    def preview(self, rest: str) -> Fetched:
        """Show a file that a message has used, by its id or the name of its upload."""
        try:
            name, *saving = shlex.split(rest)
        except ValueError:
            raise UsageError(
                tr("Write %dify preview ID, or %dify preview ID FOLDER to keep it.")
            ) from None
        if len(saving) > 1:
            raise UsageError(tr("%dify preview takes one id, and a folder to keep the file in."))
        known = self._shell.user_ns.get(name)
        found = known.id if isinstance(known, Uploaded) else name
        fetched = run(self._app.preview(found))
        told = fetched.name or (
            known.name if isinstance(known, Uploaded) else tr("file {found}", found=found[:8])
        )
        data = file.bundle(fetched.data, name=told, mime=fetched.mime)
        cell = Cell(self._shell)
        if cell.place == "terminal":
            sys.stdout.write(data["text/plain"] + "\n")
        else:
            cell.publish(data)
        if saving:
            path = run(self._app.download(found, Path(saving[0])))
            sys.stdout.write(tr("Saved as {path}\n", path=plain(str(path))))
        return fetched

    def parameters(self, rest: str) -> Parameters:
        """Its inputs, and the files it takes."""
        form = run(self._app.parameters())
        rows = [(tr("input"), tr("kind"), tr("required"), tr("default"), tr("takes"))]
        for each in form.inputs:
            takes = ", ".join(each.options) or (
                tr("up to {longest}", longest=each.longest) if each.longest else ""
            )
            needed = tr("required") if each.required else ""
            rows.append((each.name, each.kind, needed, each.default, takes))
        for kind, rule in form.files.items():
            size = tr(", {limit} MB each", limit=rule.limit >> 20) if rule.limit else ""
            ways = tr(" or ").join(rule.ways)
            rows.append(
                (
                    f"--file ({kind})",
                    ways,
                    "",
                    "",
                    tr("up to {most}{size}", most=rule.most, size=size),
                )
            )
        sheet.lines(self._shell, rows)
        return form

    def speak(self, rest: str) -> SoundFile:
        """Read an answer or a text of the notebook aloud, or the words that follow."""
        if not rest:
            raise UsageError(tr("Write %dify speak NAME of an answer, or %dify speak and words."))
        known = self._shell.user_ns.get(rest) if rest.isidentifier() else None
        said = known if isinstance(known, Response | str) else rest
        sound = run(self._app.speak(said, voice=self._voice))
        html, line = audio.player(sound, mime=sound.mime), audio.line(sound)
        Cell(self._shell).publish({"text/html": html, "text/plain": line})
        return sound

    def feedbacks(self, rest: str) -> list[Feedback]:
        """What users have said last; a number is that page, ``all`` every one."""
        if rest and rest != ALL and not (rest.isdecimal() and int(rest)):
            raise UsageError(tr("%dify feedbacks takes the number of a page, from 1, or all."))
        page = int(rest) if rest.isdecimal() else 1
        found = run(
            self._app.all_feedbacks() if rest == ALL else self._app.feedbacks(page=page, limit=PAGE)
        )
        rows = [(tr("rating"), tr("content"), tr("when"), tr("by"), tr("message"))]
        for each in found:
            when = f"{each.created_at:%Y-%m-%d %H:%M} UTC" if each.created_at else ""
            rating, content = each.rating or tr("taken back"), short(each.content)
            rows.append((rating, content, when, each.from_source, each.message_id))
        sheet.lines(self._shell, rows)
        if rest != ALL and len(found) == PAGE:
            sys.stdout.write(
                tr(
                    "%dify feedbacks {page} shows the next {page2}, all every one.\n",
                    page=page + 1,
                    page2=PAGE,
                )
            )
        return found

    def feedback(self, rest: str) -> None:
        """Rate an answer: ``%dify feedback answer like Just right.``"""
        name, _, opinion = rest.partition(" ")
        rating, _, content = opinion.strip().partition(" ")
        if rating not in ("like", "dislike", "none"):
            raise UsageError(
                tr("Write %dify feedback NAME like|dislike|none, and words if you like.")
            )
        answer: Any = self._shell.user_ns.get(name, name)
        if not isinstance(answer, Response | str):
            raise UsageError(
                tr(
                    "{name} is no answer of %%dify: it is a {name2}.",
                    name=name,
                    name2=type(answer).__name__,
                )
            )
        run(self._app.feedback(answer, _RATINGS[rating], content or None))
        done = tr("taken back") if rating == "none" else tr("noted: {rating}", rating=rating)
        sys.stdout.write(tr("Feedback {done}.\n", done=done))
