"""The panel of an exploration: its map, what is selected on it, and what stands beside."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import SettingsError
from ...events import Event, Finished, Notice, Placed, Progress
from ...explore.exploration import Exploration
from ...kernel.loop import loop
from ...language import tr
from ...views.explore.still import bundle
from ..panel.frame import Height
from ..panel.panel import Buffers, Command
from .finding import find
from .telling import TellingPanel, positions


class Explorer(TellingPanel):
    """
    A map that can be searched, selected from and read; any number of panels show one exploration.

    What is selected here is ``exploration.selected``, and the other way round. It begins the work
    when it is shown.
    """

    file = "panel"

    def __init__(
        self,
        exploration: Exploration,
        *,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        if not isinstance(exploration, Exploration):
            raise SettingsError(
                tr("An Explorer shows an exploration: Explorer(client.explore(df)).")
            )
        super().__init__(height=height, layout=layout)
        self.exploration = exploration
        self.sandbox = exploration.sandbox
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
            case {"kind": "search-image", "name": str(name)} if buffers:
                data = bytes(buffers[0])
                self.start(lambda: self._search(data, False, name[:80]))
            case {"kind": "unpin", "label": str(label)}:
                self.exploration.unpin(label)
            case {"kind": "pin-rows", "label": str(label)}:
                self._later(self._show_pin, label)
            case {"kind": "axis", "a": str(a), "b": str(b)}:
                self._later(self.exploration.axis, a, b)
            case {"kind": "center", "by": str(by)}:
                self.start(lambda: self.exploration.center(by or None))
            case {"kind": "sprites", "rows": list(rows), "view": str(view)}:
                self._later(self._send_sprites, rows, view)
            case {"kind": "heat", "view": str(view)}:
                self._later(self._send_heat, view)
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
            case {"kind": "find", "what": str(what), **more}:
                self._later(self._find, what, str(more.get("column") or ""))
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
        blobs = [
            exploration.map.tobytes(),
            positions(exploration.selected_positions),
            positions(exploration.image_positions),
        ]
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
                self.tell("selection", [positions(value)])
                self._later(self._send_list, "")
            case "highlight":
                self.tell("highlight", [positions(value)])
            case "zoom":
                self.tell("zoom", [positions(value)] if value is not None else [])
            case "color":
                self._later(self._send_color)
            case "size":
                self._later(self._send_sizes)
            case "clusters":
                self._later(self._send_all)
            case "pins":
                self._later(self._send_pins)
            case "answer":
                self.tell("answer", **value)
            case "asked":
                self.tell("asked", text=value)
            case "rows":
                blobs = [
                    self.exploration.map.tobytes(),
                    positions(self.exploration.image_positions),
                ]
                self.tell("rows", blobs, count=len(self.exploration))
                self._later(self._send_all)
            case "closed":
                self.tell("notice", text=value, notices=[*self.exploration.notices, value])
            case "state":
                self.tell("progress", **self._progress())
            case "error":
                self.tell("error", text=str(value))

    def _hear_event(self, event: Event) -> None:
        match event:
            case Placed(points=points, epoch=epoch, of=of):
                self.tell("placed", [points], epoch=epoch, of=of)
            case Progress(state=state, fraction=fraction):
                told = self._progress()
                if state != told["phase_now"]:
                    told["facts"] = [*told["facts"], state]
                self.tell("progress", **told, fraction=fraction)
            case Notice(text=text):
                self.tell("notice", text=text, notices=list(self.exploration.notices))
            case Finished(ending=ending):
                if ending == "complete":
                    self._later(self._send_all)
                self.settle()

    # What takes a request.

    async def _search(self, query: Any, pin: bool, name: str = "") -> None:
        self.phase = "searching"
        try:
            if pin:
                await self.exploration.pin(query)
            hits = await self.exploration.search_positions(query)
        finally:
            self.phase = "ready"
        self._send_hits(f"“{name or query}”", hits)

    def _show_pin(self, label: str) -> None:
        if pin := self.exploration.pins.get(label):
            self._send_hits(f"“{label}”", self.exploration.rays(pin, 20))

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

    def _find(self, what: str, column: str) -> None:
        found = find(self.exploration, what, column)
        rows = self.exploration.selected_positions
        if found is not None:
            listed = [self._row(row, beside=beside) for row, beside in found.rows]
            self.tell("list", rows=listed, total=len(rows), title=found.title, note=found.note)
