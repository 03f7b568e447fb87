"""Documents as Markdown: texts as they are, the rest by markitdown where it is installed."""

from __future__ import annotations

from io import BytesIO

from .. import Missing, engine
from . import letters, sheets

TEXTS = {"txt", "md"}
CONVERTED = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "pptx": b"PK"}
# Word, Excel and PowerPoint until 2003, and whatever Office has locked with a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# Where the type may stand: readers forgive what comes before it.
HEAD = 1024


class Unreadable(Exception):
    """The file is not what its name says, or is broken."""


def markdown(data: bytes, suffix: str) -> str:
    """
    The Markdown of a file; ``suffix`` without its dot. Blocking, seconds for a long one.

    Raises `Missing`, or `Unreadable`.
    """
    if suffix in TEXTS:
        return _text(data)
    if suffix not in CONVERTED:
        # Old binary Word files have no reader among the wheels.
        raise Unreadable(
            f"the sandbox has no reader for .{suffix}, though the service has: save it as docx"
        )
    if CONVERTED[suffix] not in data[:HEAD]:
        if data.startswith(OLD_OFFICE):
            raise Unreadable(f"the {suffix} is locked with a password, or of before 2007")
        raise Unreadable(f"the file is no {suffix}, whatever it is called")
    if suffix == "xlsx":
        return _workbook(data)
    # With the one reader alone: the engine would take a broken file for a text.
    converter = engine("markitdown", "markitdown").MarkItDown(enable_builtins=False)
    readers = engine("markitdown.converters", "markitdown")
    converter.register_converter(getattr(readers, f"{suffix.capitalize()}Converter")())
    try:
        return str(converter.convert_stream(BytesIO(data), file_extension=f".{suffix}").markdown)
    except Exception as error:
        # Whatever a reader stumbles over, the file is to blame.
        said = f"{type(error).__name__} {error}"
        if "Password" in said or "Encrypt" in said:
            raise Unreadable(f"the {suffix} is locked with a password") from None
        raise Unreadable(f"the {suffix} is broken and cannot be read") from None


def _workbook(data: bytes) -> str:
    # Not by the engine, to which a long number is a rounded one and 007 is seven.
    try:
        return sheets.markdown(data)
    except Missing:
        raise
    except Exception as error:
        said = f"{type(error).__name__} {error}"
        if "ncrypt" in said or "password" in said.lower():
            raise Unreadable("the xlsx is locked with a password") from None
        raise Unreadable("the xlsx is broken and cannot be read") from None


def _text(data: bytes) -> str:
    try:
        return letters.text(data)
    except ValueError:
        raise Unreadable("the text is in no letters that are known here") from None
