"""Convert an array of sound to 16-bit samples, by its type and range."""

from __future__ import annotations

from typing import Any

from .....errors import SettingsError
from .....language import mark, tr

LOUDEST = 32_767
# Resampling overshoots a little; beyond this it is no sound from -1 to 1 any more.
_OVERSHOT = 2.0
_TAKEN = mark("floats from -1 to 1, or samples of 8, 16 or 32 bits")


def samples(values: Any) -> bytes:
    """
    The samples of one channel, little-endian. Numbers of a wider type that lie within 16 bits are
    samples of 16 bits; those of unsigned types have silence in the middle.

    Raises `SettingsError` for what can be no sound.
    """
    if callable(column := getattr(values, "to_numpy", None)):
        values = column()
    if values.ndim not in (1, 2):
        raise SettingsError(tr("An array of sound has one dimension, or two with the channels."))
    if values.dtype.kind not in "uif":
        raise SettingsError(
            tr(
                "An array of {dtype} is no sound: give {taken}.",
                dtype=values.dtype,
                taken=tr(_TAKEN),
            )
        )
    if not values.size:
        raise SettingsError(tr("The array of sound is empty."))
    levels = _levels(values)
    if levels.ndim == 2:
        # Files come as rows of frames, tensors as rows of channels; there are few channels.
        levels = levels.mean(axis=0 if levels.shape[0] < levels.shape[1] else 1)
    return bytes(levels.clip(-LOUDEST - 1, LOUDEST).astype("<i2").tobytes())


def _levels(values: Any) -> Any:
    """As floats of 64 bits on the scale of 16-bit samples."""
    low, high = float(values.min()), float(values.max())
    exact = values.astype("float64")
    match values.dtype.name:
        case "int8":
            return exact * 256
        case "uint8":
            return (exact - 128) * 256
        case "uint16":
            return exact - 32_768
    # Said this way round, since a comparison with NaN is never true.
    if not (low >= -LOUDEST - 1 and high <= LOUDEST):
        if values.dtype.name == "int32":
            return exact / 65_536
        if values.dtype.name == "uint32":
            return exact / 65_536 - 32_768
        raise SettingsError(
            tr(
                "These samples go from {low:g} to {high:g}, and an array of {dtype} is sound "
                "as {taken}.",
                low=low,
                high=high,
                dtype=values.dtype,
                taken=tr(_TAKEN),
            )
        )
    if values.dtype.kind == "f" and max(-low, high) <= _OVERSHOT:
        return exact.clip(-1.0, 1.0) * LOUDEST
    return exact
