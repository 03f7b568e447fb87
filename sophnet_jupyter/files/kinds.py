"""The type of a file by its first bytes. Names and headers of servers are often wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "video", "audio", "document", "text"]

# As many bytes from the start as `sniff` looks at.
HEAD = 128


@dataclass(frozen=True, slots=True)
class Media:
    """A type of file that we accept: ``suffix`` with its dot, ``mime`` as browsers know it."""

    kind: Kind
    suffix: str
    mime: str


_WAV = Media("audio", ".wav", "audio/wav")
_WEBP = Media("image", ".webp", "image/webp")
_MP4 = Media("video", ".mp4", "video/mp4")
_MOV = Media("video", ".mov", "video/quicktime")
_M4A = Media("audio", ".m4a", "audio/mp4")
_WEBM = Media("video", ".webm", "video/webm")
_MP3 = Media("audio", ".mp3", "audio/mpeg")
_AAC = Media("audio", ".aac", "audio/aac")
_OGG = Media("audio", ".ogg", "audio/ogg")

_STARTS = {
    b"\x89PNG\r\n\x1a\n": Media("image", ".png", "image/png"),
    b"\xff\xd8\xff": Media("image", ".jpg", "image/jpeg"),
    b"GIF87a": Media("image", ".gif", "image/gif"),
    b"GIF89a": Media("image", ".gif", "image/gif"),
    b"fLaC": Media("audio", ".flac", "audio/flac"),
    b"ID3": _MP3,
    b"%PDF-": Media("document", ".pdf", "application/pdf"),
}
_SOUND_IN_OGG = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_SOUND_IN_MP4 = (b"M4A ", b"M4B ", b"F4A ", b"F4B ")
# Pictures share the box format of MP4.
_VIDEO_IN_MP4 = (
    b"iso",
    b"mp4",
    b"avc",
    b"dash",
    b"M4V ",
    b"MSNV",
    b"mmp4",
    b"3gp",
    b"3g2",
    b"f4v ",
)


# Sound and video that we do not keep or show, but that decoders know: by their first bytes, and by
# those behind a length.
_FOREIGN = {
    b"#!AMR": ".amr",
    b"RIFX": ".rifx",
    b"RF64": ".wav64",
    b"BW64": ".wav64",
    b"riff\x2e\x91\xcf\x11": ".w64",
    b".snd": ".au",
    b"caff": ".caf",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": ".wma",
    b"FLV\x01": ".flv",
    b"\x1a\x45\xdf\xa3": ".mkv",
    b"OggS": ".ogg",
    b"wvpk": ".wv",
    b"MAC ": ".ape",
    b"TTA1": ".tta",
    b"MPCK": ".mpc",
    b"DSD ": ".dsf",
    b"FRM8": ".dff",
    b"Creative Voice File\x1a": ".voc",
    b"\x00\x00\x01\xba": ".mpg",
    b"\x00\x00\x01\xb3": ".mpg",
    b"\x02#!SILK": ".silk",
    b"#!SILK": ".silk",
}
_FORMS = {b"AIFF": ".aiff", b"AIFC": ".aiff", b"AVI ": ".avi", b"8SVX": ".8svx"}
_MOVIE = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"uuid", b"pdin")
# Boxes that may stand before the one with the brand.
_EMPTY = (b"wide", b"free", b"skip", b"uuid", b"pdin")
# Pieces of a film, as a stream has them.
_PIECES = (b"styp", b"moof", b"sidx")
# Of pictures in the box format, which have no sound.
_STILL = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
# Fewer bytes may look like words by chance.
_WORDY = 32
# What is certainly no samples.
_NO_SOUND = (
    *(
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"BZh",
        b"\xfd7zXZ\x00",
        b"7z\xbc\xaf",
        b"Rar!\x1a",
        b"(\xb5/\xfd",
    ),
    *(b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"PAR1", b"ARROW1", b"\x89HDF", b"\x93NUMPY"),
    *(b"SQLite format 3\x00", b"\x7fELF", b"\xca\xfe\xba\xbe", b"wOF", b"MThd"),
)

_MARKUP = (b"<", b"{", b"[", b"#EXTM3U", b"version https://git-lfs")

TEXT = Media("text", ".txt", "text/plain")
TEXTS = ("text/", "application/json", "application/xml", "application/xhtml")
# All bytes that a text may have, in whatever letters it is written.
_WRITTEN = bytes(set(range(256)) - set(range(32)) | set(b"\t\n\r\f\x1b"))


def is_text(head: bytes, said: str) -> bool:
    """True where a server calls a file text, and its first bytes do not contradict that."""
    return said.startswith(TEXTS) and not head.translate(None, _WRITTEN)


def container(head: bytes) -> str:
    """
    The suffix, with its dot, of an audio or video container; empty for anything else.

    Wider than `sniff`: many of these are only decoded, and neither kept nor shown.
    """
    media = sniff(head)
    if media is not None:
        return media.suffix if media.kind in ("audio", "video") else ""
    if head[:4] in (b"FORM", b"RIFF") and head[8:12] in _FORMS:
        return _FORMS[head[8:12]]
    if head[4:8] in (*_MOVIE, *_PIECES) and head[8:12] not in _STILL:
        return ".mov"
    return next((ending for start, ending in _FOREIGN.items() if head.startswith(start)), "")


def is_no_sound(head: bytes) -> bool:
    """True for what cannot be raw samples: a text, an image, a document, an archive."""
    return is_something_else(head) or (len(head) >= _WORDY and _is_words(head))


def is_something_else(head: bytes) -> bool:
    """True for what is known to be no sound, whatever it is called; of plain words nobody knows."""
    media = sniff(head)
    if media is not None:
        return media.kind not in ("audio", "video")
    if head[4:8] == b"ftyp" and head[8:12] in _STILL:
        return True
    markup = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_MARKUP) and is_text(head, "text/")
    return markup or head.startswith(_NO_SOUND)


def _is_words(head: bytes) -> bool:
    """A text in letters of one byte, or in UTF-16 that says so."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        with suppress(UnicodeDecodeError):
            text = head[: len(head) // 2 * 2].decode("utf-16")
            return all(letter.isprintable() or letter.isspace() for letter in text)
    return is_text(head, "text/")


def sniff(head: bytes) -> Media | None:
    """
    The type of a file that begins with ``head``; None for all that we do not take.

    Never a text, which has no beginning of its own: see `is_text`.
    """
    for start, media in _STARTS.items():
        if head.startswith(start):
            return media
    match head[:4], head[8:12]:
        case b"RIFF", b"WAVE":
            return _WAV
        case b"RIFF", b"WEBP":
            return _WEBP
        case b"OggS", _:
            return _OGG if any(codec in head[28:64] for codec in _SOUND_IN_OGG) else None
        case b"\x1a\x45\xdf\xa3", _:
            return _WEBM if b"\x42\x82\x84webm" in head[:64] else None
    if head[4:8] in _MOVIE:
        return _boxed(head)
    return _frame(head[:4])


def _boxed(head: bytes) -> Media | None:
    """The kind by the brand, which may stand behind empty boxes; without one it is QuickTime."""
    at = 0
    while head[at + 4 : at + 8] in _EMPTY and head[at] == 0:
        at += max(8, int.from_bytes(head[at : at + 4], "big"))
    if head[at + 4 : at + 8] != b"ftyp":
        # Older than brands, or the brand is behind what is looked at: its boxes will tell.
        return _MOV if head[0] == 0 else None
    brand = head[at + 8 : at + 12]
    if brand in _SOUND_IN_MP4:
        return _M4A
    if brand == b"qt  ":
        return _MOV
    return _MP4 if brand.startswith(_VIDEO_IN_MP4) else None


def _frame(head: bytes) -> Media | None:
    """True for the header of a bare MPEG audio frame: twelve set bits, then valid fields."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] >> 1 & 3
    if layer == 0 and head[1] & 0xF0 == 0xF0:
        return _AAC if head[2] >> 2 & 15 < 13 else None
    rates = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return _MP3 if layer == 1 and head[1] >> 3 & 3 != 1 and rates else None
