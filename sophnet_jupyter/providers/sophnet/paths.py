"""
Where SophNet's resources are: with a project in the path, or without.

See docs/services/sophnet.md#addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...wire.call import segment


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceIds:
    """
    The project and the resource id of one service, as the user has set them.

    The paths with a project demand both. Where one is missing, the newer ones are taken, on which
    the key decides about the project.
    """

    project_id: str = ""
    easyllm_id: str = ""

    def path(self, name: str, *, short: str = "") -> str:
        """The path of an endpoint, which may be called otherwise on the ``short`` form."""
        if self.project_id and self.easyllm_id:
            return f"/projects/{segment(self.project_id)}/easyllms/{name}"
        return f"/projects/easyllms/{short or name}"

    @property
    def fields(self) -> Mapping[str, str]:
        """What the body must have besides."""
        if self.project_id and self.easyllm_id:
            return {"easyllm_id": self.easyllm_id}
        return {}
