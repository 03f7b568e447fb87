"""
What a notebook may hand over as a picture, made into bytes, an address, or pixels.

Told apart by what they can do, so that no library is imported for a question that does not use it.
"""

from __future__ import annotations

import io
import os
import stat
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError, file_refused, sizes
from ...files.names import address, at_home
from ...language import tr
from ...response import Response
from ...values.base64_text import decoded
from ...values.image import Image
from .formats import is_picture
from .frames import pages_of
from .levels import scaled_array
from .pixels import check_pixels

if TYPE_CHECKING:
    import PIL.Image

# A file that is larger is not even read.
MAX_FILE = 100_000_000
# No picture is shorter in base64.
_SHORTEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    One picture: exactly one of ``url``, ``data`` and ``image`` is there. ``note`` says what was
    made of it. ``page`` is which of a file's pages, from 0 on, where each is one of its own, and
    ``whole`` is the name of that file. ``unnamed`` is one that brings no name: ``name`` is our word
    for it.
    """

    name: str
    url: str = ""
    data: bytes = b""
    image: PIL.Image.Image | None = None
    note: str = ""
    page: int | None = None
    whole: str = ""
    unnamed: bool = False


def sources(item: object, *, pages: bool = False) -> list[Source]:
    """
    The pictures in one argument: one, or as many as a `Response` has; of a TIFF
    its first page, or with ``pages`` each.

    Raises `SettingsError` saying what it is in place of a picture.
    """
    if isinstance(item, Response):
        if not item.images:
            raise SettingsError(tr("That response holds no images."))
        found = [_from_picture(picture) for picture in item.images]
    else:
        found = [source(item)]
    return [page for one in found for page in pages_in(one)] if pages else found


def pages_in(whole: Source) -> list[Source]:
    """Each page of a picture that has several; else the picture."""
    found = pages_of(whole.data)
    if len(found) == 1:
        return [whole]
    return [
        replace(
            whole,
            name=tr(
                "{name}, page {number} of {count}",
                name=whole.name,
                number=number,
                count=len(found),
            ),
            page=page,
            whole=whole.name,
        )
        for number, page in enumerate(found, 1)
    ]


def source(item: object) -> Source:
    """The picture that one object is. Raises `SettingsError`."""
    if isinstance(item, Image):
        return _from_picture(item)
    if isinstance(item, str):
        return _from_text(item)
    if isinstance(item, os.PathLike):
        return _from_file(Path(os.fsdecode(item)))
    if isinstance(item, bytes | bytearray | memoryview):
        return Source(name=tr("the image"), unnamed=True, data=bytes(item))
    for read in (_from_pillow, _from_array, _from_figure, _from_display):
        found = read(item)
        if found is not None:
            return found
    kind = type(item).__name__
    raise SettingsError(
        tr(
            "A {kind} is no image: pass a Path, a URL, bytes, an array, a figure or a PIL image.",
            kind=kind,
        )
    )


def _from_picture(picture: Image) -> Source:
    # Its bytes, if we have them: the service's own address of it may have expired.
    if not picture.data:
        return _from_address(picture.url)
    name = (
        tr("the picture")
        if picture.seed is None
        else tr("the picture of seed {seed}", seed=picture.seed)
    )
    return Source(name=name, unnamed=True, data=picture.data)


def _from_text(text: str) -> Source:
    """What a user has written: an address, base64, or the path of a file that is there."""
    if (path := _path(text)) is not None:
        return _from_file(path)
    if data := from_base64(text):
        return Source(name=tr("the image"), unnamed=True, data=data)
    return _from_address(text)


def _path(text: str) -> Path | None:
    try:
        path = at_home(text)
        return path if text and path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        # Longer than a name can be, with a null byte, or without a home to expand.
        return None


def from_base64(text: str) -> bytes:
    """The picture that a text is in base64, on however many lines; empty where it is none."""
    if len(text) < _SHORTEST:
        return b""
    body = "".join(text.split())
    try:
        # Its beginning tells: a long text is not decoded for nothing.
        return decoded(body) if is_picture(decoded(body[:64])) else b""
    except ValueError:
        return b""


def _from_address(text: str) -> Source:
    """An address, as a service or a display may give it too: no file of this machine is read."""
    text = text.strip()
    if text[:5].lower() == "data:":
        return _from_data_uri(text)
    parts = urllib.parse.urlsplit(text)
    if parts.scheme in ("http", "https") and parts.hostname:
        if parts.username or parts.password:
            raise SettingsError(tr("The address of an image must not hold a name or password."))
        name = urllib.parse.unquote(parts.path.rpartition("/")[2])
        said = tr("{name} at {host}", name=name, host=parts.hostname) if name else parts.hostname
        return Source(name=said, url=address(text))
    short = text if len(text) <= 60 else text[:59] + "…"
    raise SettingsError(
        tr(
            "{short!r} is text, not an image: pass Path({short!r}) to attach a file, or a URL.",
            short=short,
        )
    )


def _from_data_uri(text: str) -> Source:
    head, comma, body = text.partition(",")
    try:
        if not comma or not head.lower().endswith(";base64"):
            raise ValueError
        data = decoded(urllib.parse.unquote(body))
        return Source(name=tr("the image"), unnamed=True, data=data)
    except ValueError:
        raise SettingsError(
            tr("That data URI cannot be read: it must look like data:image/png;base64,…")
        ) from None


def _from_file(path: Path) -> Source:
    try:
        path = at_home(path)
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise SettingsError(tr("{path} is a folder, not an image.", path=path))
        if not stat.S_ISREG(found.st_mode):
            raise SettingsError(tr("{path} is no ordinary file.", path=path))
        if found.st_size > MAX_FILE:
            said, most = sizes(found.st_size, MAX_FILE)
            raise SettingsError(
                tr(
                    "{path} is too large: it has {said}, the limit is {most}.",
                    path=path,
                    said=said,
                    most=most,
                )
            )
        return Source(name=path.name, data=path.read_bytes())
    except (OSError, ValueError, RuntimeError) as error:
        # ValueError: a null byte in the name; RuntimeError: no home folder to expand.
        raise file_refused(path, error) from None


def _from_pillow(item: Any) -> Source | None:
    if not any(base.__module__.startswith("PIL.") for base in type(item).__mro__):
        return None
    if not callable(getattr(item, "getexif", None)):
        return None
    file = str(getattr(item, "filename", "") or "")
    name = Path(file).name or tr("the image")
    check_pixels(item.width, item.height, name)
    return Source(name=name, unnamed=not Path(file).name, image=item)


def _from_array(item: Any) -> Source | None:
    shape, dtype = getattr(item, "shape", None), getattr(item, "dtype", None)
    if not isinstance(shape, tuple) or not hasattr(dtype, "kind") or not hasattr(item, "astype"):
        return None
    grey = len(shape) == 2
    if not grey and not (len(shape) == 3 and shape[2] in (1, 3, 4)):
        said = "×".join(map(str, shape))
        raise SettingsError(
            tr("An array of {shape} is no image: it must be H×W, H×W×3 or H×W×4.", shape=said)
        )
    check_pixels(shape[1], shape[0], tr("the array"))
    import PIL.Image

    levels, note = _levels(item)
    if not grey and shape[2] == 1:
        levels = levels[:, :, 0]
    image = PIL.Image.fromarray(levels)
    return Source(name=tr("the array"), unnamed=True, image=image, note=note)


def _levels(array: Any) -> tuple[Any, str]:
    """The array with 8 bits a channel, and what was done for that if nobody would expect it."""
    if array.dtype.kind == "b":
        return array.astype("uint8") * 255, ""
    if array.dtype.kind not in "uif":
        raise SettingsError(
            tr("An array of {dtype} is no image: use uint8, or floats 0 to 1.", dtype=array.dtype)
        )
    low, high = float(array.min()), float(array.max())
    if array.dtype.name == "uint16" and high > 255:
        # A camera's 10, 12 or 16 bits, which nothing in the array tells.
        levels, note = scaled_array(array)
        return levels.astype("uint8"), note
    top = 1 if array.dtype.kind == "f" else 255
    # Said this way round, since a comparison with NaN is never true.
    if not (low >= 0 and high <= top):
        raise SettingsError(
            tr(
                "The values of an array of {dtype} must lie between 0 and {top}, these go from "
                "{low:g} to {high:g}.",
                dtype=array.dtype,
                top=top,
                low=low,
                high=high,
            )
        )
    if array.dtype.kind == "f":
        array = (array * 255).round()
    return array.astype("uint8"), ""


def _from_figure(item: Any) -> Source | None:
    for owner in (item, getattr(item, "figure", None), getattr(item, "fig", None)):
        save = getattr(owner, "savefig", None)
        if callable(save):
            buffer = io.BytesIO()
            _asked(lambda: save(buffer, format="png", bbox_inches="tight"), "savefig")  # noqa: B023
            return Source(name=tr("the figure"), unnamed=True, data=buffer.getvalue())
    return None


def _from_display(item: Any) -> Source | None:
    """Whatever Jupyter would draw as a picture."""
    for method in ("_repr_png_", "_repr_jpeg_", "_repr_mimebundle_"):
        draw = getattr(item, method, None)
        if not callable(draw) or isinstance(item, type):
            continue
        if data := _bytes(_asked(draw, method)):
            name = tr("the {kind}", kind=type(item).__name__)
            return Source(name=name, unnamed=True, data=data)
    url = getattr(item, "url", None)
    if isinstance(url, str) and url and hasattr(item, "_repr_mimebundle_"):
        return _from_address(url)
    return None


def _bytes(shown: object) -> bytes:
    """The picture in what a display method gave: bytes or base64, alone or with metadata."""
    if isinstance(shown, tuple):
        shown = shown[0] if shown else None
    if isinstance(shown, dict):
        kinds = ("image/png", "image/jpeg", "image/webp", "image/gif")
        shown = next((shown[kind] for kind in kinds if kind in shown), None)
    if isinstance(shown, bytes):
        return shown
    try:
        return decoded(shown) if isinstance(shown, str) else b""
    except ValueError:
        return b""


def _asked(draw: Callable[[], object], method: str) -> object:
    try:
        return draw()
    except Exception as error:
        # The object's own code: it may raise anything.
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        raise SettingsError(
            tr("The object could not be drawn: {method} raised {said}.", method=method, said=said)
        ) from None
