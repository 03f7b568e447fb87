"""The state of an exploration: read as snapshots, changed under one lock, told to who watches."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...events import Event, Finished, Placed, VectorsAsked, VectorsReady
from ...language import tr
from ..inputs import Inputs
from ..kernels.arrays import Floats, Integers, unit, whole
from ..kernels.groups import centered, is_none
from ..kernels.neighbors import neighbors
from ..kernels.quality import kept_of, trustworthiness
from ..kernels.scripts import scripts
from ..tables import made
from .cost import ExploreCost
from .listeners import Listeners
from .service import EmbeddingService

log = logging.getLogger("sophnet_jupyter.explore")

State = Literal["embedding", "placing", "ready", "stopped", "failed"]
NEIGHBORS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """
    How far a map may be believed. ``trust`` and ``kept`` are from 0 to 1, ``per_row`` has the share
    of each row's true neighbors that are its neighbors on the map, NaN where it has no place.
    """

    trust: float
    kept: float
    per_row: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreOptions:
    """What `client.explore` was given besides its data."""

    model: str | None = None
    dimensions: int | None = None
    center: Any = None
    color: Any = None
    projection: Any = "neighbors"
    seed: int | None = 0
    budget: int | None = None
    height: int = 480
    labels: Mapping[str, str] = field(default_factory=dict)


class ExplorationBase:
    """What all parts of an exploration share."""

    def __init__(self, inputs: Inputs, service: EmbeddingService, options: ExploreOptions) -> None:
        self._inputs = inputs
        self._service = service
        self.options = options
        self._lock = threading.RLock()
        self._state: State = "embedding"
        self._error: Exception | None = None
        self._sandbox = inputs.vectors is None and service.sandbox
        self._vectors = _none((inputs.table.height, 0))
        self._points = _none((inputs.table.height, 2))
        self._missing = dict(inputs.missing)
        self._cost: ExploreCost | None = None
        self._asked: VectorsAsked | None = None
        self._finished: Finished | None = None
        self._epoch = (0, 0)
        self._notices: list[str] = []
        self._thumbnails: dict[int, bytes] = {}
        # What was written beside the rows: tags, summaries.
        self._columns: dict[str, list[Any]] = {}
        self._watchers: dict[int, Callable[[str, Any], object]] = {}
        self._watcher_count = 0
        # What is computed when it is first asked for, until the vectors change.
        self._found: dict[str, Any] = {}
        self._computing = threading.Lock()
        self._on_select = Listeners("on_select", self._draw_error)
        self._on_hover = Listeners("on_hover", self._draw_error)
        self._on_pin = Listeners("on_pin", self._draw_error)
        if inputs.vectors is not None:
            self._vectors = inputs.vectors
            self._missing = {
                int(row): tr("no vector") for row in np.flatnonzero(~whole(inputs.vectors))
            }

    # What users read.

    @property
    def state(self) -> State:
        """``embedding``, ``placing``, ``ready``, ``stopped`` or ``failed``."""
        return self._state

    @property
    def sandbox(self) -> bool:
        """Whether vectors of it are the sandbox's, and no service's."""
        return self._sandbox

    @property
    def error(self) -> Exception | None:
        """What ended it, where it has failed."""
        return self._error

    @property
    def cost(self) -> ExploreCost | None:
        """What is asked and what was kept from before; None until that is known."""
        return self._cost

    @property
    def notices(self) -> tuple[str, ...]:
        """What it had to say besides."""
        return tuple(self._notices)

    @property
    def frame(self) -> Any:
        """The rows as they were given: index, types and library kept."""
        return self._inputs.table.native

    @property
    def vectors(self) -> Floats:
        """(n, d) float32, NaN where a row has none."""
        return self._vectors

    @property
    def map(self) -> Floats:
        """(n, 2) float32, NaN where a row has no place."""
        return self._points.copy()

    @property
    def missing(self) -> Any:
        """The rows without a vector, as a frame of ``row`` and ``reason``."""
        with self._lock:
            rows = sorted(self._missing.items())
        labels = [self._inputs.labels[row] for row, _ in rows]
        return made({"row": labels, "reason": [reason for _, reason in rows]}, self._like()).native

    @property
    def missing_count(self) -> int:
        """How many rows have no vector."""
        return len(self._missing)

    @property
    def columns(self) -> list[Any]:
        """The columns of the frame."""
        return self._inputs.table.columns

    @property
    def quality(self) -> Quality:
        """How far the map may be believed; computed when it is first asked for."""
        return self._once("quality", self._measured)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return self._inputs.table.height

    # What the parts use.

    def _like(self) -> Any:
        return self._inputs.table

    @property
    def _good(self) -> NDArray[np.bool_]:
        if not self._vectors.shape[1]:
            return np.zeros(len(self._vectors), np.bool_)
        return whole(self._vectors)

    @property
    def _space(self) -> Floats:
        """The vectors as they are compared: of length 1, without what sets groups apart."""
        return self._once("space", self._spaced)  # type: ignore[no-any-return]

    def _spaced(self) -> Floats:
        rows = unit(self._vectors)
        return rows if self.options.center is None else unit(centered(rows, self._groups()))

    def check_center(self) -> None:
        """
        Raises `SettingsError` where ``center`` names no column and has no value for each row.

        From then on it is a column's name, or a list.
        """
        groups, given = self._groups(), self.options.center
        if not isinstance(given, str) and not self._inputs.table.has(given):
            named = [None if is_none(group) else str(group) for group in groups]
            self.options = replace(self.options, center=named)

    def _groups(self) -> list[Any]:
        """The group of each row, as ``center`` names it."""
        return self._groups_by(self.options.center)

    def _groups_by(self, by: Any) -> list[Any]:
        if isinstance(by, str) and by not in self.columns:
            if by == "kind":
                return list(self._inputs.kinds)
            if by == "script":
                return self._once("scripts", lambda: scripts(self._inputs.texts))  # type: ignore[no-any-return]
        return self._inputs.table.values(by)

    @property
    def _near(self) -> tuple[Integers, Floats]:
        """The true neighbors of each row, and how far they are."""
        return self._once("near", lambda: neighbors(self._space, NEIGHBORS))  # type: ignore[no-any-return]

    def _measured(self) -> Quality:
        indices, _ = self._near
        points = self._points
        per_row = kept_of(indices, points)
        known = per_row[np.isfinite(per_row)]
        return Quality(
            trust=trustworthiness(self._space, points, NEIGHBORS),
            kept=float(known.mean()) if len(known) else float("nan"),
            per_row=per_row,
        )

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """Compute something that others may be waiting for too. Blocking."""
        if (found := self._found.get(name)) is not None:
            return found
        if name not in ("space", "near"):
            made_now = make()
            return self._found.setdefault(name, made_now)
        if name == "near":
            _ = self._space
        with self._computing:
            if (found := self._found.get(name)) is None:
                found = self._found[name] = make()
            return found

    def _forget(self, *names: str) -> None:
        for name in names or tuple(self._found):
            self._found.pop(name, None)

    # Who watches.

    def watch(self, function: Callable[[str, Any], object]) -> Callable[[], None]:
        """
        Have ``function(kind, value)`` called at each change, on the thread that makes it.

        ``kind`` is ``event`` with an event as the value, or the name of what changed:
        ``selection``, ``color``, ``size``, ``pins``, ``clusters``, ``highlight``, ``zoom``,
        ``state``, ``error``, ``rows``. Returns what takes it back. For panels; it may not wait.
        """
        with self._lock:
            self._watcher_count += 1
            number = self._watcher_count
            self._watchers[number] = function

        def take_back() -> None:
            with self._lock:
                self._watchers.pop(number, None)

        return take_back

    def _tell(self, kind: str, value: Any = None) -> None:
        with self._lock:
            watchers = list(self._watchers.values())
        for function in watchers:
            function(kind, value)

    def _emit(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, VectorsAsked):
                self._asked = event
            if isinstance(event, Finished):
                self._finished = event
        self._tell("event", event)

    def _so_far(self) -> list[Event]:
        """What somebody who comes late has missed, in as few events as possible."""
        with self._lock:
            events: list[Event] = [self._asked] if self._asked else []
            good = np.flatnonzero(self._good)
            if self._asked and len(good):
                events.append(self._ready(good))
            if np.isfinite(self._points).any():
                events.append(self._placed())
            return [*events, *([self._finished] if self._finished else [])]

    def _ready(self, rows: NDArray[np.int64]) -> VectorsReady:
        return VectorsReady(
            places=tuple((int(row),) for row in rows),
            dimensions=self._vectors.shape[1],
            data=self._vectors[rows].tobytes(),
        )

    def _placed(self) -> Placed:
        epoch, of = self._epoch
        return Placed(points=self._points.tobytes(), epoch=epoch, of=of)

    def _draw_error(self, error: Exception) -> None:
        if not self._watchers:
            # Nobody draws it.
            log.warning("%s", error)
        self._tell("error", error)


def _none(shape: tuple[int, int]) -> Floats:
    return np.full(shape, np.nan, np.float32)
