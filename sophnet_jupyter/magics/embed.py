"""``%embed``: texts and images as vectors."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any

from IPython.core.error import UsageError

from ..files.lines import lines
from ..language import tr
from ..prompt.images.objects import is_picture
from ..response import Response
from ..views.answer import Context
from .answers.follow import Following
from .line.attachments import Attachments
from .line.interpolate import fill, text_of
from .line.options import extra_body, out_name
from .line.trailing import parse_around
from .options.asks import asks
from .options.found import positional
from .options.option import option
from .options.services import vector_models
from .options.variables import values
from .session.magics import SessionMagics

_WORD = re.compile(r""""([^"]*)"|'([^']*)'|(\S+)""")


class EmbedMagics(SessionMagics):
    """Vectors in a cell."""

    @asks(
        out=True,
        image="An image too: a path, a pattern, an address or a variable; any number of times.",
        raw="Take the words as written, no variables.",
        extra="Anything else for the request: normalized=false.",
        mask="Replace mobile, identity, card and plate numbers and e-mail addresses in texts.",
        words=positional(values),
    )
    @option(
        "-m",
        "--model",
        completes=vector_models,
        help="text-embeddings if not said, with images clip-embeddings; bge-m3.",
    )
    @option("-d", "--dimensions", type=int, default=1024, metavar="N", help="1024 if not said.")
    @option("--max-side", type=int, metavar="PIXELS", help="Shrink images to this size first.")
    def embed(self, line: str, cell: str | None = None) -> Response:
        """
        Turn texts and images into vectors, and see how near they are to each other.

        On the line stand texts in quotes, or a variable: a list, a column df.text, pictures. Below
        the line each line is a text. A few give a heat-map, many a summary. Out[n], _ and the name
        after -o hold the response: .vectors, .similarity(), .to_frame().

            %embed "a red fox" "a fox in snow" "stock prices fell"
            %embed df.review -o reviews
            %embed --image photos/*.jpg "a beach" "a mountain"
        """
        args, words = parse_around(self.embed, line)
        out = out_name(args.out)
        left: list[str] = []
        texts, pictures = self._inputs(args, words, cell, left)
        events = self._session.client.embeddings.stream(
            texts,
            images=pictures.items or None,
            model=args.model,
            dimensions=args.dimensions,
            extra_body=extra_body(args.extra),
            mask=args.mask,
        )
        return Following(self._session, [""]).settle(events, out=out, context=Context(left=left))

    def _inputs(
        self, args: Namespace, words: str, cell: str | None, left: list[str]
    ) -> tuple[Any, Attachments]:
        names, pictures = self._session.shell.user_ns, Attachments(max_side=args.max_side)
        pictures.add(args.image or [], names)
        texts: list[Any] = []
        for value in _values(words, {} if args.raw else names):
            if is_picture(value):
                pictures.take(value)
            else:
                texts.append(value)
        column = _column_of(words, names) if not (args.raw or cell) else None
        if column is not None and texts and len(texts) == len(column):
            # As it is, since its index is that of the vectors.
            return column, pictures
        for row in lines(cell or ""):
            said = row
            if not args.raw:
                filled = fill(row, names, self._session.failures)
                said = filled.text
                left += filled.left
            texts += [said.strip()] if said.strip() else []
        if not texts and not pictures.items:
            raise UsageError(
                tr(
                    'Nothing to embed: give texts, %embed "a fox" "a hen", or a variable, or '
                    "--image."
                )
            )
        return texts, pictures


def _values(words: str, names: Mapping[str, Any]) -> Iterable[Any]:
    """The inputs on a line: the value of a variable, or quoted words, or the words themselves."""
    try:
        # As a whole first: df['my column'] has a blank in it.
        yield from _each(text_of(words, names), words)
    except LookupError:
        for match in _WORD.finditer(words):
            quoted = match[1] if match[1] is not None else match[2]
            if quoted is not None:
                yield quoted
                continue
            try:
                yield from _each(text_of(match[3], names), match[3])
            except LookupError:
                yield match[3]


def _column_of(words: str, names: Mapping[str, Any]) -> Any:
    """The pandas column that the words of a line stand for; None where they are anything else."""
    try:
        value = text_of(words, names)
    except LookupError:
        return None
    index = getattr(value, "index", None)
    return value if index is not None and not callable(index) else None


def _each(value: Any, name: str) -> Iterable[Any]:
    """The texts or images in a variable's value: itself, or each item of a collection."""
    if hasattr(value, "columns"):
        columns = ", ".join(map(str, list(value.columns)[:8]))
        raise UsageError(
            tr(
                "{name} has the columns {columns}: name one, as {column}.",
                name=name,
                columns=columns,
                column=_column(name, value),
            )
        )
    if isinstance(value, str) or is_picture(value) or not isinstance(value, Iterable):
        return [value]
    return list(value.values() if isinstance(value, Mapping) else value)


def _column(name: str, frame: Any) -> str:
    column = str(next(iter(frame.columns), "text"))
    return f"{name}.{column}" if column.isidentifier() else f"{name}[{column!r}]"
