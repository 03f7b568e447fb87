from __future__ import annotations

import sys
from array import array
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.sophnet.speech.live.source import read

np: Any = pytest.importorskip("numpy")
TONE = np.sin(np.arange(800) / 5) * 0.5


def heard(values: Any) -> Any:
    found = array("h", read(values, 16_000).pcm)
    if sys.byteorder == "big":
        found.byteswap()
    return np.array(found) / 32768


@pytest.mark.parametrize(
    "values",
    [
        TONE,
        TONE.astype("float32"),
        TONE * 32_767,
        (TONE * 32_767).astype("int16"),
        (TONE * 32_767).astype("int64"),
        (TONE * 2_147_483_000).astype("int32"),
        (TONE * 127).astype("int8"),
        (TONE * 127 + 128).astype("uint8"),
        (TONE * 32_767 + 32_768).astype("uint16"),
        (TONE * 2_147_483_000 + 2**31).astype("uint32"),
        np.stack([TONE, TONE], axis=1),
        pytest.importorskip("pandas").Series(TONE * 32_767),
        (np.stack([TONE, TONE]) * 2_147_483_000).astype("int32"),
    ],
    ids=lambda values: f"{values.dtype} {values.shape}",
)
def test_an_array_of_any_type_is_the_same_tone(values: Any) -> None:
    assert np.abs(heard(values) - TONE).max() < 0.02


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.1, np.nan]),
        np.array([0.1, np.inf], dtype="float32"),
        np.array([0.0, 1e9]),
        np.array([0, 2**40]),
        np.array([True, False]),
        np.array([1j]),
        np.array(["a"]),
        np.zeros(0),
        np.zeros((2, 2, 2)),
    ],
    ids=str,
)
def test_an_array_that_is_no_sound_is_refused(values: Any) -> None:
    with pytest.raises(SettingsError, match="array"):
        read(values, 16_000)
