"""``%animate``: videos from words, and from an image."""

from __future__ import annotations

from argparse import Namespace
from random import Random
from typing import Any

from IPython.core.error import UsageError

from ..errors import SettingsError
from ..kernel.output import Cell
from ..language import mark, tr
from ..prompt.images.attach import Attachment
from ..response import Response
from ..views.answer import Context
from ..views.media.thumbnails import Sent, small
from .answers.follow import GOES_ON, Following
from .background.handle import Background
from .line.attachments import Attachments
from .line.interpolate import Filled, fill
from .line.options import extra_body, out_name
from .line.prompt import prompt_of
from .line.trailing import parse_around
from .options.asks import asks
from .options.files import pictures
from .options.option import option
from .options.services import videos
from .session.magics import SessionMagics

# Base64 of the largest picture that a video may begin with; the sentence about it is the request's.
LARGEST = 60_000_000
SEEDS = 2**32
DEFAULT = "Wan2.2-T2V-A14B"


class AnimateMagics(SessionMagics):
    """Videos in a cell."""

    @asks(
        out=True,
        save="Write it to a file, or a folder ending in /.",
        background=(
            "Let other cells run meanwhile, which is so in a notebook unless you say --wait."
        ),
        wait="Let the cell wait for the video.",
        raw=True,
        mask="Replace mobile, identity, card and plate numbers and e-mail addresses before "
        "anything is sent. Names are not found.",
        extra="Anything else for the request: parameters.return_last_frame=true.",
    )
    @option(
        "-m",
        "--model",
        completes=videos("name"),
        help="Model to ask: Wan2.2, for words or for an image.",
    )
    @option(
        "--image",
        metavar="X",
        completes=pictures,
        help="What it begins with: a path, address or variable.",
    )
    @option(
        "--size",
        metavar="W*H",
        completes=videos("sizes"),
        help="Pixels, such as 1280*720: for Wan2.2 models.",
    )
    @option(
        "--resolution",
        metavar="P",
        completes=videos("resolutions"),
        help="480p or 720p: for Wan2.1 models.",
    )
    @option(
        "--ratio",
        metavar="W:H",
        completes=videos("ratios"),
        help="16:9 or 9:16: for Wan2.1-I2V-14B.",
    )
    @option(
        "--duration",
        type=int,
        metavar="S",
        completes=videos("durations"),
        help="Seconds: 5, with Wan2.2 also 1.",
    )
    @option("--seed", type=int, metavar="N", help="The same seed, much the same video.")
    @option("--negative", metavar="TEXT", help="What is not to be seen, in quotes: Wan2.2.")
    @option("--watermark", action="store_true", help="Mark it as made by a model: Wan2.1.")
    def animate(self, line: str, cell: str | None = None) -> Response | Background:
        """
        Make a video from words, or from an image and words, and play it below the cell.

        It takes three to eight minutes, so in a notebook other cells can run meanwhile, and the
        result is a handle: await it, or see it below this cell. The task goes on at the service
        whatever happens here; %sophnet tasks finds it again. {name} in the words is replaced by a
        value of the notebook. The response has .videos and .save(path).

            %animate a red fox runs through snow --duration 1
            %animate --image fox.png the fox turns its head -o video
        """
        return self._animate(*parse_around(self.animate, line), cell)

    def _animate(self, args: Namespace, words: str, cell: str | None) -> Response | Background:
        if args.background and args.wait:
            raise UsageError(tr("Either --background or --wait."))
        prompt = prompt_of(words, cell, to=mark("animate")).strip()
        out, names = out_name(args.out), self._session.shell.user_ns
        filled = Filled(prompt) if args.raw else fill(prompt, names, self._session.failures)
        prompt = filled.text
        image = self._image(args.image, names)
        options = self._options(args, prompt, image)
        context = Context(pictures=_shown(image) if image else (), left=filled.left)
        events = self._session.client.videos.stream(prompt, image=image, **options)
        seed = options["seed"]
        # Elsewhere nobody sees what comes after a cell's end.
        background = args.background or (Cell(self._session.shell).watched and not args.wait)
        return Following(
            self._session, [tr("video") if seed is None else tr("seed {seed}", seed=seed)]
        ).follow(
            events,
            asked=prompt,
            background=background,
            out=out,
            context=context,
            save=[args.save] if args.save else [],
            on_cancel=GOES_ON,
        )

    def _options(self, args: Namespace, prompt: str, image: Attachment | None) -> dict[str, Any]:
        videos = self._session.client.videos
        seed = args.seed
        if seed is None and (args.model or DEFAULT) in videos.models:
            # Chosen by us, so that it is known. Newer models may take none.
            seed = Random().randrange(SEEDS)
        options = {
            "model": args.model,
            "size": args.size,
            "resolution": args.resolution,
            "ratio": args.ratio,
            "duration": args.duration,
            "seed": seed,
            "negative_prompt": args.negative,
            "watermark": True if args.watermark else None,
            "extra_body": extra_body(args.extra),
            "mask": args.mask,
        }
        # What cannot be right is said now, and not by a cell that has ended long ago.
        videos.check(prompt, image=image, **options)
        return options

    def _image(self, word: str | None, names: Any) -> Attachment | None:
        if not word:
            return None
        found = Attachments(max_encoded=LARGEST)
        found.add([word], names)
        if len(found.items) != 1:
            raise SettingsError(
                tr(
                    "A video begins with one picture, and --image {word} are {count}.",
                    word=word,
                    count=len(found.items),
                )
            )
        return found.items[0]


def _shown(image: Attachment) -> list[Sent]:
    return [Sent(label=image.label, thumbnail=small(image.thumbnail) if image.thumbnail else b"")]
