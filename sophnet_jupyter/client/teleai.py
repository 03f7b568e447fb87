"""A client for TeleAI alone, for users who have only its id and key."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Self

from ..options.words import checks_keywords
from ..providers.teleai import access
from ..providers.teleai.excel import Excel
from ..settings import Secret, TeleAIAccount, Timeouts, logs
from ..settings.network import transport
from ..wire.call import Network, Origin
from ..wire.wire import Wire
from . import sandbox
from .keeping.origins import Who, who
from .recording import Recorder
from .site.masks import mask_of
from .site.sending import sent_by


@checks_keywords("excel")
class TeleAI(Excel):
    """
    TeleAI's analysis of Excel workbooks, or without an id and a key that of the sandbox.

    ``app_id`` and ``app_key`` are of TeleAI's console, ``base_url`` is its root, ``device_uuid`` a
    registered device. What is not given is read from TELEAI_APP_ID, TELEAI_APP_KEY, TELEAI_REGION,
    TELEAI_BASE_URL and TELEAI_DEVICE_UUID. ``timeouts``, a `Timeouts`, are in seconds; ``proxy`` is
    an address, ``ca_bundle`` a file of certificates to trust. ``region`` is QG for all of China, or
    the letters of a province. ``authorization`` is a ready value of that header, sent in place of a
    signature of ours. ``user`` is who asks (SOPHNET_USER if not given), and ``headers`` go along
    with each request, for a gateway; ``recorder`` is what keeps its answers. Close it on each event
    loop with ``await teleai.aclose()``, or use it as ``async with``.

    Raises `SettingsError` when an argument is missing or cannot be right.
    """

    def __init__(
        self,
        app_id: str | None = None,
        app_key: str | Secret | None = None,
        region: str | None = None,
        *,
        base_url: str | None = None,
        device_uuid: str | None = None,
        authorization: str | Secret | None = None,
        user: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        proxy: str | None = None,
        ca_bundle: str = "",
        recorder: Recorder | None = None,
    ) -> None:
        logs.guard()
        account = self.account = TeleAIAccount.read(
            app_id=app_id,
            app_key=app_key,
            region=region,
            base_url=base_url,
            device_uuid=device_uuid,
            authorization=authorization,
            proxy=proxy,
            user=user,
            headers=headers,
        )
        network = Network.within(
            timeouts or Timeouts(),
            proxy=account.proxy,
            ca_bundle=ca_bundle,
            transport=transport(),
        )
        self._recorder = recorder or Recorder(user=account.asking.user)
        origin = self._recorder.guarded(_origin(account))
        super().__init__(Wire(origin, network), sandbox=account.sandbox)
        self._keep = self._recorder.keeper(self._who)
        self._mask = mask_of

    def _who(self) -> Who:
        account = self.account
        root = "/".join(account.base_url.split("/")[:3])
        return who(access.SERVICE, account.app_id, root, sandbox=account.sandbox)

    def __repr__(self) -> str:
        return f"<TeleAI {'sandbox' if self.account.sandbox else self.account.base_url}>"

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._wire.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _origin(account: TeleAIAccount) -> Origin:
    # As secrets, so that a log in which a server's echo of one ends up does not show it.
    signatures: deque[Secret] = deque(maxlen=8)
    reveal = account.app_key.reveal
    if account.sandbox:
        reveal = sandbox.revealing(account.app_key, account.base_url)
    origin = access.origin(
        base_url=account.base_url,
        setting=account.setting,
        key_setting="SOPHNET_SANDBOX_KEY" if account.sandbox else "",
        app_id=account.app_id,
        app_key=reveal,
        region=account.region,
        device_uuid=account.device_uuid,
        ready=account.authorization.reveal if account.authorization else None,
        made=lambda signature: signatures.append(Secret(signature)),
        scrub=partial(_scrub, account),
        locate=_sandbox if account.sandbox and not account.base_url else None,
    )
    if account.sandbox and account.base_url:
        origin = sandbox.as_caller(origin)
    key = account.authorization if account.authorization else account.app_key
    return sent_by(origin, key, account.asking)


def _scrub(account: TeleAIAccount, text: str) -> str:
    return sandbox.scrub(account.authorization.scrub(account.app_key.scrub(text)))


def _sandbox() -> str:
    return sandbox.address().removesuffix("/api/open-apis")
