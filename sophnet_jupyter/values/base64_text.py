"""Base64 as it is met: on one line or many, in either alphabet, with its end or without."""

from __future__ import annotations

import base64
import binascii


def decoded(text: str) -> bytes:
    """The bytes of a text in base64. Raises `ValueError` for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    body = "".join(text.split()).rstrip("=")
    altchars = b"-_" if "-" in body or "_" in body else None
    # Of a length that no bytes have, Python would say what it cannot pad.
    return base64.b64decode(body + "=" * (-len(body) % 4), altchars=altchars, validate=True)
