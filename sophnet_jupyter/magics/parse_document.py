"""``%parse``: documents as Markdown."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ..language import tr
from ..response import Response
from ..views.answer import Context
from .answers.follow import Following
from .line.interpolate import interpolate
from .line.named_files import named_files
from .line.options import out_name
from .line.suffixes import DOCUMENTS
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import files
from .options.found import positional
from .options.option import option
from .session.magics import SessionMagics


class DocumentMagics(SessionMagics):
    """Documents in a cell."""

    @asks(
        out=True,
        save=True,
        raw="Show the Markdown as it is written.",
        words=positional(files(*DOCUMENTS)),
    )
    @option("--outline", action="store_true", help="Show the headings only.")
    def parse(self, line: str) -> Response:
        """
        Read a document (pdf, docx, doc, xlsx, pptx, txt) and show it as Markdown.

        Several names and patterns are read side by side. Out[n], _ and the name after -o hold the
        response: .text is the Markdown, .outline its headings, .tables its tables as DataFrames,
        .pages each file. {report} puts it into a prompt, as far as fits.

            %parse report.pdf -o report
            %parse minutes/*.docx --outline
        """
        args, words = parse_around(self.parse, line)
        out = out_name(args.out)
        filled, _ = interpolate(words, self._session.shell.user_ns, {})
        if not filled.strip():
            raise UsageError(tr("Name a file: %parse report.pdf."))
        paths = named_files(filled, DOCUMENTS)
        client = self._session.client
        events = client.documents.stream(paths if len(paths) > 1 else paths[0])
        context = Context(format="text" if args.raw else None, outline=args.outline)
        following = Following(self._session, [path.name for path in paths])
        response = following.settle(events, out=out, context=context)
        if args.save:
            sys.stdout.write(self._session.save(response, args.save) + "\n")
        return response
