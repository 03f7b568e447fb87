"""The client of all services; each connection is opened on first use."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ..files.names import at_home
from ..options.words import checks_keywords
from ..settings import Secret, Settings, Timeouts, logs
from .recording import Recorder
from .resources import Resources
from .site.permitted import check_service

# Each service is imported by the property that opens it: a notebook that only chats should not
# wait for the others.
if TYPE_CHECKING:
    from ..events import Event
    from ..history.calls import CallRecord
    from ..history.history import History
    from ..providers.dify.form import Parameters
    from ..providers.sophnet.models import Models
    from .dify import Dify
    from .keeping.taped import Mode, OpenCassette
    from .teleai import TeleAI


@checks_keywords("client")
class Client(Resources):
    """
    A client for all services; without a key it uses the sandbox on this machine.

    ``api_key`` is SophNet's key, ``base_url`` its root (``…/api/open-apis``), ``project_id`` a
    project, for the longer paths, which also want the ``easyllm_id`` of a resource: one for all
    services, or ``easyllm_ids``, such as ``{"speech": "…"}``, by service. ``model`` answers chats
    that name none. ``timeouts``, a `Timeouts`, are in seconds; ``proxy`` is an address,
    ``ca_bundle`` a file of certificates to trust. ``dify_api_key``, ``dify_base_url`` and
    ``dify_user`` are for `Client.dify`. ``user`` is who asks (SOPHNET_USER, else the user of a
    JupyterHub) and ``headers`` are further ones, for a gateway: both go to the service's own
    address, and nowhere else. What is not given is read from ``%sophnet``, the
    environment, or the profile of ``%sophnet login``. With ``history=True`` what is asked and
    answered is kept on this machine (docs/history.md), else only where a call asks for it.

    May be used from several event loops; close it on each with ``await client.aclose()``, or use it
    as ``async with``.

    Raises `SettingsError` when an argument cannot be right.
    """

    def __init__(
        self,
        api_key: str | Secret | None = None,
        base_url: str | None = None,
        project_id: str | None = None,
        *,
        easyllm_id: str | None = None,
        easyllm_ids: Mapping[str, str] | None = None,
        model: str | None = None,
        timeouts: Timeouts | None = None,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        dify_api_key: str | Secret | None = None,
        dify_base_url: str | None = None,
        dify_user: str | None = None,
        user: str | None = None,
        headers: Mapping[str, str] | None = None,
        history: bool | None = None,
    ) -> None:
        logs.guard()
        self._model = model
        self._dify_apps: dict[str, Dify] = {}
        self._dify = (dify_api_key, dify_base_url, dify_user)
        self._proxy = proxy
        self._asked_by = (user, headers)
        # What `models` found last, for completion, which cannot wait for an answer.
        self.known_models: Models | None = None
        self.settings = Settings.read(
            api_key=api_key,
            base_url=base_url,
            project_id=project_id,
            easyllm_id=easyllm_id,
            easyllm_ids=easyllm_ids,
            model=model,
            timeouts=timeouts,
            proxy=proxy,
            ca_bundle=ca_bundle,
            user=user,
            headers=headers,
        )
        self._recorder = Recorder(on=history, user=self.settings.asking.user)

    def __repr__(self) -> str:
        place = "sandbox" if self.settings.sandbox else self.settings.origin
        return f"<Client {place}, key from {self.settings.key_source}>"

    @cached_property
    def dify(self) -> Dify:
        """The Dify app of DIFY_API_KEY, or of the arguments ``dify_api_key`` and so on."""
        return self.dify_app()

    @property
    def known_dify_forms(self) -> list[Parameters]:
        """
        The forms of Dify apps that are cached, for completion, which cannot wait for a request.
        """
        return [app.known_form for app in self._dify_apps.values() if app.known_form]

    def dify_app(self, name: str = "") -> Dify:
        """The Dify app ``name``, whose key is in DIFY_<NAME>_API_KEY. Raises `SettingsError`."""
        # An app that is replayed has no key, which one that is asked wants.
        replayed = self._dify_apps.get(name)
        if replayed is None or (replayed.keyless and not self._recorder.replays):
            check_service("dify")
            from .dify import Dify

            asked_by, headers = self._asked_by
            api_key, base_url, user = (None, None, None) if name else self._dify
            self._dify_apps[name] = Dify(
                api_key,
                base_url,
                user=user,
                asked_by=asked_by,
                headers=headers,
                app=name,
                timeouts=self.settings.timeouts,
                proxy=self._proxy,
                ca_bundle=self.settings.ca_bundle,
                recorder=self._recorder,
            )
        return self._dify_apps[name]

    @cached_property
    def excel(self) -> TeleAI:
        """Analyses of Excel workbooks. Raises `SettingsError` where half of an account is set."""
        check_service("excel")
        from .teleai import TeleAI

        settings, (user, headers) = self.settings, self._asked_by
        return TeleAI(
            user=user,
            headers=headers,
            timeouts=settings.timeouts,
            proxy=self._proxy,
            ca_bundle=settings.ca_bundle,
            recorder=self._recorder,
        )

    async def models(self, *, refresh: bool = False) -> Models | None:
        """
        The models that the service lists, requested once; None where it has no list.

        ``refresh=True`` asks anew. What is listed need not be enabled in the key's project, and the
        other way round. Raises `SophNetError`.
        """
        from ..providers.sophnet.models import models

        if refresh or self.known_models is None:
            self.known_models = await models(self._sophnet)
        return self.known_models

    @property
    def history(self) -> History:
        """What is kept of calls on this machine: see docs/history.md."""
        return self._recorder.history

    def again(self, call: CallRecord) -> AsyncGenerator[Event, None]:
        """
        Send the question of a ``call`` that was kept once more, and yield its events.

        Raises `SettingsError` for one that holds what is not kept, such as files.
        """
        from .keeping.again import again

        return again(self, call)

    def cassette(
        self,
        path: str | os.PathLike[str],
        *,
        mode: Mode = "auto",
        pace: float = 0.0,
        within: float = 8.0,
        tools: bool = False,
    ) -> OpenCassette:
        """
        A context in which answers are recorded in the file ``path``, or come from it.

        They come from it where it is there, without a key and without a network; else they are
        recorded. ``mode`` says otherwise: ``record`` and ``refresh`` record anew, ``replay`` sends
        nothing, ``fallback`` asks, and takes what is recorded where network, key or quota fail or
        no first token comes ``within`` so many seconds. ``pace`` is in tokens a second, 0 is at
        once. A replay runs no tool, and gives the results that are recorded; with ``tools=True`` it
        runs them, and gives their results of now. Raises `SettingsError`; see docs/history.md.
        """
        return self._recorder.open(at_home(path), mode, pace=pace, within=within, tools=tools)

    def record_for(self, place: Callable[[], tuple[str, str]]) -> None:
        """Note with what is kept in which ``place`` it was asked: a notebook and a cell."""
        self._recorder.place = place

    def close_history(self) -> None:
        """Write what waits to be kept, and end the thread that does it until it is used again."""
        self._recorder.close()

    def notices(self) -> list[str]:
        """Take what is to be told about the history; nothing where it was not used."""
        return self._recorder.notices()

    def warm_up(self) -> None:
        """Do the slow imports of a first request now, some 60 ms, without any traffic."""
        if self._recorder.on:
            from .keeping import recorded  # noqa: F401
        from ..wire.http import http

        http.warm_up(self.settings.ca_bundle if self.settings.base_url[:6] == "https:" else None)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        if "_sophnet" in self.__dict__:
            await self._sophnet.aclose()
        for app in self._dify_apps.values():
            await app.aclose()
        if "excel" in self.__dict__:
            await self.excel.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
