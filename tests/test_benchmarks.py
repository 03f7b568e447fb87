"""What the benchmarks count, where that could count the wrong thing."""

from __future__ import annotations

import pytest

from benchmarks.measures.extension_load import lost_or_doubled

TOLD = ["Four three nine.", "好的,我们明天讨论。", "Is there anything else?", "Four three nine."]
WRITTEN = "Four three nine. 好的,我们明天讨论。Is there anything else? Four three nine."


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (WRITTEN, 0),
        (WRITTEN.replace("Is there anything else?", ""), 4),
        (WRITTEN.replace("天", ""), 1),
        (WRITTEN + " Four three nine.", 3),
        (WRITTEN.replace("anything", "nothing"), 2),
    ],
)
def test_words_of_a_dictation_count_as_lost_or_doubled_and_blanks_do_not(written, count):
    assert lost_or_doubled(TOLD, written) == count
