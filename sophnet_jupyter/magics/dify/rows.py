"""``%%dify --each``: an app run over the rows of a table."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from IPython.core.error import UsageError

from ...client import Dify
from ...client.mapping import run_of
from ...client.site.masks import masker_of
from ...errors import SophNetError
from ...events import Event
from ...language import tr
from ...providers.dify.form import Parameters
from ...runs.rows import Item
from ...runs.tables import Table
from ..each.each import Each
from ..each.table import table_of
from ..session.session import KernelSession
from .inputs import DifyQuestion


class DifyRows:
    """One run of an app over a table."""

    def __init__(
        self, session: KernelSession, app: Dify, question: DifyQuestion, form: Parameters
    ) -> None:
        self._session = session
        self._app = app
        self._question = question
        self._form = form
        self._cache = False

    def run(self, args: Namespace, out: str) -> None:
        """
        Answer every row, and store the table as ``out``, also when it is interrupted.

        Raises `UsageError`, before anything is sent, for an input that the first row lacks.
        """
        self._cache = bool(args.cache)
        self._masker = masker_of(args.mask)
        table, _ = table_of(args.each, self._session.shell.user_ns)
        self._check(table)

        run = run_of(
            self._items(table),
            self._ask,
            of=self._app,
            lane="app",
            table=table,
            make=lambda number: self._item(number, table.row(number)),
            template=self._question.text
            if self._masker is None
            else self._masker.masked(self._question.text, {}),
            masker=self._masker,
            prompt_hash=hashlib.sha256(self._question.text.encode()).hexdigest(),
            used=table.columns,
            more={"message_id": lambda row: row.response.request_id},
            first=args.first,
            budget=args.budget,
            concurrency=args.concurrency,
        )
        Each(self._session, args, out).go(run, self._app._recorder, asked=self._question.text)

    def _check(self, table: Table) -> None:
        if (row := next(iter(table), None)) is None:
            return
        asked = self._question.ask(self._form, row)
        if asked.left:
            columns = ", ".join(table.columns[:12])
            raise UsageError(
                tr(
                    "--each: {left} is no column and no variable. The columns of {name}: "
                    "{columns}.",
                    left=", ".join(asked.left),
                    name=table.name,
                    columns=columns,
                )
            )

    def _items(self, table: Table) -> Iterator[Item]:
        for number, row in enumerate(table):
            item = self._item(number, row)
            if self._masker is not None:
                # Numbered by the order of the rows, whoever of them is asked first.
                self._masker.learn(item.prompt)
            yield item

    def _item(self, number: int, row: Mapping[str, Any]) -> Item:
        try:
            asked = self._question.ask(self._form, row)
        except (SophNetError, UsageError) as error:
            return Item(number=number, prompt={}, columns=row, problem=str(error))
        said = f"{self._app.user}\0{sorted(asked.inputs.items())}".encode("utf-8", "surrogatepass")
        key = "" if asked.files else hashlib.sha256(said).hexdigest()
        options = {"files": asked.files} if asked.files else {}
        return Item(number=number, prompt=asked.inputs, key=key, options=options, columns=row)

    def _ask(self, item: Item) -> AsyncGenerator[Event, None]:
        return self._app.stream(
            item.prompt,
            files=item.options.get("files"),
            cache=self._cache,
            mask=False if self._masker is None else self._masker,
        )
