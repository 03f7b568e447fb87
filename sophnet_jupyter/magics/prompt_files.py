"""``%%sophprompt``: write a prompt to a file, and say what it is."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from IPython.core.error import UsageError

from ..errors import SettingsError
from ..language import tr
from ..prompt.file import place
from ..prompt.file.prompt import Prompt
from ..prompt.file.versions import difference
from ..settings import history_on
from ..settings.secret import scrub
from . import sheet
from .line.options import out_name
from .line.trailing import parse_around
from .options.asks import asks
from .options.found import Found, matching
from .session.magics import SessionMagics
from .session.session import KernelSession


def prompts(word: str, session: KernelSession) -> list[Found]:
    """Completions: the prompt files beside the notebook."""
    return matching(word, place.listed(), "prompt")


def _first(before: list[str], word: str, session: KernelSession) -> list[Found]:
    return [] if before else prompts(word, session)


class PromptMagics(SessionMagics):
    """Prompt files, in a cell."""

    @asks(out="Also store the Prompt under this name.", words=_first)
    def sophprompt(self, line: str, cell: str | None = None) -> None:
        """
        Keep a prompt as a file, prompts/NAME.md, and show what has changed since.

        Between two lines +++ stands what is asked and how (model, temperature, schema, [defaults]),
        below it the turns ## system, ## user and ## assistant; {name} is a variable. Without a cell
        the file is shown. Python has it as sophnet_jupyter.Prompt("NAME").

            %%sophprompt reviews
            +++
            model = "DeepSeek-V3.2"
            +++
            ## system
            Answer in one word.
            ## user
            What is this review about? {review}

            %sophprompt reviews
        """
        args, name = parse_around(self.sophprompt, line)
        out = out_name(args.out)
        if not name:
            raise UsageError(tr("%%sophprompt NAME writes a prompt, %sophprompt NAME shows one."))
        prompt = self._written(name, cell) if cell and cell.strip() else self._read(name)
        if out:
            self._session.shell.user_ns[out] = prompt

    def _read(self, name: str) -> Prompt:
        prompt = Prompt(name)
        sys.stdout.write(f"{_about(prompt)}\n")
        sheet.code(self._session.shell, prompt.text, "markdown")
        return prompt

    def _written(self, name: str, text: str) -> Prompt:
        if scrub(text) != text:
            raise UsageError(
                tr("That prompt holds a key, and its file would keep it: take it out.")
            )
        path = place.place_of(name)
        known = place.name_of(path)
        prompt = Prompt.from_text(text, name=known, path=path)
        before = _before(known)
        prompt.save()
        self._keep(prompt, known, before)
        changed = difference(before, prompt.text) if before is not None else ""
        said = tr("unchanged")
        if before is None or changed:
            said = tr("new") if before is None else tr("changed")
        sys.stdout.write(f"{path.as_posix()}: {said} · {_about(prompt)}\n")
        if changed:
            sheet.code(self._session.shell, changed, "diff")
        return prompt

    def _keep(self, prompt: Prompt, name: str, before: str | None) -> None:
        """Keep the file's text in the history, and the one that it replaces."""
        if not history_on():
            return
        file, history = str(prompt.path.resolve()), self._session.client.history
        if before is not None and before != prompt.text:
            with suppress(SettingsError):
                was = Prompt.from_text(before, name=name, path=prompt.path)
                history.keep_prompt(file, was.version, was.text)
        if before != prompt.text:
            history.keep_prompt(file, prompt.version, prompt.text)


def _before(name: str) -> str | None:
    """The text that the file has now, also where it is no good prompt."""
    try:
        return place.text_of(place.existing(name))
    except SettingsError:
        return None


def _about(prompt: Prompt) -> str:
    from ..views.safe.control_characters import plain

    model = prompt.options.get("model")
    names = ", ".join(f"{{{name}}}" for name in prompt.variables) or tr("no variables")
    parts: list[Any] = [
        tr("version {version}", version=prompt.version[:8]),
        model,
        names,
        prompt.description,
    ]
    return plain(" · ".join(str(part) for part in parts if part))
