"""``%animate``: videos from words, and from a picture."""

from __future__ import annotations

from argparse import Namespace
from random import Random
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from ..errors import SettingsError, Stopped
from ..kernel.output import Cell
from ..prompt.images.attach import Attachment
from ..response import Response
from ..views.answer import Context
from ..views.media.thumbnails import Sent, small
from .answers.follow import GOES_ON, Following
from .background.handle import Background
from .line.attachments import Attachments
from .line.interpolate import interpolate
from .line.options import extra_body, out_name
from .line.trailing import parse_around
from .session.session import KernelSession

# Base64 of the largest picture that a video may begin with; the sentence about it is the request's.
LARGEST = 60_000_000
SEEDS = 2**32
DEFAULT = "Wan2.2-T2V-A14B"


@magics_class
class AnimateMagics(Magics):
    """Videos in a cell."""

    def __init__(self, shell: Any, session: KernelSession) -> None:
        super().__init__(shell)
        self._session = session

    @no_var_expand
    @line_cell_magic
    @magic_arguments()
    @argument(
        "-m",
        "--model",
        dest="video_model",
        metavar="MODEL",
        help="Model to ask: Wan2.2, for words or for a picture.",
    )
    @argument("-o", "--out", metavar="NAME", help="Also store the response under this name.")
    @argument("--image", metavar="X", help="What it begins with: a path, address or variable.")
    @argument(
        "--size",
        dest="video_size",
        metavar="W*H",
        help="Pixels, such as 1280*720: for Wan2.2 models.",
    )
    @argument("--resolution", metavar="P", help="480p or 720p: for Wan2.1 models.")
    @argument("--ratio", metavar="W:H", help="16:9 or 9:16: for Wan2.1-I2V-14B.")
    @argument("--duration", type=int, metavar="S", help="Seconds: 5, with Wan2.2 also 1.")
    @argument("--seed", type=int, metavar="N", help="The same seed, much the same video.")
    @argument("--negative", metavar="TEXT", help="What is not to be seen, in quotes: Wan2.2.")
    @argument("--watermark", action="store_true", help="Mark it as made by a model: Wan2.1.")
    @argument("--save", metavar="PATH", help="Write it to a file, or a folder ending in /.")
    @argument(
        "-b",
        "--background",
        action="store_true",
        help="Let other cells run meanwhile, which is so in a notebook unless you say --wait.",
    )
    @argument("-w", "--wait", action="store_true", help="Let the cell wait for the video.")
    @argument("--raw", action="store_true", help="Send the prompt as written, braces and all.")
    @argument(
        "-x",
        "--extra",
        action="append",
        metavar="KEY=VALUE",
        help="Anything else for the request: parameters.return_last_frame=true.",
    )
    def animate(self, line: str, cell: str | None = None) -> Response | Background:
        """
        Make a video from words, or from a picture and words, and play it below the cell.

        It takes three to eight minutes, so in a notebook other cells can run meanwhile, and the
        result is a handle: await it, or see it below this cell. The task goes on at the service
        whatever happens here; %sophnet tasks finds it again. {name} in the words is replaced by a
        value of the notebook. The response has .videos and .save(path).

            %animate a red fox runs through snow --duration 1
            %animate --image fox.png the fox turns its head -o video
        """
        try:
            return self._animate(*parse_around(self.animate, line), cell)
        except KeyboardInterrupt:
            # Not while it waited for the video, but on the way there.
            raise Stopped() from None

    def _animate(self, args: Namespace, words: str, cell: str | None) -> Response | Background:
        if cell is not None and words:
            raise UsageError(f"The prompt belongs below the line, not on it: {words!r}.")
        if args.background and args.wait:
            raise UsageError("Either --background or --wait.")
        prompt = (words if cell is None else cell).strip()
        if not prompt:
            raise UsageError("Nothing to animate: write the words behind or below the options.")
        out, names = out_name(args.out), self._session.shell.user_ns
        if not args.raw:
            prompt, _ = interpolate(prompt, names, self._session.failures)
        image = self._image(args.image, names)
        options = self._options(args, prompt, image)
        context = Context(pictures=_shown(image) if image else ())
        events = self._session.client.videos.stream(prompt, image=image, **options)
        seed = options["seed"]
        # Elsewhere nobody sees what comes after a cell's end.
        background = args.background or (Cell(self._session.shell).watched and not args.wait)
        return Following(self._session, ["video" if seed is None else f"seed {seed}"]).follow(
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
        if seed is None and (args.video_model or DEFAULT) in videos.models:
            # Chosen by us, so that it is known. Newer models may take none.
            seed = Random().randrange(SEEDS)
        options = {
            "model": args.video_model,
            "size": args.video_size,
            "resolution": args.resolution,
            "ratio": args.ratio,
            "duration": args.duration,
            "seed": seed,
            "negative_prompt": args.negative,
            "watermark": True if args.watermark else None,
            "extra_body": extra_body(args.extra),
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
                f"A video begins with one picture, and --image {word} are {len(found.items)}."
            )
        return found.items[0]


def _shown(image: Attachment) -> list[Sent]:
    return [Sent(label=image.label, thumbnail=small(image.thumbnail) if image.thumbnail else b"")]
