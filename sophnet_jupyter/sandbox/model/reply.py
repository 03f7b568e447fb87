"""
The scripted model: no weights, the same answer to the same messages every time.

It works with what is really in the prompt wherever it can (sums, counts, tables,
names told earlier) and says that it is a script where a reader could be misled.
"""

from __future__ import annotations

from .router import reply
from .script import Call, Script

__all__ = ["Call", "Script", "reply"]
