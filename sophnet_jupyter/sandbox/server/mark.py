"""The header by which the sandbox says that it is one, and which engines made an answer."""

from __future__ import annotations

import re


def mark(*engines: str) -> tuple[bytes, bytes]:
    """``X-Sandbox: 1``, or ``1; engine=…`` where more than its own script has answered."""
    said = " and ".join(
        re.sub(r"[^\w .:/\[\]-]+", "-", each, flags=re.ASCII) for each in engines if each
    )
    return b"x-sandbox", (f"1; engine={said}" if said else "1").encode()
