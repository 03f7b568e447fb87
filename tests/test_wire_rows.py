"""That each contradiction of the services' documents stands beside a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Rows that reach no wire: names of types, a lost quotation mark, samples of another service.
SERVICES = {
    "dify": ("D", set(range(1, 33)) - {10, 17}, ("providers/dify", "sandbox")),
    "teleai": ("T", set(range(1, 19)) - {11, 16}, ("providers", "providers/teleai", "sandbox")),
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_row_is_named_where_it_is_tested(service: str) -> None:
    letter, rows, folders = SERVICES[service]
    paths = [path for folder in folders for path in (TESTS / folder).glob("test_*.py")]
    texts = [path.read_text("utf-8") for path in paths]
    named = {int(row) for text in texts for row in re.findall(rf"\b{letter}(\d+)\b", text)}
    assert named >= rows, sorted(rows - named)
