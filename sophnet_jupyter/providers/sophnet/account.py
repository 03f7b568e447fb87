"""The account that pays, and files at the service (docs/services/sophnet.md#account)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ...errors import AnswerUnreadable, SettingsError
from ...language import tr
from ...options.words import checks_keywords
from ...wire.call import Call, Reply
from ...wire.files.multipart import Multipart, file
from ...wire.files.upload import Content
from ...wire.retry import ANSWER, READ
from ...wire.wire import Wire
from .access import SERVICE, checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """
    What is left, in the account's own currency, which the service does not name.

    ``total`` is ``paid`` and ``gift`` together; each is None where the service does not say.
    """

    total: Decimal | None
    paid: Decimal | None = None
    gift: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """
    What was spent from ``begin`` to ``end``, both included.

    ``summary`` is as the service writes it: its fields are in no document.
    """

    begin: date
    end: date
    summary: Mapping[str, Any] = field(default_factory=dict)


@checks_keywords("account")
class ProjectAccount:
    """The account of the key."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def balance(self) -> Balance:
        """What is left of the account. Raises `SophNetError`."""
        found = await self._found("/projects/balance")
        names = ("currentBalance", "currentBalanceWithoutGift", "currentGiftBalance")
        total, paid, gift = (_amount(found.get(name)) for name in names)
        return Balance(total=total, paid=paid, gift=gift)

    async def usage(self, begin: date | str, end: date | str | None = None) -> Spending:
        """
        What was spent from the day ``begin`` to the day ``end``, else to today.

        Days are dates, or texts such as ``2026-11-01``. Raises `SettingsError`, `SophNetError`.
        """
        first = _day("begin", begin)
        last = _day("end", end) if end is not None else datetime.now().astimezone().date()
        if last < first:
            raise SettingsError(
                tr("usage ends on {last}, before it begins on {first}.", last=last, first=first)
            )
        asked = urlencode({"beginTime": first.isoformat(), "endTime": last.isoformat()})
        found = await self._found(f"/projects/usage_detail?{asked}")
        summary = found.get("costSummary")
        if isinstance(summary, list):
            summary = {"rows": summary}
        return Spending(begin=first, end=last, summary=summary if isinstance(summary, dict) else {})

    async def _found(self, path: str) -> Mapping[str, Any]:
        reply = await self._wire.fetch(Call(method="GET", path=path), retry=READ)
        return _result(reply)


@checks_keywords("files")
class ServiceFiles:
    """Files at the service, as inputs of its other endpoints."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def upload(self, content: str | Content, *, filename: str = "") -> str:
        """
        Send a file, and return its address, which stands for a picture or a sound elsewhere.

        ``content`` is a path, bytes or a file that is open in binary mode; the last two need a
        ``filename``. The address is signed: who has it can read the file until it expires. Raises
        `SettingsError` before anything is sent, and `SophNetError`.
        """
        part = file(
            "file", Path(content) if isinstance(content, str) else content, filename=filename
        )
        call = Call(method="POST", path="/projects/upload", upload=Multipart(part))
        reply = await self._wire.fetch(call, retry=ANSWER)
        address = _result(reply).get("signedUrl")
        if not isinstance(address, str) or not address:
            what = tr("an upload without an address")
            raise AnswerUnreadable(service=SERVICE, what=what, setting=reply.setting)
        return address


def _result(reply: Reply) -> Mapping[str, Any]:
    found = checked(reply).get("result")
    if isinstance(found, dict):
        return found
    what = tr("JSON without a result")
    raise AnswerUnreadable(service=SERVICE, what=what, quote=reply.text[:80], setting=reply.setting)


def _amount(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        # By its text: a float would bring digits that nobody has written.
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _day(name: str, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise SettingsError(
            tr("{name} is a day such as 2026-11-01, not {value!r:.80}.", name=name, value=value)
        ) from None
