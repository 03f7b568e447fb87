"""
The paths of SophNet's resources: with a project in the path, or without.

See docs/services/sophnet.md#addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...wire.call import segment


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceIds:
    """
    The user's project and resource id for one service.

    The paths with a project demand both. Where one is missing, the newer ones are taken, on which
    the key decides about the project.
    """

    project_id: str = ""
    easyllm_id: str = ""

    def path(self, name: str, *, short: str = "") -> str:
        """The path of an endpoint; without a project it may have another, ``short`` name."""
        if self.project_id and self.easyllm_id:
            return f"/projects/{segment(self.project_id)}/easyllms/{name}"
        return f"/projects/easyllms/{short or name}"

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that the body needs besides."""
        if self.project_id and self.easyllm_id:
            return {"easyllm_id": self.easyllm_id}
        return {}
