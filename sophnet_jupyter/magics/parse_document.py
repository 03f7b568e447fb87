"""``%parse``: a document as Markdown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from ..errors import Stopped
from ..response import Response
from .follow import Following
from .interpolate import interpolate
from .options import out_name
from .session import Session
from .trailing import parse_around


@magics_class
class DocumentMagics(Magics):
    """Documents in a cell."""

    def __init__(self, shell: Any, session: Session) -> None:
        super().__init__(shell)
        self._session = session

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("-o", "--out", metavar="NAME", help="Also store the response under this name.")
    @argument("--save", metavar="PATH", help="Write the Markdown to this file.")
    def parse(self, line: str) -> Response:
        """
        Read a document (pdf, docx, doc, xlsx, pptx, txt) and show it as Markdown.

        Out[n], _ and the name after -o hold the response: .text is the Markdown.

            %parse report.pdf -o report
        """
        try:
            args, words = parse_around(self.parse, line)
            out = out_name(args.out)
            path = self._path(words)
            events = self._session.client.documents.stream(path)
            response = Following(self._session, [path.name]).settle(events, out=out)
            if args.save:
                [saved] = response.save(args.save)
                sys.stdout.write(f"saved: {saved}\n")
            return response
        except KeyboardInterrupt:
            raise Stopped() from None

    def _path(self, words: str) -> Path:
        filled, _ = interpolate(words, self._session.shell.user_ns, {})
        if len(filled) > 1 and filled[0] == filled[-1] and filled[0] in "\"'":
            filled = filled[1:-1]
        if not filled:
            raise UsageError("Name a file: %parse report.pdf.")
        return Path(filled).expanduser()
