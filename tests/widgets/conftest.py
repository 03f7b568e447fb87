from __future__ import annotations

from typing import Any

import pytest

from sophnet_jupyter.widgets.panel.panel import Panel


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What panels send to the browser, which is the one part that is not here."""
    messages: list[dict[str, Any]] = []

    def send(self: Panel, content: dict[str, Any], buffers: Any = None) -> None:
        # The form that a notebook keeps is told of at a time of its own.
        if content["kind"] != "twin":
            messages.append(content)

    monkeypatch.setattr(Panel, "send", send)
    return messages
