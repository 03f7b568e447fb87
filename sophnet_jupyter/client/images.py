"""The images of a client: made as the provider does, or by several models side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from ..options.images import ImageOptions
from ..options.words import checks_keywords, shows_options
from ..providers.sophnet.images import images as provider
from ..providers.sophnet.images.request import MODEL, request

if TYPE_CHECKING:
    from ..runs.compare.comparison import Comparison


@checks_keywords("images")
class Images(provider.Images):
    """Images from words: `create` and `stream` by one model, `compare` by several."""

    @shows_options(ImageOptions, request)
    def compare(
        self,
        prompt: str | Mapping[str, str],
        *,
        models: str | Iterable[str] = (),
        model: str | None = None,
        seed: int | Iterable[int] | None = None,
        grid: Mapping[str, object] | None = None,
        repeat: int = 1,
        **options: Unpack[ImageOptions],
    ) -> Comparison:
        """
        Ask several models, or with several settings, for the same images, side by side.

        ``prompt`` says what is to be seen, or is a dict of several by their names; ``models`` are
        who makes it, or ``model`` where that is one; ``seed`` is that of all of them, so that what
        differs is the model; ``grid`` are lists of values by the names of options, as
        ``{"steps": [20, 50]}``; ``repeat`` is how often each is asked. Nothing is sent before
        somebody waits: ``c = await client.images.compare("a fox", models=["a", "b"], seed=7)``.

        Raises `SettingsError` for more than 24, or where one of them cannot be sent.
        """
        from .comparing import compare

        seeds = seed if seed is None or isinstance(seed, int | str) else list(seed)
        named = "model" in (grid or {})

        def check(subject: Any, asked: Mapping[str, Any]) -> None:
            found = asked.get("seed")
            for one in found if isinstance(found, list) else [found]:
                self.check(subject, **{**asked, "seed": one})

        return compare(
            self.stream,
            prompt,
            models=models or model or (() if named else [MODEL]),
            settings=grid,
            repeat=repeat,
            options={"seed": seeds, **options},
            known=["model", "seed", *ImageOptions.__annotations__],
            check_one=check,
        )
