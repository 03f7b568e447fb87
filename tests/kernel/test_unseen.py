"""A panel in a kernel whose front end draws none."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.kernel


def test_a_cell_whose_panel_no_page_draws_says_what_to_do(kernel: Any) -> None:
    # A page has three seconds; here nobody would come in any time.
    kernel.run("import sophnet_jupyter.widgets.panel.unseen as unseen")
    kernel.run("usual, unseen.PATIENCE = unseen.PATIENCE, 0.0")
    shown = kernel.run("from sophnet_jupyter import ChatPanel; ChatPanel()")
    # Others show panels in this kernel too.
    kernel.run("unseen.PATIENCE = usual")
    kernel.follow(lambda: "anywidget and ipywidgets" in shown.text)
    assert "A chat panel" in shown.text
    assert "%sophnet doctor" in shown.html
