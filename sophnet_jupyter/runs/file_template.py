"""A prompt file as the template of a run: its variables are columns of the table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import SettingsError, SophNetError
from ..language import tr
from .rows import Item
from .tables import Record, Table
from .template import is_missing


class FileTemplate:
    """`sophnet_jupyter.Prompt`, filled once for each row."""

    def __init__(self, prompt: Any) -> None:
        self.prompt = prompt
        self.text = str(prompt.text)

    def check(self, table: Table) -> None:
        """Raise `SettingsError` where one of its variables is no column and has no default."""
        if not table.columns:
            return
        if missing := [name for name in self.prompt.missing if name not in table.columns]:
            raise SettingsError(
                tr(
                    "The prompt {name} takes {variable}, which is no column here. "
                    "The columns of {table}: {columns}.",
                    name=self.prompt.name,
                    variable=f"{{{missing[0]}}}",
                    table=table.name,
                    columns=", ".join(table.columns[:12]),
                )
            )

    def named(self, table: Table) -> list[str]:
        """The columns that are its variables."""
        return [name for name in table.columns if name in self.prompt.variables]

    def sources(self, table: Table) -> str:
        """What was read from where, in words."""
        columns = " ".join(f"{{{name}}}" for name in self.named(table))
        return tr("{names} from the table", names=columns) if columns else ""

    def items(self, table: Table, *, salt: str = "") -> Iterator[Item]:
        """A question for each row; ``salt`` makes their keys those of one way to ask."""
        for number, row in enumerate(table):
            yield self.item(number, row, table, salt=salt)

    def item(self, number: int, row: Record, table: Table, *, salt: str = "") -> Item:
        """The question of one row; one that cannot be made says so."""
        values: Mapping[str, Any] = {
            name: "" if is_missing(value) else value for name, value in row.items()
        }
        try:
            messages = self.prompt.messages_of(values)
        except SophNetError as error:
            return Item(number=number, prompt="", columns=row, problem=str(error))
        key = hashlib.sha256(f"{salt}\0{messages}".encode("utf-8", "surrogatepass")).hexdigest()
        return Item(number=number, prompt=messages, key=key, columns=row)
