"""The panel of an exploration: its map, what is selected on it, and what stands beside."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import SettingsError
from ...events import Event, Finished, Notice, Placed, Progress
from ...explore.exploration import Exploration
from ...kernel.loop import loop
from ...views.explore.still import bundle, facts
from ..panel.panel import Buffers, Command, Panel
from .colors import colors_of

# Rows whose texts go up at once, and how much of each.
BLOCK, LONGEST = 512, 300
# Rows of a list beside the map; clusters that are named on it.
LISTED, NAMED = 200, 60


class Explorer(Panel):
    """
    A map that can be searched, selected from and read; any number of panels show one exploration.

    What is selected here is ``exploration.selected``, and the other way round. It begins the work
    when it is shown.
    """

    file = "panel"

    def __init__(self, exploration: Exploration) -> None:
        if not isinstance(exploration, Exploration):
            raise SettingsError("An Explorer shows an exploration: Explorer(client.explore(df)).")
        super().__init__()
        self.exploration = exploration
        self._ends.append(exploration.watch(self._changed))

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "select", "how": str(how)} if buffers:
                rows = np.frombuffer(bytes(buffers[0]), np.uint32).astype(np.int64)
                self.exploration.select(at=rows, add=how == "add", remove=how == "remove")
            case {"kind": "clear"}:
                self.exploration.clear()
            case {"kind": "undo"}:
                self.exploration.undo()
            case {"kind": "hover", "row": int(row)}:
                self.exploration.hovered(row if row >= 0 else None)
            case {"kind": "block", "block": int(block), "view": str(view)}:
                self._later(self._send_block, block, view)
            case {"kind": "list", "view": str(view)}:
                self._later(self._send_list, view)
            case {"kind": "near", "row": int(row), "view": str(view)}:
                self._later(self._send_neighbors, row, view)
            case {"kind": "search", "text": str(text), "pin": bool(pin)}:
                self.start(lambda: self._search(text, pin))
            case {"kind": "unpin", "label": str(label)}:
                self.exploration.unpin(label)
            case {"kind": "color", "by": str(by)}:
                self._later(self.exploration.color, by or None)
            case {"kind": "cluster", "resolution": int() | float() as resolution}:
                self._later(self.exploration.cluster, float(resolution))
            case {"kind": "rename", "cluster": int(number), "label": str(label)}:
                self.exploration.rename(number, label)
            case {"kind": "cluster-rows", "cluster": int(number)}:
                self._later(self._select_cluster, number)
            case {"kind": "tag", "label": str(label)}:
                self.exploration.tag(label)
            case {"kind": "find", "what": str(what)}:
                self._later(self._find, what)
            case {"kind": "summarize"}:
                self.start(self._summarize)
            case {"kind": "name"}:
                self.start(self._name)
            case {"kind": "halt"}:
                self.exploration.stop()
            case {"kind": "picture", "view": str(view)}:
                self._later(self._send_picture, view)

    def _ipython_display_(self, **more: Any) -> None:
        # Whoever shows it wants to see it, also where no browser says hello.
        self.exploration.begin()
        super()._ipython_display_(**more)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        exploration = self.exploration
        exploration.begin()
        shown = {
            "count": len(exploration),
            "height": exploration.options.height,
            "columns": [str(name) for name in exploration.columns],
            "notices": list(exploration.notices),
            **self._progress(),
        }
        if exploration.state == "ready":
            self._later(self._send_all)
        blobs = [exploration.map.tobytes(), _positions(exploration.selected_positions)]
        return shown, blobs

    def still(self) -> tuple[str, str]:
        drawn = bundle(self.exploration)
        return drawn["text/html"], drawn["text/plain"]

    # What changes.

    def _changed(self, kind: str, value: Any) -> None:
        """On the thread that changed it."""
        loop().call_soon_threadsafe(self.perform, self._hear_change, kind, value)

    def _hear_change(self, kind: str, value: Any) -> None:
        match kind:
            case "event":
                self._hear_event(value)
            case "selection":
                self.tell("selection", [_positions(value)])
                self._later(self._send_list, "")
            case "highlight":
                self.tell("highlight", [_positions(value)])
            case "zoom":
                self.tell("zoom", [_positions(value)] if value is not None else [])
            case "color":
                self._later(self._send_color)
            case "size":
                self._later(self._send_sizes)
            case "clusters":
                self._later(self._send_all)
            case "pins":
                self._send_pins()
            case "answer":
                self.tell("answer", **value)
            case "rows":
                self.tell("rows", [self.exploration.map.tobytes()], count=len(self.exploration))
                self._later(self._send_all)
            case "state":
                self.tell("progress", **self._progress())
            case "error":
                self.tell("error", text=str(value))

    def _hear_event(self, event: Event) -> None:
        match event:
            case Placed(points=points, epoch=epoch, of=of):
                self.tell("placed", [points], epoch=epoch, of=of)
            case Progress(fraction=fraction):
                self.tell("progress", **{**self._progress(), "fraction": fraction})
            case Notice(text=text):
                self.tell("notice", text=text)
            case Finished(ending=ending):
                if ending == "complete":
                    self._later(self._send_all)
                self.settle()

    # What is sent.

    def _later(self, work: Callable[..., object], *arguments: Any) -> None:
        """Run what takes its time in a thread; an error is shown."""

        async def run() -> None:
            try:
                await asyncio.to_thread(work, *arguments)
            except Exception as error:
                self.tell("error", text=str(error))

        task = loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def _tasks(self) -> set[asyncio.Task[None]]:
        found: set[asyncio.Task[None]] = self.__dict__.setdefault("_running", set())
        return found

    def _progress(self) -> dict[str, Any]:
        exploration = self.exploration
        return {
            "phase_now": exploration.state,
            "facts": facts(exploration, quality=False),
            "problem": str(exploration.error or ""),
        }

    def _send_all(self) -> None:
        self._send_color()
        self._send_clusters()
        self._send_pins()
        self._send_list("")
        self.tell("facts", facts=facts(self.exploration))

    def _send_color(self) -> None:
        """A number of each row into a list of colors."""
        coloring = self.exploration.coloring
        codes, palette, legend, title = colors_of(coloring, len(self.exploration))
        numbers = coloring.values is not None
        self.tell(
            "colors",
            [codes.tobytes()],
            palette=palette,
            legend=legend,
            title=title,
            numbers=numbers,
        )

    def _send_sizes(self) -> None:
        sizes = self.exploration.sizes
        if sizes is None:
            self.tell("sizes")
            return
        low, high = float(np.nanmin(sizes)), float(np.nanmax(sizes))
        scaled = np.nan_to_num((sizes - low) / max(high - low, 1e-9)).astype(np.float32)
        self.tell("sizes", [scaled.tobytes()])

    def _send_clusters(self) -> None:
        exploration, points = self.exploration, self.exploration.map
        labels = exploration.cluster_labels
        found = []
        for number in range(min(NAMED, int(labels.max(initial=-1)) + 1)):
            inside = points[(labels == number) & np.isfinite(points[:, 0])]
            if len(inside):
                x, y = np.median(inside, axis=0)
                found.append(
                    {
                        "number": number,
                        "label": exploration.cluster_name(number),
                        "words": exploration.cluster_words[number],
                        "size": int((labels == number).sum()),
                        "x": float(x),
                        "y": float(y),
                    }
                )
        self.tell("clusters", clusters=found)

    def _send_pins(self) -> None:
        pins = [
            {"label": pin.label, "x": pin.point[0], "y": pin.point[1]}
            for pin in self.exploration.pins.values()
        ]
        self.tell("pins", pins=pins)

    def _send_block(self, block: int, view: str) -> None:
        """The texts of 512 rows, for what stands beside the pointer."""
        start = block * BLOCK
        rows = range(start, min(start + BLOCK, len(self.exploration)))
        texts = [self.exploration.text_of(row)[:LONGEST] for row in rows]
        images = {
            str(row): base64.b64encode(data).decode()
            for row in rows
            if (data := self.exploration.thumbnail(row))
        }
        self.tell("block", to=view, block=block, texts=texts, images=images)

    def _send_list(self, view: str) -> None:
        """The selected rows as words."""
        rows = self.exploration.selected_positions
        listed = [self._row(int(row)) for row in rows[:LISTED]]
        self.tell("list", to=view, rows=listed, total=len(rows))

    def _row(self, row: int, **more: Any) -> dict[str, Any]:
        return {"row": row, "text": self.exploration.text_of(row)[:LONGEST], **more}

    def _send_neighbors(self, row: int, view: str) -> None:
        near = self.exploration.near_of(row)
        self.tell("near", [_positions(near)], to=view, row=row)

    def _send_picture(self, view: str) -> None:
        data = self.exploration.to_png()
        self.tell("picture", to=view, png=base64.b64encode(data).decode())

    # What takes a request.

    async def _search(self, text: str, pin: bool) -> None:
        self.phase = "searching"
        try:
            if pin:
                await self.exploration.pin(text)
            rows, scores = await self.exploration.search_positions(text)
        finally:
            self.phase = "ready"
        found = [
            self._row(int(row), similarity=float(score))
            for row, score in zip(rows, scores, strict=True)
        ]
        chance = self.exploration.chance
        self.tell(
            "found",
            [_positions(rows)],
            query=text,
            rows=found,
            chance={"mean": chance.mean, "p99": chance.p99},
        )

    async def _summarize(self) -> None:
        self.phase = "asking"
        try:
            await self.exploration.summarize()
        finally:
            self.phase = "ready"

    async def _name(self) -> None:
        self.phase = "asking"
        try:
            await self.exploration.name_clusters()
        finally:
            self.phase = "ready"

    def _select_cluster(self, number: int) -> None:
        rows = np.flatnonzero(self.exploration.cluster_labels == number)
        self.exploration.select(at=rows)
        self.exploration.zoom(at=rows)

    def _find(self, what: str) -> None:
        finders: Mapping[str, Callable[[], object]] = {
            "duplicates": self.exploration.duplicates,
            "outliers": self.exploration.outliers,
        }
        if what in finders:
            finders[what]()


def _positions(rows: Any) -> bytes:
    return np.asarray(rows, np.uint32).tobytes()
