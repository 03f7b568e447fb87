"""What the settings of JupyterLab say about answers is how they look."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

CHOOSE = """
from types import SimpleNamespace
from sophnet_jupyter.lab.messages import Choose
from sophnet_jupyter.lab.page import LabPage
LabPage._obey(SimpleNamespace(_dictation=None), Choose({autoplay}, "{folds}"))
"""


def test_thinking_stands_folded_or_open_as_it_is_chosen(kernel):
    asked = "%%sophchat --think\nHow many moons has Mars?"
    assert "<details open" not in kernel.run(asked).html
    kernel.run(CHOOSE.format(autoplay=True, folds="open"))
    assert "<details open" in kernel.run(asked).html
    kernel.run(CHOOSE.format(autoplay=True, folds="closed"))
    assert "<details open" not in kernel.run(asked).html


def test_a_player_begins_by_itself_unless_that_is_switched_off(kernel):
    begins = "__import__('sophnet_jupyter').AudioPlayer().state()[0]['autoplay']"
    assert kernel.value(begins) is True
    kernel.run(CHOOSE.format(autoplay=False, folds="closed"))
    assert kernel.value(begins) is False
    kernel.run(CHOOSE.format(autoplay=True, folds="closed"))
