"""
A map of many vectors, and what is in them: numpy alone, no Jupyter and no service.

`neighbors` finds what is near, `neighbor_map` draws it in two dimensions, `communities` groups it,
`keywords` says what a group is about, and `trustworthiness` and `kept` how far to believe the map.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kernels.communities import communities as communities
    from .kernels.groups import centered as centered
    from .kernels.keywords import keywords as keywords
    from .kernels.neighbors import neighbors as neighbors
    from .kernels.placing import place as place
    from .kernels.projection import neighbor_map as neighbor_map
    from .kernels.projection import pca as pca
    from .kernels.quality import kept as kept
    from .kernels.quality import trustworthiness as trustworthiness

# Imported when first asked for: some of them need numpy, which is an extra.
_HOMES = {
    "centered": "groups",
    "communities": "communities",
    "keywords": "keywords",
    "kept": "quality",
    "neighbor_map": "projection",
    "neighbors": "neighbors",
    "pca": "projection",
    "place": "placing",
    "trustworthiness": "quality",
}

__all__ = sorted(_HOMES)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".kernels.{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
