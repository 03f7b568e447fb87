"""``%explore``: a table of texts or images as a map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from ..errors import SophNetError, Stopped
from ..events import Event, Placed, Progress
from ..kernel.loop import run
from ..kernel.output import Cell
from ..language import tr
from ..views.answer import Context
from ..views.safe.look import words
from .line.interpolate import value_of
from .line.options import out_name
from .line.trailing import parse_around
from .options.asks import asks
from .options.found import positional
from .options.option import option
from .options.services import vector_models
from .options.variables import values
from .session.magics import SessionMagics

if TYPE_CHECKING:
    from ..explore.exploration import Exploration

# Pictures a second while it is laid out.
_PICTURES = 2
_WORD = re.compile(r'"([^"]*)"|\'([^\']*)\'|(\S+)')


class ExploreMagics(SessionMagics):
    """Maps in a cell."""

    @asks(out="Also store the exploration under this name.", words=positional(values), mask=True)
    @option("--image", metavar="COLUMN", help="The column with images: paths, addresses, bytes.")
    @option("--color", metavar="COLUMN", help="Color by a column, or by cluster or trust.")
    @option(
        "--center",
        metavar="COLUMN",
        help="Do not tell its groups apart, such as languages; kind for texts beside images.",
    )
    @option("--vectors", metavar="COLUMN", help="Vectors that are there already: nobody is asked.")
    @option("--like", metavar="PATH", help="The Parquet file of a map that known rows stand on.")
    @option(
        "--projection",
        choices=("neighbors", "pca", "umap"),
        default="neighbors",
        help="How rows are placed; neighbors if not said.",
    )
    @option("--height", type=int, metavar="PIXELS", help="Of the map on the page; 480.")
    @option("--seed", type=int, default=0, metavar="N", help="Another number, another map; 0.")
    @option("--budget", type=int, metavar="TOKENS", help="Rows beyond it are not asked.")
    @option(
        "-m",
        "--model",
        completes=vector_models,
        help="text-embeddings if not said, with images clip-embeddings; bge-m3.",
    )
    @option("-d", "--dimensions", type=int, metavar="N", help="1024 if not said.")
    def explore(self, line: str) -> Exploration:
        """
        Show a table of texts or images as a map, with clusters and their words.

        On the line stand a variable and its column: a DataFrame, a list, an array of vectors, the
        response of %embed, or the path of a .parquet file. Vectors that were paid for before cost
        nothing again. Out[n], _ and the name after -o hold the exploration: .search(), .select(),
        .clusters, .duplicates(), .to_frame().

            %explore df text
            %explore df title --image path --color category --center lang -o ex
            %explore week48.parquet --like week47.parquet
        """
        args, words = parse_around(self.explore, line)
        out = out_name(args.out)
        names = self._session.shell.user_ns
        data, column = _data(words, names)
        self._close_former(out)
        exploration = self._session.client.explore(
            data,
            column,
            args.image,
            color=args.color,
            center=args.center,
            vectors=args.vectors,
            model=args.model,
            dimensions=args.dimensions,
            projection=args.projection,
            seed=args.seed,
            budget=args.budget,
            like=args.like,
            height=args.height or 480,
            mask=args.mask,
        )
        if out:
            names[out] = exploration
        Showing(self._session.shell).wait(exploration)
        self._session.remember_shown_value(exploration, Context())
        return exploration

    def _close_former(self, out: str | None) -> None:
        """End the work of the one that the name held before."""
        former: Any = self._session.shell.user_ns.get(out) if out else None
        if type(former).__name__ == "Exploration":
            former.close()


class Showing:
    """An exploration in this cell's output: progress, then pictures, then the whole."""

    def __init__(self, shell: Any) -> None:
        self._cell = Cell(shell)
        self._place: str | None = None
        self._told = 0.0
        self._has_panel = False

    def wait(self, exploration: Exploration) -> None:
        """Until it is ready. An interrupt stops it and keeps what came: raises `Stopped`."""
        if self._cell.watched:
            with suppress(NotImplementedError):
                exploration._ipython_display_()
                self._has_panel = True
        try:
            run(self._follow(exploration))
        except KeyboardInterrupt:
            exploration.stop()
            self._draw(exploration)
            raise Stopped from None
        except SophNetError:
            self._draw(exploration)
            raise
        self._draw(exploration)

    async def _follow(self, exploration: Exploration) -> None:
        async for event in exploration:
            if self._cell.watched and not self._has_panel and self._is_due(event):
                self._told = monotonic()
                if isinstance(event, Placed):
                    self._draw(exploration)
                elif isinstance(event, Progress):
                    self._say(f"{event.state} {event.fraction or 0:.0%}")

    def _is_due(self, event: Event) -> bool:
        shown = isinstance(event, Placed | Progress)
        return shown and monotonic() - self._told > 1 / _PICTURES

    def _say(self, text: str) -> None:
        self._publish({"text/plain": text, "text/html": f"<span>{words(text, 200)}</span>"})

    def _draw(self, exploration: Exploration) -> None:
        from ..views.explore.still import bundle

        if self._has_panel:
            return
        data = bundle(exploration)
        self._publish({"text/plain": data["text/plain"]} if self._is_text else data)

    @property
    def _is_text(self) -> bool:
        return self._cell.place == "terminal"

    def _publish(self, data: Mapping[str, str]) -> None:
        again = self._place is not None and self._cell.watched
        self._place = self._cell.publish(data, display_id=self._place, update=again)


def _data(words: str, names: Mapping[str, Any]) -> tuple[Any, Any]:
    """The data that a line names, and the column. Raises `UsageError`."""
    with suppress(LookupError):
        if words:
            return value_of(words, names), None
    parts = [quoted or other or bare for quoted, other, bare in _WORD.findall(words)]
    if not parts:
        raise UsageError(
            tr("Nothing to explore: %explore df text, with a variable and its column.")
        )
    if len(parts) > 2:
        raise UsageError(
            tr("%explore takes a variable and one column; a name with blanks in quotes.")
        )
    column = parts[1] if len(parts) == 2 else None
    if parts[0].endswith((".parquet", ".pq")):
        return parts[0], column
    try:
        return value_of(parts[0], names), column
    except LookupError:
        raise UsageError(
            tr("There is no {parts} here: define it in a cell above.", parts=parts[0])
        ) from None
