"""``%ocr``: the text in images, beside them."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from IPython.core.error import UsageError

from ..language import tr
from ..response import Response
from ..runs.compare.comparison import Comparison
from ..views.answer import Context
from .answers.follow import Following
from .line.interpolate import interpolate
from .line.named_files import named_pictures
from .line.options import extra_body, out_name, several
from .line.suffixes import PICTURES
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import pictures
from .options.found import one_of, positional
from .options.option import option
from .session.magics import SessionMagics

MODEL = "PaddleOCR-VL-0.9B"


class OcrMagics(SessionMagics):
    """Text in images, in a cell."""

    @asks(
        out=True,
        save=True,
        raw="Show the Markdown as it is written.",
        extra=True,
        words=positional(pictures),
    )
    @option(
        "-m",
        "--model",
        default=MODEL,
        completes=one_of(MODEL, "DeepSeek-OCR", kind="model"),
        between=",",
        help=f"{MODEL} if not said, or DeepSeek-OCR. Of several, A,B, the differences are marked.",
    )
    @option("--prompt", metavar="TEXT", help="What DeepSeek-OCR is to do, in quotes.")
    @option("--plain", action="store_true", help="Ask for Markdown that is not prettified.")
    @option("--formula-numbers", action="store_true", help="Keep the numbers of formulas.")
    def ocr(self, line: str) -> Response | Comparison:
        """
        Read the text in images, and show each beside its text, block by block.

        A picture is a file, a pattern of some, an address, a variable, or Out[n]. Out[n], _ and the
        name after -o hold the response: .text is the Markdown, .blocks have label, text and box,
        .tables are DataFrames. {page} puts it into a prompt, as far as fits.

            %ocr page.png -o page
            %ocr page.png -m PaddleOCR-VL-0.9B,DeepSeek-OCR
            %ocr scans/*.jpg -m DeepSeek-OCR
        """
        return self._ocr(*parse_around(self.ocr, line))

    def _ocr(self, args: Namespace, words: str) -> Response | Comparison:
        out, names = out_name(args.out), self._session.shell.user_ns
        filled, _ = interpolate(words, names, {})
        if not filled.strip():
            raise UsageError(tr("Name a picture: %ocr page.png."))
        found = named_pictures(filled, names, PICTURES)
        if not found:
            raise UsageError(tr("There is no picture in {filled}.", filled=filled.strip()))
        pictures, labels = [each for each, _ in found], [label for _, label in found]
        image = pictures if len(pictures) > 1 else pictures[0]
        options: dict[str, Any] = {
            "names": labels,
            "prompt": args.prompt,
            "prettify_markdown": False if args.plain else None,
            "show_formula_number": True if args.formula_numbers else None,
            "extra_body": extra_body(args.extra),
        }
        if len(models := several("-m", args.model)) > 1:
            return self._compare(image, models, options, args)
        events = self._session.client.ocr.stream(image, model=args.model, **options)
        context = Context(format="text" if args.raw else None)
        following = OcrFollowing(self._session, labels)
        response = following.settle(events, out=out, context=context)
        if args.save:
            sys.stdout.write(self._session.save(response, args.save) + "\n")
        return response

    def _compare(
        self, image: Any, models: list[str], options: dict[str, Any], args: Namespace
    ) -> Comparison:
        """What several models read, with the words that differ marked."""
        from .answers.compared import show_comparison

        if args.save:
            raise UsageError(
                tr("--save writes one answer: store them with -o c, then c[0].save(…).")
            )
        found = self._session.client.ocr.compare(image, models=models, **options)
        out = out_name(args.out)
        return show_comparison(self._session, found, Context(), out=out, shown="states")


class OcrFollowing(Following):
    """Progress, replaced where widgets are available by a page that links text and boxes."""

    def _draw(self, response: Response, context: Context) -> None:
        if not (self._cell.watched and response.pages and context.format is None):
            super()._draw(response, context)
            return
        from ..widgets.documents.reader import PageReader

        self._publish({"text/html": "", "text/plain": ""})
        PageReader(response)._ipython_display_()
