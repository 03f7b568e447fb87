"""A file that Dify has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file that Dify has: only this user can name it, and only in a message of this app."""

    id: str
    name: str = ""
    size: int = 0
    extension: str = ""
    mime_type: str = ""
    created_by: str = ""
    created_at: datetime | None = None
