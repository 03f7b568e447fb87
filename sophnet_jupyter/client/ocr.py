"""The OCR of a client: read as the provider does, or by several models that are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

from ..options.ocr import OcrOptions
from ..options.words import checks_keywords, shows_options
from ..providers.sophnet.documents import ocr as provider
from ..providers.sophnet.documents.ocr import MODEL, request

if TYPE_CHECKING:
    from ..runs.compare.comparison import Comparison


@checks_keywords("ocr")
class Ocr(provider.Ocr):
    """Text in images: `create` and `stream` by one model, `compare` by several."""

    @shows_options(OcrOptions, request)
    def compare(
        self,
        image: object,
        *,
        models: str | Iterable[str] = (),
        names: Sequence[str] = (),
        grid: Mapping[str, object] | None = None,
        **options: Unpack[OcrOptions],
    ) -> Comparison:
        """
        Let several models read the same images; where they differ, the words are marked.

        ``image`` and ``names`` are those of `stream`; ``models`` are who reads, ``grid`` lists of
        values by the names of options. Nothing is sent before somebody waits:
        ``c = await client.ocr.compare("page.png", models=["PaddleOCR-VL-0.9B", "DeepSeek-OCR"])``.

        Raises `SettingsError` for more than 24, or where one of them cannot be sent.
        """
        from .comparing import compare

        given = dict(options)
        one = given.pop("model", None)
        return compare(
            lambda subject, **asked: self.stream(subject["image"], names=names, **asked),
            {"": {"image": image}},
            models=models or (str(one) if one else [MODEL]),
            settings=grid,
            repeat=1,
            options=given,
            known=OcrOptions.__annotations__,
            check_one=lambda subject, asked: request(**asked),
            asked=lambda subject: "",
        )
