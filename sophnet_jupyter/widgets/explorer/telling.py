"""What a panel of an exploration tells its page, each kind of message in one place."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...explore.exploration import Exploration
from ...explore.export.sprites import SIDE, sheet
from ...explore.session.searching import Hits
from ...kernel.loop import loop
from ...language import tr
from ...views.explore.still import facts
from ..panel.panel import Panel
from .colors import colors_of

# Rows whose texts go up at once, and how much of each; images of one sheet.
BLOCK, LONGEST, IMAGES = 512, 300, 256
# Rows of a list beside the map; clusters that are named on it.
LISTED, NAMED = 200, 60


class TellingPanel(Panel):
    """Messages to the page; those that take their time are made in a thread."""

    exploration: Exploration

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
        self._send_gap()

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
        known = sizes[np.isfinite(sizes)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
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
        """Each with the rows that it is nearest to."""
        pins = []
        for pin in self.exploration.pins.values():
            hits = self.exploration.rays(pin)
            rays = [
                {"row": int(row), "score": float(score)}
                for row, score in zip(hits.rows, hits.scores, strict=True)
            ]
            x, y = pin.point
            pins.append({"label": pin.label, "x": x, "y": y, "rays": rays})
        self.tell("pins", pins=pins)

    def _send_gap(self) -> None:
        """How far groups stand apart, where there are any."""
        if (gap := self.exploration.gap) is None:
            self.tell("gap", large=False, centered=False, sentence="", by="")
            return
        self.tell(
            "gap", large=gap.large, centered=gap.centered, sentence=gap.sentence, by=str(gap.by)
        )

    def _send_sprites(self, rows: Sequence[int], view: str) -> None:
        """Small images of rows, as one picture."""
        count = len(self.exploration)
        known = [row for row in rows[:IMAGES] if isinstance(row, int) and 0 <= row < count]
        images = [(row, self.exploration.thumbnail(row)) for row in known]
        images = [(row, data) for row, data in images if data]
        if images:
            made = sheet([data for _, data in images])
            told = [row for row, _ in images]
            self.tell("sprites", [made.data], to=view, rows=told, columns=made.columns, side=SIDE)

    def _send_hits(self, title: str, hits: Hits) -> None:
        """Rows that were found, with what random pairs have."""
        chance = self.exploration.chance
        kinds = hits.kinds or [""] * len(hits.rows)
        found = [
            self._row(int(row), beside=f"{kind} {rank} · {score:z.2f}" if kind else f"{score:z.2f}")
            for row, score, rank, kind in zip(
                hits.rows, hits.scores, hits.ranks, kinds, strict=True
            )
        ]
        note = tr(
            "Random pairs: {mean:z.2f}, one in a hundred above {p99:z.2f}",
            # Nobody means less than nothing by −0.00.
            mean=chance.mean,
            p99=chance.p99,
        )
        self.tell("found", [positions(hits.rows)], title=title, note=note, rows=found)

    def _send_heat(self, view: str) -> None:
        """All against all of the selected rows."""
        heat = self.exploration.heatmap()
        texts = [text[:LONGEST] for text in heat.labels]
        cosines = np.ascontiguousarray(heat.cosines, "<f4").tobytes()
        self.tell("heat", [cosines], to=view, texts=texts, chance=heat.chance)

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
        self.tell("near", [positions(near)], to=view, row=row)

    def _send_picture(self, view: str) -> None:
        data = self.exploration.to_png()
        self.tell("picture", to=view, png=base64.b64encode(data).decode())


def positions(rows: Any) -> bytes:
    """Positions as a browser takes them."""
    return np.asarray(rows, np.uint32).tobytes()
