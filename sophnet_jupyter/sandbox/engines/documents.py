"""Documents as Markdown: texts as they are, the rest by markitdown where it is installed."""

from __future__ import annotations

from io import BytesIO

from . import engine

TEXTS = {"txt", "md"}
# Old binary Word files have no reader among the wheels.
CONVERTED = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "pptx": b"PK"}


class Unreadable(Exception):
    """The file is not what its name says, or is broken."""


def markdown(data: bytes, suffix: str) -> str:
    """
    The Markdown of a file; ``suffix`` without its dot. Blocking, seconds for a long one.

    Raises `Missing`, or `Unreadable`.
    """
    if suffix in TEXTS:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise Unreadable("the text is neither UTF-8 nor GB18030")
    if suffix not in CONVERTED:
        raise Unreadable(f"the sandbox has no reader for .{suffix}; the service has")
    # The engine would take whatever else it is for a text.
    if not data.startswith(CONVERTED[suffix]):
        raise Unreadable(f"the file is no {suffix}, whatever it is called")
    converter = engine("markitdown", "markitdown").MarkItDown(enable_plugins=False)
    try:
        return str(converter.convert_stream(BytesIO(data), file_extension=f".{suffix}").markdown)
    except Exception as error:
        # Whatever a reader stumbles over, the file is to blame.
        raise Unreadable(f"the file cannot be read ({type(error).__name__})") from None
