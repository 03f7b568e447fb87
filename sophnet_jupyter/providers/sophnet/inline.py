"""A result that came within the answer, as the text of an address: ``data:video/mp4;base64,…``."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote_to_bytes

from ...files.kinds import Kind
from ...language import tr
from ...values.base64_text import decoded
from ...wire.files.download import Downloader
from ...wire.files.receive import Download, Verify, failed, received


def is_inline(text: str) -> bool:
    """Whether an address has in itself what it leads to."""
    return text[:5].lower() == "data:"


def inline(text: str) -> bytes:
    """The bytes of such an address. Raises `ValueError` for one that cannot be read."""
    head, comma, body = text.partition(",")
    if not comma:
        raise ValueError(tr("there is no comma"))
    data = unquote_to_bytes(body)
    return decoded(data.decode("ascii")) if head.lower().endswith(";base64") else data


def address(url: str) -> str:
    """Where a result lies; empty for one that came along."""
    return "" if is_inline(url) else url


async def fetched(
    downloads: Downloader, url: str, *, kinds: Collection[Kind], verify: Verify | None
) -> Download:
    """A result, checked alike whether it came along or lies elsewhere. Raises `DownloadFailed`."""
    if not is_inline(url):
        return await downloads.fetch(url, kinds=kinds, verify=verify)
    try:
        data = inline(url)
    except ValueError:
        raise failed("", "broken", tr("came in a form that cannot be read")) from None
    return await received(data, kinds=kinds, verify=verify)
