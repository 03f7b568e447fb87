"""The document's limits of each video model, as data."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = (
    *("832*480", "480*832", "624*624"),
    *("1280*720", "720*1280", "960*960", "1088*832", "832*1088"),
    *("1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"),
)


@dataclass(frozen=True, kw_only=True)
class VideoModel:
    """
    What a model takes. ``image`` is whether it begins with a picture; ``resolutions``, ``sizes``
    and ``ratios`` are empty where it does not take that parameter; ``durations`` in seconds.
    """

    name: str
    image: bool
    resolutions: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    durations: tuple[int, ...] = ()
    negative_prompt: bool = False
    watermark: bool = False


def _wan_2_1(name: str, *, image: bool) -> VideoModel:
    return VideoModel(
        name=name,
        image=image,
        resolutions=("480p", "720p"),
        ratios=("16:9", "9:16") if image else (),
        durations=(5,),
        watermark=True,
    )


def _wan_2_2(name: str, *, image: bool) -> VideoModel:
    return VideoModel(name=name, image=image, sizes=SIZES, durations=(1, 5), negative_prompt=True)


# Newer models are not in the document, and nothing is known that could be checked.
DOCUMENTED = {
    model.name: model
    for model in (
        _wan_2_2("Wan2.2-T2V-A14B", image=False),
        _wan_2_2("Wan2.2-I2V-A14B", image=True),
        _wan_2_1("Wan2.1-T2V-14B", image=False),
        _wan_2_1("Wan2.1-I2V-14B", image=True),
    )
}
FROM_WORDS, FROM_A_PICTURE = "Wan2.2-T2V-A14B", "Wan2.2-I2V-A14B"
