from __future__ import annotations

import pandas as pd
import pytest

from sophnet_jupyter import Client

TOPICS = {
    "weather": [
        "heavy rain in the {} valley",
        "cold {} wind and rain today",
        "rain clouds over {}",
    ],
    "cooking": ["simmer the {} soup with salt", "salt and pepper for {} soup", "a {} soup recipe"],
    "football": ["the {} striker scored a goal", "a late goal for {} fans", "{} goal in the cup"],
}
PLACES = "north south east west upper lower inner outer distant nearby great little".split()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("SOPHNET_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
async def client(sandbox):
    async with Client("sandbox", sandbox.url) as client:
        yield client


@pytest.fixture
def texts() -> pd.DataFrame:
    """108 texts of three topics, with labels that are no integers."""
    rows = [
        (topic, text.format(place))
        for topic, patterns in TOPICS.items()
        for text in patterns
        for place in PLACES
    ]
    return pd.DataFrame(rows, columns=["topic", "text"], index=[f"r{n}" for n in range(len(rows))])
