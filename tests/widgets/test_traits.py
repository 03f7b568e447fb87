"""What panels share with the browser as state."""

from __future__ import annotations

import importlib
import pkgutil

from traitlets import Bytes, CBytes

from sophnet_jupyter import widgets
from sophnet_jupyter.widgets.panel.panel import Panel


def panels(base: type[Panel] = Panel) -> list[type[Panel]]:
    return [kind for each in base.__subclasses__() for kind in (each, *panels(each))]


def test_bytes_are_never_state_but_parts_of_messages() -> None:
    # From a browser they arrive as a memoryview, which such a trait rejects without a word.
    for module in pkgutil.walk_packages(widgets.__path__, f"{widgets.__name__}."):
        importlib.import_module(module.name)
    found = panels()
    assert len(found) > 5
    for panel in found:
        traits = panel.class_traits(sync=True)
        assert not [name for name, kind in traits.items() if isinstance(kind, Bytes | CBytes)], (
            panel
        )
