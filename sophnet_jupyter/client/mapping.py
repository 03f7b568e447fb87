"""Runs over the rows of a table: what is asked, of whom, and how patiently."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import SettingsError
from ..events import Event
from ..history.prices import Prices
from ..language import tr
from ..providers.sophnet.chat.question import Reuse
from ..response import Response
from ..runs.columns import PARSED, fields_of
from ..runs.file_template import FileTemplate
from ..runs.rows import NOTHING, Item
from ..runs.run import Run
from ..runs.tables import Table
from ..runs.template import Template
from ..settings import data_folder
from ..wire.pace import patient
from ..wire.wire import Wire
from .row_calls import ChatSource, RowCalls
from .site.masks import concealing, masker_of, restoring

if TYPE_CHECKING:
    from ..history.budget import Meter
    from ..masking.masker import Masker


class PacedResource(Protocol):
    """A resource whose calls wait for their turns."""

    _wire: Wire


class PacedChat(PacedResource, ChatSource, Protocol):
    """A chat, of which a run needs its answers and a look at a request."""

    @property
    def request(self) -> Callable[..., object]: ...


def map_chat(
    chat: PacedChat,
    template: Any,
    rows: Any,
    asked: Mapping[str, Any],
    *,
    names: Mapping[str, Any] = NOTHING,
    cache: bool = False,
    repetition: int = 0,
    **how: Any,
) -> Run:
    """
    A run of a chat over the rows of a table; see `Chat.map`.

    ``asked`` are the options of every row, the model among them. ``names`` are variables that the
    template may name beside the columns; ``cache`` takes answers that were kept for equal questions
    of this ``repetition``. ``how`` are further arguments of `run_of`. Raises `SettingsError`.
    """
    options = {name: value for name, value in asked.items() if value is not None}
    images = options.pop("images", None)
    # One for all rows, so that equal values of theirs are equal to the model too.
    masker = masker_of(options.pop("mask", None))
    prompt: Template | FileTemplate
    if getattr(type(template), "brings_words", False):
        if images is not None:
            raise SettingsError(
                tr("A prompt file takes no images: name a column in a text prompt.")
            )
        prompt = FileTemplate(template)
        options = {**template.options, **options}
    else:
        prompt = Template(template, names=names, images=images)
    # What cannot be sent is refused here, and not by every row.
    chat.request("?", **options)
    table = rows if isinstance(rows, Table) else Table(rows)
    prompt.check(table)

    fields = fields_of(options.get("schema")) or ([PARSED] if options.get("json_mode") else [])
    way = salt(options)
    items, masking = prompt.items(table, salt=way), {}
    if masker is not None:
        items, masking = _numbered(items, masker), {"mask": masker}
    return run_of(
        items,
        RowCalls(chat, {**options, **masking}, Reuse(cache=cache, number=repetition)),
        of=chat,
        lane=str(options.get("model", "")),
        table=table,
        make=lambda number: prompt.item(number, table.row(number), table, salt=way),
        sources=prompt.sources(table),
        template=prompt.text if masker is None else masker.masked(prompt.text, {}),
        prompt_hash=hashlib.sha256(
            f"{way}\0{prompt.text}".encode("utf-8", "surrogatepass")
        ).hexdigest(),
        used=prompt.named(table),
        fields=fields,
        longest=options.get("max_tokens") or options.get("max_completion_tokens"),
        revive=reviver(options),
        masker=masker,
        **how,
    )


def _numbered(items: Iterable[Item], masker: Masker) -> Iterator[Item]:
    """The rows, with placeholders numbered by their order, whoever of them is asked first."""
    for item in items:
        masker.learn(item.prompt)
        yield item


def reviver(options: Mapping[str, Any]) -> Callable[[str], Any] | None:
    """Makes the value that the schema describes of an answer that was kept."""
    if (schema := options.get("schema")) is None:
        return None
    from ..prompt.forms.shape import shape

    return shape(schema).read


def run_of(
    items: Iterable[Item],
    ask: Callable[[Item], AsyncGenerator[Event, None]],
    *,
    of: PacedResource,
    lane: str,
    table: Table,
    patience: float = 600.0,
    budget: object = None,
    masker: Masker | None = None,
    **how: Any,
) -> Run:
    """
    A run of any resource, whose rows wait patiently for their turns.

    ``lane`` is what calls ``of`` it are called on the way, ``budget`` what it may take: see
    `history.budget`. ``masker`` is what masks its questions. ``how`` are further arguments of
    `Run`.
    """
    if isinstance(patience, bool) or not isinstance(patience, int | float) or patience <= 0:
        raise SettingsError(
            tr("patience is a number of seconds above 0, not {patience!r:.80}.", patience=patience)
        )

    def waits() -> str:
        told = of._wire.told(lane)
        return str(told) if told.learned or told.refused_share else ""

    prices = Prices.read(data_folder())

    def price(response: Response) -> tuple[float, str] | None:
        cost = prices.cost(response, model=lane)
        return (float(cost.amount), cost.currency) if cost else None

    return Run(
        items,
        ask,
        price=price,
        meter=_meter(budget, prices, of, lane),
        total=table.height,
        table=table,
        patience=patience,
        around=partial(patient, seconds=patience),
        waits=waits,
        restore=restoring(masker),
        conceal=concealing(masker),
        **how,
    )


def _meter(budget: object, prices: Prices, of: PacedResource, lane: str) -> Meter | None:
    if budget is None:
        return None
    from ..history import budget as budgets

    limit = budgets.budget(budget, prices)
    service = of._wire.origin.service
    # Answers of an app name their price themselves.
    return budgets.Meter(
        limit, prices, service=service, model=lane, priced_by_service=lane == "app"
    )


def salt(options: Mapping[str, Any]) -> str:
    """What tells the questions of one way to ask from those of another: a hash of its options."""
    said = "\0".join(f"{name}={_said(options[name])}" for name in sorted(options))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _said(value: Any) -> str:
    """An option as text: of a class the form that it describes, of a function its name."""
    if isinstance(value, list | tuple):
        return str([_said(each) for each in value])
    if isinstance(value, Mapping):
        return str({str(name): _said(each) for name, each in value.items()})
    if isinstance(value, type):
        return f"{value.__qualname__} {fields_of(value)}"
    return getattr(value, "__qualname__", None) or repr(value)
