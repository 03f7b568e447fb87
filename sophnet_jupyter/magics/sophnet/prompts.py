"""``%sophnet prompts``: the prompt files beside the notebook, and what changed in one."""

from __future__ import annotations

import sqlite3
import sys
import time

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...files.lines import lines
from ...history.prompts import PromptVersion
from ...language import mark, tr
from ...prompt.file import place
from ...prompt.file.prompt import Prompt
from ...prompt.file.versions import committed, difference
from ...views.safe.control_characters import plain
from .. import sheet
from ..session.session import KernelSession

NONE = mark("No prompt files here: %%sophprompt NAME writes prompts/NAME.md.\n")
USAGE = mark(
    "%sophnet prompts lists them; versions NAME those that one has had; diff NAME "
    "OTHER shows what differs, where OTHER is another prompt, one of its versions, "
    "or a revision of git; forget NAME, or --all, forgets versions."
)

# Letters of a version that name it.
SHORTEST = 4


class PromptCommands:
    """Lists prompt files, and compares them."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def prompts(self, rest: str) -> None:
        match rest.split():
            case []:
                self._list()
            case ["diff", name, other]:
                self._diff(Prompt(name), other)
            case ["diff", name]:
                self._diff(Prompt(name), "HEAD")
            case ["versions", name]:
                self._versions(Prompt(name))
            case ["forget", name]:
                self._forget(name)
            case _:
                raise UsageError(tr(USAGE))

    def _list(self) -> None:
        names = place.listed()
        if not names:
            sys.stdout.write(tr(NONE))
            return
        head = (tr("prompt"), tr("version"), tr("model"), tr("variables"), tr("what for"))
        sheet.lines(self._session.shell, [head, *map(_row, names)])

    def _diff(self, prompt: Prompt, other: str) -> None:
        changed = difference(self._other(prompt, other), prompt.text)
        if not changed:
            sys.stdout.write(
                plain(tr("{name} and {other} are equal.\n", name=prompt.name, other=other))
            )
            return
        sys.stdout.write(plain(f"- {other}  + {prompt.name}\n"))
        sheet.code(self._session.shell, changed, "diff")

    def _versions(self, prompt: Prompt) -> None:
        kept = self._kept(prompt)
        if not kept:
            sys.stdout.write(
                plain(
                    tr(
                        "No version of {name} is kept: %%sophprompt keeps each it writes.\n",
                        name=prompt.name,
                    )
                )
            )
            return
        rows = [(tr("version"), tr("written"), tr("changed"), "")]
        for each, before in zip(kept, [*kept[1:], None], strict=True):
            changed = difference(before.text, each.text) if before else ""
            count = str(len(lines(changed))) if before else tr("new")
            now = tr("now") if each.version == prompt.version else ""
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.at))
            rows.append((each.version[:8], when, count, now))
        sheet.lines(self._session.shell, rows)

    def _forget(self, name: str) -> None:
        """Forget the versions of a prompt, whose file may be gone, or of all; files stay."""
        file = "" if name == "--all" else str(place.place_of(name).resolve())
        gone = self._session.client.history.forget_prompts(file)
        versions = tr("1 version") if gone == 1 else tr("{gone:,} versions", gone=gone)
        sys.stdout.write(
            tr("{versions} forgotten; the files in prompts/ stay.\n", versions=versions)
        )

    def _other(self, prompt: Prompt, other: str) -> str:
        """The text of another prompt, of a version of this one, or of it in a revision of git."""
        try:
            return Prompt(other).text
        except SettingsError as error:
            if len(other) >= SHORTEST:
                found = [one for one in self._kept(prompt) if one.version.startswith(other)]
                if len(found) == 1:
                    return found[0].text
            before = committed(prompt, other)
            if before is None:
                raise UsageError(
                    tr(
                        "{error} Nor has {name} a version or a revision of git {other}: %sophnet "
                        "prompts versions {name} lists those that are kept.",
                        error=error,
                        name=prompt.name,
                        other=other,
                    )
                ) from None
            return before

    def _kept(self, prompt: Prompt) -> list[PromptVersion]:
        try:
            return self._session.client.history.prompts(str(prompt.path.resolve()))
        except (sqlite3.Error, OSError):
            return []


def _row(name: str) -> tuple[str, ...]:
    try:
        prompt = Prompt(name)
    except SettingsError as error:
        return name, "", "", "", str(error)
    names = ", ".join(prompt.variables)
    return name, prompt.version[:8], prompt.options.get("model", ""), names, prompt.description
