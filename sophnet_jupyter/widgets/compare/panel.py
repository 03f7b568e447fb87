"""Answers of several models, prompts and settings side by side, to edit, stop and ask again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, Self, Unpack

from traitlets import Bool

from ...errors import SettingsError
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.chat import ChatOptions
from ...options.words import shows_options
from ...runs.compare.answer import ColumnAnswer
from ...runs.compare.comparison import Comparison
from ...runs.compare.grid import Column
from ...views.answer import Context
from ...views.compare import figures, grid, marked
from ...views.live import compared
from ...views.live.columns import LiveColumns
from ...views.safe.look import one_line
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from .asked import as_cell, messages_of

_EMPTY = mark("A comparison. Run its cell to ask several models at once.")
# Seconds after which a front end that has not shown the panel is taken for one that cannot.
PATIENCE, TICK = 3.0, 0.5


class CompareClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def chat(self) -> Any: ...


class Compare(Panel):
    """
    Ask several models, prompts or settings the same, and see the answers side by side.

    ``prompt``, ``models``, ``grid``, ``repeat`` and ``system`` are those of ``chat.compare``, as
    are all other options; ``client`` is the one to ask, else the usual one. Prompts are edited in
    the panel: Run asks all columns, Run changed only those whose prompt or model is another than
    before. ``panel.comparison`` is what was asked last.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "panel"

    editable = Bool(True, help="Whether prompts and models can be edited.").tag(sync=True)

    @shows_options(
        ChatOptions,
        thinking_key="enable_thinking",
        run_tools=False,
        max_rounds=8,
        tool_timeout=60.0,
        json_mode=False,
        repair=0,
    )
    def __init__(
        self,
        client: CompareClient | None = None,
        prompt: object = "",
        *,
        models: str | Iterable[str] = (),
        grid: Mapping[str, object] | None = None,
        repeat: int = 1,
        system: str | None = None,
        height: Height = "",
        layout: Any = None,
        **options: Unpack[ChatOptions],
    ) -> None:
        super().__init__(height=height, layout=layout)
        self._client = self.client_for(client)
        self._prompts = dict(prompt) if isinstance(prompt, Mapping) else {"": prompt}
        self._models = [models] if isinstance(models, str) else list(models)
        self._asked: dict[str, Any] = {"grid": grid, "repeat": repeat, "system": system, **options}
        self._context = Context()
        self._live: LiveColumns | None = None
        # Comparisons that others were continued from, as HTML.
        self._past: list[str] = []
        self._kept: Column | None = None
        self._seen = False
        self.comparison: Comparison | None = None

    @classmethod
    def showing(cls, comparison: Comparison, client: CompareClient, context: Context) -> Self:
        """A panel of one that was asked by somebody else, for a cell."""
        panel = cls(client)
        panel.editable, panel._context = False, context
        panel._show(comparison)
        return panel

    def run(self, *, changed: bool = False) -> None:
        """Ask from Python, as the buttons do. Returns at once."""
        loop().call_soon_threadsafe(self.perform, self._run, self._prompts, self._models, changed)

    async def follow(self) -> None:
        """Ask the comparison that it shows, and wait for all answers."""
        if self.comparison:
            await self._follow(self.comparison)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "run", "prompts": dict(prompts), "models": list(models), **rest}:
                self._run(prompts, models, bool(rest.get("changed")))
            case {"kind": "stop-column", "column": int(column)}:
                self._shown.stop(column)
            case {"kind": "again", "column": int(column)}:
                self.start(lambda: self._again(column))
            case {"kind": "differences", "base": base, "view": view}:
                self.tell("differences", to=view, marked=self._differences(base))
            case {"kind": "copy", "column": int(column), "view": view}:
                shown = self._shown
                text = as_cell(shown.columns[column], shown.grid.prompts, self._asked)
                self.tell("cell", to=view, text=text)
            case {"kind": "keep", "column": int(column)}:
                self._keep(column)
            case {"kind": "continue", "text": str(text)}:
                self._continue(text)

    def spends(self, command: Command) -> int:
        sizes = [command.get(name) for name in ("prompts", "models")]
        return math.prod(len(each) or 1 for each in sizes if isinstance(each, (dict, list)))

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        self._seen = True
        facts: dict[str, Any] = {
            "prompts": [[name, _text(prompt)] for name, prompt in self._prompts.items()],
            "models": self._models,
        }
        return facts | self._grid(), []

    def still(self) -> tuple[str, str]:
        if not self.comparison:
            return f"<i>{tr(_EMPTY)}</i>", tr(_EMPTY)
        drawn = grid.bundle(self.comparison, self._context)
        return "".join([*self._past, drawn["text/html"]]), drawn["text/plain"]

    @property
    def _shown(self) -> Comparison:
        if self.comparison is None:
            raise SettingsError(tr("Nothing was asked yet."))
        return self.comparison

    def _grid(self) -> dict[str, Any]:
        """What a view needs to draw all of it anew."""
        facts: dict[str, Any] = {"past": self._past, "kept": self._kept_words()}
        if self.comparison is None or self._live is None:
            return facts | {"rows": [], "heads": [], "answers": []}
        self._live.flush()
        rows = self.comparison.grid.across
        return facts | {
            "rows": [
                {
                    "label": one_line(row[0].row) if len(rows) > 1 else "",
                    "columns": [one.number for one in row],
                }
                for row in rows
            ],
            "heads": self._heads(),
            "answers": self._live.whole(),
            "bodies": self._bodies(),
        }

    def _heads(self) -> list[dict[str, Any]]:
        shown = self._shown
        if any(one.response.sandbox for column in shown.columns for one in shown.of(column)):
            self.sandbox = True
        several = len(shown.grid.across) > 1
        found = []
        for column in shown.columns:
            answers = shown.of(column)
            same = grid.same_as(shown, column)
            line = figures.line([one for one in answers if not one.busy])
            found.append(
                {
                    "title": grid.title(column, row=not several),
                    "figures": line
                    + ((" " + tr("· equal to [{same}]", same=same)) if same is not None else ""),
                    "busy": any(one.busy for one in answers),
                    "sandbox": [one.response.engine for one in answers if one.response.sandbox],
                    "endings": sorted({one.response.ending for one in answers if not one.busy}),
                }
            )
        return found

    def _bodies(self) -> list[list[Any]]:
        """Columns whose repetitions are all there: equal ones are shown once."""
        shown = self._shown
        if shown.grid.repeat == 1:
            return []
        return [
            [one.number, grid.cell_body(shown.of(one), self._context)]
            for one in shown.columns
            if not any(answer.busy for answer in shown.of(one))
            and any(answer.response.timing.total for answer in shown.of(one))
        ]

    def _differences(self, base: object) -> list[list[Any]]:
        """Each column's answer with what differs from the one of column ``base`` marked."""
        shown = self._shown
        if not isinstance(base, int):
            return []
        others = [one for one in shown.columns if one.number != base and shown[one].text]
        return [[one.number, marked.marked(shown.diff(base, one))] for one in others]

    def _show(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self._live = LiveColumns(comparison, self._context, self._changed, ended=self._ended_one)

    def _changed(self, changes: list[dict[str, Any]]) -> None:
        self.tell("changes", answers=changes)

    def _ended_one(self, answer: ColumnAnswer) -> None:
        self.tell("heads", heads=self._heads(), bodies=self._bodies())

    def _run(self, prompts: Mapping[str, Any], models: Iterable[str], changed: bool) -> None:
        asked = {name: self._as_asked(name, prompt) for name, prompt in prompts.items()}
        named = [name for each in models if (name := str(each).strip())]
        if not all(_text(prompt).strip() for prompt in asked.values()):
            raise SettingsError(tr("A prompt is empty: write what is to be asked."))
        # Refused here, and not in a job, where it would end what was shown before.
        comparison = self._compare(asked if len(asked) > 1 else asked.popitem()[1], named)
        if changed and self.comparison and not comparison.keep_from(self.comparison):
            raise SettingsError(tr("Nothing has changed: Run asks all of it again."))
        self.start(lambda: self._follow(comparison))
        self._prompts = dict(prompts) if len(prompts) > 1 else {"": next(iter(prompts.values()))}
        self._models, self._kept = named, None
        self._show(comparison)
        self.tell("grid", **self._grid())

    def _as_asked(self, name: str, text: object) -> object:
        """The prompt that was given, where a view has not changed its text."""
        given = self._prompts.get(name)
        return given if given is not None and text == _text(given) else text

    def _compare(self, prompt: object, models: list[str]) -> Comparison:
        found: Comparison = self._client.chat.compare(prompt, models=models, **self._asked)
        return found

    def _keep(self, column: int) -> None:
        shown = self._shown
        if not shown[column].text:
            raise SettingsError(tr("There is no answer in this column to go on from."))
        self._kept = shown.columns[column]
        self.tell("kept", kept=self._kept_words())

    def _kept_words(self) -> str:
        return grid.title(self._kept) if self._kept else ""

    def _continue(self, text: str) -> None:
        if self._kept is None or not text.strip():
            return
        column, shown = self._kept, self._shown
        answer = shown[column]
        said = [*messages_of(shown.grid.prompts[column.prompt]), *answer.messages]
        rest = {
            name: value for name, value in self._asked.items() if name not in ("grid", "repeat")
        }
        comparison = self._client.chat.compare(
            [*said, {"role": "user", "content": text}],
            models=[column.model] if column.model else [],
            **{**rest, **column.settings},
        )
        self.start(lambda: self._follow(comparison))
        self._past.append(grid.past(shown, column, text))
        self._show(comparison)
        self._kept = comparison.columns[0]
        self.tell("grid", **self._grid())

    async def _again(self, column: int) -> None:
        self.phase = "answering"
        try:
            await self._shown.again(column)
        finally:
            self.phase = "ready"

    async def _follow(self, comparison: Comparison) -> None:
        self.phase = "answering"
        plain = asyncio.ensure_future(self._show_plainly(comparison))
        try:
            await comparison
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            self.phase = "failed"
            self.tell("error", text=said(error))
        finally:
            plain.cancel()
            if self._live:
                self._live.flush()
            self.settle()

    async def _show_plainly(self, comparison: Comparison) -> None:
        """Let the static form grow, as long as nobody shows the panel itself."""
        await asyncio.sleep(PATIENCE)
        while not self._seen:
            drawn = compared.bundle(comparison)
            self._twin.put(drawn["text/html"], drawn["text/plain"])
            await asyncio.sleep(TICK)

    def _stop(self) -> None:
        # What had come is kept, and each answer ends as stopped.
        if self.comparison and self.comparison.busy:
            self.comparison.stop()
        else:
            super()._stop()


def _text(prompt: object) -> str:
    """A prompt as it can be edited."""
    return prompt if isinstance(prompt, str) else str(getattr(prompt, "text", "") or "")
