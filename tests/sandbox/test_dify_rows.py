"""That each contradiction of Dify's document stands beside a test."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
FOLDERS = ("providers/dify", "sandbox")
ROWS = {f"D{number}" for number in range(1, 33)}
# Names of types, and a quotation mark that a page lost: neither reaches a wire.
NO_MATTER = {"D10", "D17"}


def test_each_row_is_named_where_it_is_tested() -> None:
    paths = [path for folder in FOLDERS for path in (TESTS / folder).glob("test_*.py")]
    others = [path for path in paths if path != Path(__file__)]
    named = {row for path in others for row in re.findall(r"\bD\d+\b", path.read_text("utf-8"))}
    assert named >= ROWS - NO_MATTER, sorted(ROWS - NO_MATTER - named)
