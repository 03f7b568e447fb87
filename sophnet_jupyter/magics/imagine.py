"""``%imagine``: images from words."""

from __future__ import annotations

from argparse import Namespace
from random import Random
from typing import Any

from IPython.core.error import UsageError

from ..language import mark, tr
from ..response import Response
from ..runs.compare.comparison import Comparison
from ..views.answer import Context
from .answers.follow import GOES_ON, Following
from .background.handle import Background
from .line.attachments import Attachments
from .line.interpolate import Filled, fill
from .line.options import extra_body, out_name, several
from .line.prompt import prompt_of
from .line.trailing import parse_around
from .options.asks import asks
from .options.found import one_of
from .options.option import option
from .session.magics import SessionMagics

MODEL = "qwen-image"
MOST = 16
# Seeds are signed 32-bit numbers at most services.
SEEDS = 2**31


class ImagineMagics(SessionMagics):
    """Images in a cell."""

    @asks(
        out=True,
        image="An image to change: a path, an address or a variable; up to three times.",
        save="Write them to a file, or a folder ending in /.",
        background=True,
        raw=True,
        mask="Replace mobile, identity, card and plate numbers and e-mail addresses before "
        "anything is sent. Names are not found.",
        extra="Anything else for the request: parameters.watermark=true.",
    )
    @option(
        "-m",
        "--model",
        default=MODEL,
        completes=one_of(MODEL, kind="model"),
        between=",",
        help="Model to ask: qwen-image if not said. Several, A,B, are shown side by side.",
    )
    @option("-n", type=int, default=1, metavar="N", help="So many images, a seed each.")
    @option("--seed", type=int, metavar="N", help="The first seed; the next ones count on.")
    @option("--size", metavar="W*H", help="Pixels, such as 1664*928; models take some only.")
    @option("--steps", type=int, metavar="N", help="More is finer and slower.")
    @option("--negative", metavar="TEXT", help="What is not to be seen, in quotes.")
    @option("--max-side", type=int, metavar="PIXELS", help="Shrink an image to this size first.")
    @option("--as-written", action="store_true", help="The service adds nothing to the prompt.")
    def imagine(self, line: str, cell: str | None = None) -> Response | Background | Comparison:
        """
        Make images from words, several at once, and see them below the cell.

        {name} in the words is replaced by a value of the notebook. Each picture has a seed, which
        makes it again. Out[n], _ and the name after -o hold the response: .images, .save(path).

            %imagine a red fox in snow --seed 7 -n 4
            %imagine a red fox in snow -m qwen-image,Qwen-Image-2 --seed 7
            %imagine --image fox.png -m Qwen-Image-Edit-2509 the same fox at night
        """
        return self._imagine(*parse_around(self.imagine, line), cell)

    def _imagine(
        self, args: Namespace, words: str, cell: str | None
    ) -> Response | Background | Comparison:
        prompt = prompt_of(words, cell, to=mark("draw")).strip()
        if not 1 <= args.n <= MOST:
            raise UsageError(tr("-n goes from 1 to {most}, not {n}.", most=MOST, n=args.n))
        out, names = out_name(args.out), self._session.shell.user_ns
        filled = Filled(prompt) if args.raw else fill(prompt, names, self._session.failures)
        prompt = filled.text
        options = self._options(args, names)
        seeds = _seeds(args.seed, args.n)
        if len(models := several("-m", args.model)) > 1:
            return self._compare(prompt, models, seeds, options, args, Context(left=filled.left))
        # One picture that fails is an error, one of several is a line below the others.
        seed = seeds if len(seeds) > 1 else seeds[0]
        events = self._session.client.images.stream(prompt, seed=seed, **options)
        labels = [tr("seed {each}", each=each) for each in seeds]
        return Following(self._session, labels).follow(
            events,
            asked=prompt,
            background=args.background,
            out=out,
            context=Context(left=filled.left),
            save=[args.save] if args.save else [],
            on_cancel=GOES_ON,
        )

    def _compare(
        self,
        prompt: str,
        models: list[str],
        seeds: list[int],
        options: dict[str, Any],
        args: Namespace,
        context: Context,
    ) -> Comparison:
        """The same seeds by several models, side by side."""
        from .answers.compared import show_comparison

        if args.save:
            raise UsageError(
                tr("--save writes one answer: store it with -o c, then c.save('c.html').")
            )
        given = {name: value for name, value in options.items() if name != "model"}
        seed = seeds if len(seeds) > 1 else seeds[0]
        found = self._session.client.images.compare(prompt, models=models, seed=seed, **given)
        how: dict[str, Any] = {"out": out_name(args.out), "background": args.background}
        return show_comparison(self._session, found, context, shown="states", **how)

    def _options(self, args: Namespace, names: Any) -> dict[str, Any]:
        sources = Attachments(max_side=args.max_side)
        sources.add(args.image or [], names)
        return {
            "model": args.model,
            "size": args.size,
            "steps": args.steps,
            "negative_prompt": args.negative,
            "images": sources.items or None,
            "prompt_extend": False if args.as_written else None,
            "extra_body": extra_body(args.extra),
            "mask": args.mask,
        }


def _seeds(first: int | None, count: int) -> list[int]:
    """Consecutive seeds; a random first one where none is given, so that each is known."""
    # Its own numbers, so that a notebook's random.seed() stays what it was.
    begin = Random().randrange(SEEDS - count) if first is None else first
    if begin < 0:
        raise UsageError(tr("A seed is 0 or more, not {begin}.", begin=begin))
    return list(range(begin, begin + count))
