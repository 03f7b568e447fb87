"""
The paths of SophNet's resources: with a project in the path, or without.

See docs/services/sophnet.md#addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...language import tr
from ...wire.call import segment

# What stands in short paths, and the service whose id the long ones want.
_SERVICES = {
    "speechtotext/transcriptions": "SPEECH",
    "speechtotext/non-stream": "SPEECH",
    "stream-speech": "SPEECH",
    "voice/synthesize-audio": "VOICE",
    "voice/synthesize-audio-stream": "VOICE",
    "voice/upload": "VOICE",
    "embeddings": "EMBEDDINGS",
    "imagegenerator/task": "IMAGES",
    "videogenerator/generate": "VIDEOS",
    "image-ocr": "OCR",
    "doc-parse": "DOCUMENTS",
}
_SHORT = re.compile(rf"/projects/easyllms/({'|'.join(_SERVICES)})(?:\?.*)?\Z")


def advice(path: str) -> str:
    """What to set where a service has nothing at a short path; empty for any other path."""
    found = _SHORT.search(path)
    if found is None:
        return ""
    service = _SERVICES[found[1]]
    return tr(
        "There is no such address for this key alone: set SOPHNET_PROJECT_ID and "
        "SOPHNET_{service}_EASYLLM_ID, the project and the id of its resource, as the "
        "console shows them.",
        service=service,
    )


def lacking(service: str, project_id: str, easyllm_id: str) -> str:
    """
    What a service lacks, in a sentence with what to set; empty where it has what it needs.

    A project without the id of a resource, or the other way round, has no effect: its user thinks
    that it has. Speech to text is documented with both only.
    """
    variable = f"SOPHNET_{service.upper()}_EASYLLM_ID"
    if project_id and not easyllm_id:
        return tr(
            "The project is not used here, since {service} has no resource id: set "
            "{variable}, or %sophnet login --easyllm-id {service}=ID.",
            service=service,
            variable=variable,
        )
    # An answer that is said wants the id of a voice without any project.
    if easyllm_id and not project_id and service != "voice":
        return tr("The resource id is not used here without a project: set SOPHNET_PROJECT_ID.")
    if not easyllm_id and service == "speech":
        return tr(
            "Speech to text is documented with a project and a resource id only. If it is "
            "refused, set SOPHNET_PROJECT_ID and {variable}.",
            variable=variable,
        )
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceIds:
    """
    The user's project and resource id for one service.

    The paths with a project demand both. Where one is missing, the newer ones are taken, on which
    the key decides about the project. ``lacks`` says what `lacking` does.
    """

    project_id: str = ""
    easyllm_id: str = ""
    lacks: str = ""

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
