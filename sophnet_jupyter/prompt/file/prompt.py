"""`Prompt`: a prompt in a file beside the notebook, with its model, its turns and its variables."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from ...errors import SettingsError, UnknownOption, quoted
from ...language import mark, retold, tr
from ..no_json import NO_JSON
from ..prose import nearest
from . import head, place
from .sections import Misplaced, sections
from .variables import filled, taken, variables

Message = Mapping[str, Any]


class Prompt:
    """
    A prompt file: ``prompts/<name>.md``, UTF-8.

    Between two lines ``+++`` stands a head in TOML (``model``, ``temperature``, ``schema``,
    ``description``, ``[defaults]`` of variables), below it the turns ``## system``, ``## user`` and
    ``## assistant``; without such a line all of it is what the user says. ``{name}`` is a variable.
    It sees what is passed to it, and the defaults of its head: no other name of the notebook.

    ``name`` is one below ``prompts/`` or ``folder``, or a `Path`. The file is read now; raises
    `SettingsError` with the line that is wrong. ``client.chat.create(prompt, review="…")``, and
    each other call that takes a prompt, takes one of these with its variables.
    """

    # Calls that refuse unknown keywords take the `variables` of this one.
    brings_words = True
    # Makes a panel of one; the package puts its own here.
    make_form: ClassVar[Callable[[Any, Any], Any] | None] = None

    def __init__(
        self, name: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None
    ) -> None:
        root = None if folder is None else Path(folder)
        path = place.existing(name, root)
        self._begin(place.text_of(path), path, place.name_of(path, root))

    @classmethod
    def from_text(cls, text: str, *, name: str = "prompt", path: Path | None = None) -> Self:
        """The prompt that a file with this text would be. Raises `SettingsError`."""
        made = cls.__new__(cls)
        made._begin(place.plain_lines(text), path or Path(f"{name}{place.ENDING}"), name)
        return made

    def _begin(self, text: str, path: Path, name: str) -> None:
        self.name, self.path, self.text = name, path, text
        self._given: Mapping[str, Any] = {}
        try:
            toml, body, line = head.split(text)
            self._head = head.read(toml)
            self._sections = sections(body, line)
            self._lines = self._variables()
        except Misplaced as error:
            raise self._wrong(error) from None
        self.schema = self._schema()

    @property
    def description(self) -> str:
        """What it is for, as its head says."""
        return self._head.description

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that may be passed, in the order in which they stand in it."""
        found = [name for section in self._sections for name in taken(section)]
        return tuple(dict.fromkeys([*self._lines, *found, *self._head.defaults]))

    @property
    def defaults(self) -> dict[str, Any]:
        """The values of variables that are not passed."""
        return dict(self._head.defaults)

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables that have no value yet: none passed to `given`, and no default."""
        have = {**self._head.defaults, **self._given}
        return tuple(name for name in self.variables if name not in have)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of ``client.chat.create`` that its head gives, ``schema`` among them."""
        return {**self._head.options, **({"schema": self.schema} if self.schema else {})}

    @property
    def turns(self) -> tuple[tuple[str, str], ...]:
        """The role and the text of each turn, with its variables as written."""
        return tuple((each.role, each.text) for each in self._sections)

    @cached_property
    def version(self) -> str:
        """The SHA-256 of the file's text, in hex; line ends and a byte order mark do not count."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def messages(self, **values: Any) -> list[Message]:
        """
        The messages to send, with these values.

        Raises `UnknownOption` for a value that is no variable, `SettingsError` for one that is
        missing.
        """
        self._check(values)
        return self.messages_of(values)

    def given(self, **values: Any) -> Self:
        """
        The same prompt with these values, which need not be passed again; later ones go first.

        Raises `UnknownOption` for a value that is no variable.
        """
        self._check(values)
        made = copy.copy(self)
        made._given = {**self._given, **values}
        return made

    def form(self, client: Any = None) -> Any:
        """
        A panel with a field for each variable, and the answers below: a `ChatPanel`.

        ``client`` is the one to ask, else the usual one. Raises `SettingsError`.
        """
        make = type(self).make_form
        if make is None:
            raise SettingsError(tr("A form is a panel: ChatPanel(client, prompt=…) makes one."))
        return make(self, client)

    def _check(self, values: Mapping[str, Any]) -> None:
        if odd := [name for name in values if name not in self.variables]:
            known = list(self.variables)
            raise UnknownOption(
                call=tr("the prompt {name}", name=self.name),
                word=odd[0],
                near=nearest(odd[0], known),
                known=known,
            )

    def messages_of(self, values: Mapping[str, Any]) -> list[Message]:
        """As `messages`, of a row: what is no variable is left out. Raises `SettingsError`."""
        own = {name: values[name] for name in self.variables if name in values}
        passed = {**self._given, **own}
        known, names = self.defaults | passed, frozenset(passed)
        try:
            return [
                {"role": each.role, "content": filled(each, known, names)}
                for each in self._sections
            ]
        except Misplaced as error:
            raise self._wrong(error) from None

    def save(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write it to its file, or to another. Raises `SettingsError`."""
        from ...files.saving import save_bytes

        return save_bytes(self.text.encode(), Path(path) if path else self.path)

    def __repr__(self) -> str:
        said = f" · {self._head.options['model']}" if "model" in self._head.options else ""
        names = ", ".join(f"{{{name}}}" for name in self.variables) or tr("no variables")
        return quoted(f"<Prompt {self.name} · {self.version[:8]}{said} · {names}>")

    def _variables(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for each in self._sections:
            found |= {name: at for name, at in variables(each).items() if name not in found}
        return found

    def _schema(self) -> Mapping[str, Any] | None:
        given = self._head.schema
        if not isinstance(given, str):
            return given
        where = quoted(self.path.as_posix())
        if Path(given).name != given or given.startswith(".") or "\\" in given:
            raise SettingsError(
                tr("{where}: schema is the name of a file beside it, such as x.json.", where=where)
            )
        path = self.path.parent / given
        place.refuse_outside(path, self.path.parent)
        try:
            found = json.loads(place.text_of(path))
        except (json.JSONDecodeError, RecursionError) as error:
            raise SettingsError(
                tr(
                    "{path} is no JSON: {why}.",
                    path=quoted(path.as_posix()),
                    why=retold(str(error), NO_JSON),
                )
            ) from None
        if not isinstance(found, dict):
            raise SettingsError(
                tr("{path} is no JSON schema: it is no object.", path=quoted(path.as_posix()))
            )
        return found

    def _wrong(self, error: Misplaced) -> SettingsError:
        where = f"{self.path.as_posix()}:{error.line}"
        # What asks back has its mark already.
        asks = error.what.endswith(("?", "？"))
        said = mark("{where}: {what}") if asks else mark("{where}: {what}.")
        return SettingsError(quoted(tr(said, where=where, what=error.what)))


def sent(
    prompt: object, options: Mapping[str, Any], *, taken: frozenset[str]
) -> tuple[Sequence[Message], dict[str, Any]]:
    """
    The messages of a `Prompt`, and the options of its request: what is given goes first.

    Of ``options`` those that are none of ``taken``, the options of a request, are its values.
    Raises `SettingsError`.
    """
    assert isinstance(prompt, Prompt)
    for name in prompt.variables:
        if name in taken and name not in prompt.defaults:
            raise SettingsError(
                tr(
                    "{{{name}}} in {prompt} is called like an option of the request: ask with "
                    "prompt.messages({name}=…).",
                    name=name,
                    prompt=prompt.name,
                )
            )
    words = {name: value for name, value in options.items() if value is not None}
    values = {name: words.pop(name) for name in list(words) if name not in taken}
    return prompt.messages(**values), prompt.options | words
