"""What a cell gives an app: its inputs and files, with values of the notebook in them."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...errors import AnswerUnreadable, NotFound
from ...language import tr
from ...providers.dify.form import Input, Parameters
from ..line.interpolate import fill
from ..session.session import KernelSession

_VARIABLE = re.compile(r"\{([^\W\d]\w*)\}")


@dataclass(frozen=True, kw_only=True)
class PreparedRun:
    """One run, ready to be sent; ``inserted`` and ``left`` tell what was put in, and what not."""

    inputs: Mapping[str, Any]
    files: list[Any]
    inserted: list[str]
    left: list[str]


async def form_of(app: Dify) -> Parameters:
    """The app's form; an empty one where a gateway keeps it back, and the app judges alone."""
    try:
        return await app.form()
    except (NotFound, AnswerUnreadable):
        return Parameters()


class DifyQuestion:
    """A cell of ``%%dify`` with its options, to be filled once, or once for each row."""

    def __init__(self, args: Namespace, cell: str, session: KernelSession) -> None:
        self._cell = cell.strip()
        self._files = args.file
        self._raw = args.raw
        self._session = session
        self._pairs = [_pair(item) for item in args.inputs]

    @property
    def text(self) -> str:
        """What is asked, as written: the inputs by their names, and the cell."""
        return "\n".join([*(f"{name}: {value}" for name, value in self._pairs), self._cell])

    def ask(self, form: Parameters, row: Mapping[str, Any] | None = None) -> PreparedRun:
        """
        The inputs of one run. Columns of a row that are called as an input are that input.

        Raises `UsageError` for what the app has no input for, `SettingsError` for what is missing.
        """
        names = {**self._session.shell.user_ns, **(row or {}), **({"row": row} if row else {})}
        inserted: list[str] = []
        left: list[str] = []

        def filled(text: str) -> str:
            if self._raw:
                return text
            found = fill(text, names, self._session.failures)
            inserted.extend(found.inserted)
            left.extend(found.left)
            return found.text

        known = {each.name: each for each in form.inputs}
        inputs: dict[str, Any] = {n: str(v) for n, v in (row or {}).items() if n in known}
        for name, value in self._pairs:
            if known and name not in known:
                raise UsageError(
                    tr(
                        "The app has no input {name}: it has {known}.",
                        name=name,
                        known=", ".join(known),
                    )
                )
            inputs[name] = filled(value)
        if self._cell:
            inputs[_place(form, inputs)] = filled(self._cell)
        form.check(inputs)
        inputs = {name: _typed(known.get(name), value) for name, value in inputs.items()}
        files = self._attached(names)
        return PreparedRun(inputs=inputs, files=files, inserted=inserted, left=left)

    def _attached(self, names: Mapping[str, Any]) -> list[Any]:
        found = []
        for item in self._files:
            variable = _VARIABLE.fullmatch(item)
            if variable and variable[1] not in names:
                raise UsageError(
                    tr("--file: there is no {variable} in this notebook.", variable=variable[1])
                )
            found.append(names[variable[1]] if variable else item)
        return found


def _place(form: Parameters, inputs: Mapping[str, Any]) -> str:
    """The input that the cell's text is: query, or the only one that still needs a text."""
    names = [each.name for each in form.inputs]
    if not names or "query" in names:
        return "query"
    missing = form.missing(inputs)
    if len(missing) != 1:
        raise UsageError(
            tr(
                "The app has no input query, so it is not clear what the text below the line "
                "is. Give its inputs by name, --inputs {names}=…: it has {names2}.",
                names=names[0],
                names2=", ".join(names),
            )
        )
    return missing[0]


def _pair(item: str) -> tuple[str, str]:
    name, equals, value = item.partition("=")
    if not equals or not name.strip():
        raise UsageError(tr("--inputs takes NAME=VALUE, not {item!r}.", item=item))
    return name.strip(), value


def _typed(known: Input | None, value: Any) -> Any:
    if known is None or known.kind != "number":
        return value
    try:
        number = float(value)
    except ValueError:
        raise UsageError(
            tr("The input {name} is a number, not {value!r}.", name=known.name, value=value)
        ) from None
    return int(number) if number.is_integer() else number
