from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.wire.call import Network, Origin
from sophnet_jupyter.wire.wire import Wire


@pytest.fixture
def app(sandbox: SimpleNamespace) -> Callable[..., App]:
    """Makes apps of the sandbox whose requests ask for quirks and faults."""

    def make(*, quirks: str = "", faults: str = "", speed: float = 0, user: str = "ada") -> App:
        headers = {
            "authorization": f"Bearer {sandbox.key}",
            "x-sandbox-quirks": quirks,
            "x-sandbox-faults": faults,
            "x-sandbox-tokens-per-second": str(speed),
        }
        origin = Origin(
            service="Dify",
            base_url=f"{sandbox.root}/v1",
            authorize=lambda call: headers,
            scrub=str,
        )
        return App(Wire(origin, Network(between=5, total=20)), user=user)

    return make
