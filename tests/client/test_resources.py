"""What opening one resource of a client costs: nothing of another."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.client.tasks import RESOURCES
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.providers.sophnet.speech import speech
from sophnet_jupyter.providers.sophnet.videos import videos

FOLDERS = {
    "chat": {"chat"},
    "images": {"images"},
    "videos": {"videos"},
    "speech": {"speech"},
    "voice": {"voice"},
    # It is made of the three others.
    "voicechat": {"voicechat", "chat", "speech", "voice"},
    "documents": {"documents"},
    "ocr": {"documents"},
    "embeddings": {"embeddings"},
    "tasks": set(),
}


@pytest.mark.parametrize("resource", FOLDERS)
def test_a_resource_opens_without_the_others(resource: str) -> None:
    probe = (
        "import sys\nfrom sophnet_jupyter import Client\n"
        f"client = Client()\nclient.{resource}\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    ours = [name.split(".") for name in done.stdout.split() if name.startswith("sophnet_jupyter.")]
    opened = {way[3] for way in ours if way[1:3] == ["providers", "sophnet"] and len(way) > 4}
    assert opened == FOLDERS[resource]


def test_each_kind_of_long_task_is_resumed_by_the_resource_that_begins_it() -> None:
    begun = {images.KIND: "images", speech.KIND: "speech"}
    begun |= dict.fromkeys(videos.KINDS.values(), "videos")
    assert begun == RESOURCES
    assert all(hasattr(getattr(Client(), name), "resume") for name in RESOURCES.values())
