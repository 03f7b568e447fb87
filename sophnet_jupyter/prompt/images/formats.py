"""Which kind of picture bytes are, by how they begin; and what to do with those nobody takes."""

from __future__ import annotations

from ...errors import SettingsError
from ...language import mark, tr

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_OTHERS = {
    b"%PDF": mark("a PDF"),
    b"<svg": mark("an SVG"),
    b"<?xml": mark("XML"),
    b"PK\x03\x04": mark("an archive"),
}
# Pictures that we do not read.
_FOREIGN = {
    b"\x00\x00\x00\x0cjP  ": mark("a JPEG 2000 picture"),
    b"\xff\x4f\xff\x51": mark("a JPEG 2000 picture"),
    b"\x00\x00\x00\x0cJXL ": mark("a JPEG XL picture"),
    b"\xff\x0a": mark("a JPEG XL picture"),
    b"8BPS": mark("a Photoshop file"),
    b"\x00\x00\x01\x00": mark("an icon"),
    b"II+\x00": mark("a BigTIFF"),
    b"MM\x00+": mark("a BigTIFF"),
    b"\x76\x2f\x31\x01": mark("an OpenEXR picture"),
    b"#?RADIANCE": mark("an HDR picture"),
    b"SIMPLE  =": mark("a FITS file"),
    b"%!PS": mark("PostScript"),
}
_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def kind_of(data: bytes, name: str) -> str:
    """Pillow's name of the format. Raises `SettingsError` for what we do not read, and names it."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp":
        # The first brand may be a general one, and the others stand behind it.
        brands = {data[at : at + 4] for at in range(8, min(len(data), 48), 4)}
        if brands.intersection(_AVIF):
            return _decoded("AVIF", tr("{name} is an AVIF picture", name=name), "pillow")
        if brands.intersection(_HEIC):
            return _decoded("HEIF", tr("{name} is a HEIC picture", name=name), "pillow-heif")
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise SettingsError(
                tr(
                    "{name} is {what}, which is not sent: save it as PNG or JPEG.",
                    name=name,
                    what=tr(what),
                )
            )
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    other = next((what for magic, what in _OTHERS.items() if start.startswith(magic)), None)
    if other:
        raise SettingsError(
            tr(
                "{name} is {what}, not an image that can be sent (PNG, JPEG, WebP, GIF).",
                name=name,
                what=tr(other),
            )
        )
    raise SettingsError(
        tr("{name} is not an image that can be sent (PNG, JPEG, WebP, GIF).", name=name)
    )


def is_picture(head: bytes) -> bool:
    """Whether bytes begin as a picture of any kind does."""
    try:
        kind_of(head, "")
    except SettingsError:
        return head[4:8] == b"ftyp"
    return True


def _decoded(kind: str, what: str, package: str) -> str:
    """A format that Pillow reads where it is built or extended for it."""
    from PIL import Image

    Image.init()
    if kind in Image.OPEN:
        return kind
    advice = (
        tr("{package}, then pillow_heif.register_heif_opener()", package=package)
        if kind == "HEIF"
        else package
    )
    raise SettingsError(
        tr(
            "{what}, which models do not take: save it as JPEG, or pip install -U {advice}.",
            what=what,
            advice=advice,
        )
    )
