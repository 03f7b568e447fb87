"""``%sophnet prompts``: the prompt files beside the notebook, and what changed in one."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...prompt.file import place
from ...prompt.file.prompt import Prompt
from ...prompt.file.versions import committed, difference
from ...views.safe.control_characters import plain
from .. import sheet
from ..session.session import KernelSession

NONE = "No prompt files here: %%sophprompt NAME writes prompts/NAME.md.\n"
USAGE = (
    "%sophnet prompts lists them; %sophnet prompts diff NAME OTHER shows what differs, where OTHER "
    "is another prompt or a revision of git."
)


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
            case _:
                raise UsageError(USAGE)

    def _list(self) -> None:
        names = place.listed()
        if not names:
            sys.stdout.write(NONE)
            return
        head = ("prompt", "version", "model", "variables", "what for")
        sheet.lines(self._session.shell, [head, *map(_row, names)])

    def _diff(self, prompt: Prompt, other: str) -> None:
        changed = difference(_other(prompt, other), prompt.text)
        if not changed:
            sys.stdout.write(plain(f"{prompt.name} and {other} are equal.\n"))
            return
        sys.stdout.write(plain(f"- {other}  + {prompt.name}\n"))
        sheet.code(self._session.shell, changed, "diff")


def _other(prompt: Prompt, other: str) -> str:
    """The text of another prompt, or of this one in a revision of git."""
    try:
        return Prompt(other).text
    except SettingsError as error:
        before = committed(prompt, other)
        if before is None:
            raise UsageError(f"{error} Nor has git a revision {other} of {prompt.name}.") from None
        return before


def _row(name: str) -> tuple[str, ...]:
    try:
        prompt = Prompt(name)
    except SettingsError as error:
        return name, "", "", "", str(error)
    names = ", ".join(prompt.variables)
    return name, prompt.version[:8], prompt.options.get("model", ""), names, prompt.description
