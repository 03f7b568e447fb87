"""How each kind of long task is resumed: by which resource of a client."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from ..providers.sophnet import access
from ..providers.tasks.tasks import Kind, Tasks

if TYPE_CHECKING:
    from ..events import Event
    from ..providers.tasks.journal import Task

# Names on both sides, so that whoever only lists tasks, or makes pictures, imports no other
# resource. The kinds stand in the journals of users: they are never renamed.
RESOURCES = {
    "image": "images",
    "speech": "speech",
    "video": "videos",
    "video-generate": "videos",
}


def register(tasks: Tasks, client: object, *, origin: str) -> None:
    """Register a resume function for each kind of task; it opens the resource on first use."""

    def resume(task: Task) -> AsyncGenerator[Event, None]:
        events: AsyncGenerator[Event, None] = getattr(client, RESOURCES[task.kind]).resume(task)
        return events

    for name in RESOURCES:
        tasks.register(name, Kind(service=access.SERVICE, origin=origin, resume=resume))
