from __future__ import annotations

import pytest

from sophnet_jupyter.sandbox.engines.texts.retrieval import (
    PASSAGE,
    Passage,
    excerpt,
    passages,
    ranked,
)

KNOWN = [
    Passage(of="travel", text="A night in a hotel may cost 120 euros.", name="travel.txt"),
    Passage(
        of="kitchen", text="Cups belong in the dishwasher. 每周五打扫厨房。", name="kitchen.txt"
    ),
    Passage(of="fares", text="火车坐二等座，夜间可以坐卧铺。", name="fares.txt"),
]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How much may hotels cost?", "travel"),
        ("Where do the cups go?", "kitchen"),
        ("厨房什么时候打扫？", "kitchen"),
        ("火车可以坐几等座？", "fares"),
        ("What is in fares.txt?", "fares"),
    ],
)
def test_the_passage_that_is_about_a_question_comes_first(question: str, found: str) -> None:
    assert ranked(question, KNOWN)[0].of == found


@pytest.mark.parametrize(
    "question", ["Which colour has the moon?", "how about it", "月亮", "", "!"]
)
def test_nothing_is_found_where_nothing_is_about_it(question: str) -> None:
    assert ranked(question, KNOWN) == []
    assert ranked("hotel", []) == []


def test_a_source_is_found_once_by_its_best_passage() -> None:
    text = "\n\n".join(f"Room {number} is blue. " + "x" * PASSAGE for number in range(5))
    cut = passages("rooms", f"{text}\n\nThe printer stands in room 7.")
    assert len(cut) > 3
    assert all(len(each.text) <= PASSAGE for each in cut)
    (found,) = ranked("Where is the printer?", cut)
    assert "The printer stands in room 7." in found.text


def test_an_excerpt_is_the_sentence_that_answers() -> None:
    text = "# Rules\n\nTrains come first. A night may cost 120 euros. Receipts go to accounting."
    assert excerpt("What may a night cost?", text) == "A night may cost 120 euros."
