"""The doctor's row about the page, from what the page has said of itself."""

from __future__ import annotations

import pytest

from sophnet_jupyter.magics.sophnet.page import found
from sophnet_jupyter.widgets.panel.page_probe import MICROPHONE, PageProbe


@pytest.mark.parametrize(
    ("microphone", "secure", "mark", "said"),
    [
        ("granted", True, "✓", "the microphone is allowed"),
        ("prompt", True, "✓", "asks when it is first used"),
        ("denied", True, "!", "is refused"),
        ("insecure", False, "!", "without https"),
        ("missing", True, "!", "no microphone to give"),
        ("barred", True, "!", "VS Code"),
    ],
)
def test_the_row_says_whether_the_page_draws_and_hears(
    microphone: str, secure: bool, mark: str, said: str
) -> None:
    row = found({"secure": secure, "microphone": microphone})
    assert (row.mark, row.about) == (mark, "page")
    assert said in row.said
    assert "draws panels" in row.said
    assert bool(row.advice) == (mark == "!")


def test_a_page_that_says_nothing_is_told_what_to_install() -> None:
    row = found(None)
    assert row.mark == "!"
    assert "anywidget ipywidgets" in row.advice


@pytest.mark.parametrize("said", ["<b>", "", "constructor", "granted "])
def test_a_word_that_no_browser_says_is_not_repeated(said: str) -> None:
    probe = PageProbe()
    probe.obey({"kind": "page", "secure": True, "microphone": said}, [])
    assert probe.facts
    assert probe.facts["microphone"] in MICROPHONE
    probe.close()
