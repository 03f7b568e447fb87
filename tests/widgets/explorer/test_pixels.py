"""The pixels that the map's script writes, of one scene, and of the same scene by the kernel."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sophnet_jupyter import Client
from sophnet_jupyter.explore.export.png import pixels
from sophnet_jupyter.explore.export.scene import scene
from sophnet_jupyter.explore.palettes import CATEGORIES, rgb
from sophnet_jupyter.widgets.panel.modules import inlined

NODE = Path(__file__).parents[2] / "types" / "node.py"
SCENE = Path(__file__).with_name("scene.mjs")
WIDTH, HEIGHT, COUNT = 160, 100, 400
# The same on every machine: no generator of random numbers, no sine.
STEPS = (np.arange(COUNT) * 7919 % 1009) / 1009, (np.arange(COUNT) * 6007 % 997) / 997
PLACES = np.stack([STEPS[0] * 14 - 7, STEPS[1] * 8 - 4], axis=1).astype(np.float32)
COLORS = [row % 3 for row in range(COUNT)]
CHOSEN = list(range(0, COUNT, 5))
LOOKS: dict[str, dict[str, Any]] = {
    "discs": {},
    "retina": {"ratio": 2},
    "dark": {"dark": True, "paper": [17, 17, 17]},
    "selected": {"selected": [int(row % 5 == 0) for row in range(COUNT)]},
    "hidden": {"hidden": [0, 1] + [0] * 254},
    "sizes": {"sizes": [row / COUNT for row in range(COUNT)]},
    "density": {"mode": "density"},
    "density, selected": {"mode": "density", "selected": [int(r % 5 == 0) for r in range(COUNT)]},
    "zoomed in": {"zoom": 4},
}
HASHES = {
    "discs": "deb49e31e0e55ba0",
    "retina": "ef5cecdf5378fdc8",
    "dark": "4795b756ceea1404",
    "selected": "fcfdedb33473ac03",
    "hidden": "bd5c1a1334125f8e",
    "sizes": "dc432a20be04c76f",
    "density": "b85f07fb13330ef0",
    "density, selected": "e6d052a67c608500",
    "zoomed in": "a846542ffb42dffc",
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NDArray[np.uint8]]:
    """Each look of the scene, as (height, width, 4) of red, green, blue and how opaque it is."""
    folder = tmp_path_factory.mktemp("scripts")
    scripts = []
    for name in ("draw", "points"):
        path = folder / f"{name}.mjs"
        path.write_text(inlined(f"explorer/{name}.js"), encoding="utf-8")
        scripts.append(path.as_uri())
    # A row without a place is nowhere.
    places: list[Any] = [*PLACES[:-1].ravel().tolist(), None, None]
    # As the panel fits a map into its room.
    (left, bottom), (right, top) = PLACES[:-1].min(axis=0), PLACES[:-1].max(axis=0)
    scale = min((WIDTH - 48) / float(right - left), (HEIGHT - 48) / float(top - bottom))
    told = {
        "width": WIDTH,
        "height": HEIGHT,
        "places": places,
        "colors": COLORS,
        "palette": [rgb(color) for color in CATEGORIES[:3]],
        "view": {"x": float(left + right) / 2, "y": float(bottom + top) / 2, "scale": scale},
        "looks": list(LOOKS.values()),
    }
    done = subprocess.run(
        [sys.executable, str(NODE), "node", str(SCENE), *scripts],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = {}
    for (name, look), each in zip(LOOKS.items(), json.loads(done.stdout), strict=True):
        assert each["how"] == ("density" if "density" in name else "discs")
        times = look.get("ratio", 1)
        pixels = np.frombuffer(base64.b64decode(each["pixels"]), np.uint8)
        found[name] = pixels.reshape(HEIGHT * times, WIDTH * times, 4)
    return found


@pytest.mark.parametrize("name", LOOKS)
def test_a_scene_is_drawn_in_the_same_pixels_as_ever(
    name: str, drawn: dict[str, NDArray[np.uint8]]
) -> None:
    # A change that is meant changes these: look at the picture first.
    assert hashlib.sha256(drawn[name].tobytes()).hexdigest()[:16] == HASHES[name]


def test_the_looks_differ_from_each_other_in_what_they_say(
    drawn: dict[str, NDArray[np.uint8]],
) -> None:
    def colors(name: str) -> set[tuple[int, ...]]:
        there = drawn[name][drawn[name][..., 3] > 0]
        return {tuple(each) for each in there[:, :3].tolist()}

    def covered(name: str) -> int:
        return int((drawn[name][..., 3] > 0).sum())

    orange = (230, 159, 0)
    assert min(np.abs(np.subtract(each, orange)).max() for each in colors("discs")) < 40
    assert min(np.abs(np.subtract(each, orange)).max() for each in colors("hidden")) > 60
    assert covered("hidden") < covered("discs") < covered("sizes")
    assert 3.5 < covered("retina") / covered("discs") < 4.5
    assert covered("density") <= COUNT
    grays = [each for each in colors("selected") if max(each) - min(each) < 4 and max(each) < 215]
    assert grays


@pytest.fixture(scope="module")
def explored() -> Any:
    """The same scene as an exploration."""

    async def explore() -> Any:
        places = PLACES.copy()
        vectors = np.ones((COUNT, 2), np.float32)
        vectors[-1] = places[-1] = np.nan
        async with Client("key", "http://127.0.0.1:9") as client:
            ex = await client.explore(vectors, projection=places)
            # Three categories of nearly one size, the largest first.
            ex.color([str(code) for code in COLORS])
            return ex

    return asyncio.run(explore())


@pytest.mark.parametrize("name", ["discs", "retina", "selected", "density", "density, selected"])
def test_the_kernels_picture_has_the_pixels_of_the_panel(
    name: str,
    drawn: dict[str, NDArray[np.uint8]],
    explored: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explored.select(at=CHOSEN if "selected" in name else [])
    if "density" in name:
        monkeypatch.setattr("sophnet_jupyter.explore.export.png._MANY", 10)
    times = LOOKS[name].get("ratio", 1)
    found = pixels(scene(explored, width=WIDTH, height=HEIGHT), scale=times).astype(int)
    theirs = drawn[name].astype(int)
    wanted = np.where(theirs[..., 3:] > 0, theirs[..., :3], 255)
    assert found.shape == wanted.shape
    # A place on the edge of two pixels may be rounded to either.
    same = (np.abs(found - wanted).max(axis=2) <= 1).mean()
    assert same > 0.995, same
