from __future__ import annotations

from typing import Any

import pytest

from sophnet_jupyter.widgets.panel.panel import Panel


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What panels send to the browser, which is the one part that is not here."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(Panel, "send", lambda self, content, buffers=None: messages.append(content))
    return messages
