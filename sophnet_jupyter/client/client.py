"""The client of all services; each connection is opened on first use."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from ..errors import SettingsError
from ..files.names import at_home
from ..options.words import checks_keywords
from ..settings import Secret, Settings, Timeouts, data_folder, logs, model_name
from . import sandbox
from .keeping.origins import Who, who
from .recording import Recorder

# Each service is imported by the property that opens it: a notebook that only chats should not
# wait for the others.
if TYPE_CHECKING:
    from ..events import Event
    from ..explore.exploration import Exploration
    from ..history.calls import CallRecord
    from ..history.history import History
    from ..providers.dify.form import Parameters
    from ..providers.keeping import Keeping
    from ..providers.sophnet.account import ProjectAccount, ServiceFiles
    from ..providers.sophnet.documents.documents import Documents
    from ..providers.sophnet.embeddings.embeddings import Embeddings
    from ..providers.sophnet.knowledge.knowledge import Knowledge
    from ..providers.sophnet.models import Models
    from ..providers.sophnet.paths import ResourceIds
    from ..providers.sophnet.speech.speech import Speech
    from ..providers.sophnet.videos.videos import Videos
    from ..providers.sophnet.voicechat.voicechat import VoiceChats
    from ..providers.tasks.tasks import Tasks
    from ..wire.call import Network
    from ..wire.files.download import Downloader
    from ..wire.wire import Wire
    from .chat import Chat
    from .dify import Dify
    from .images import Images
    from .keeping.taped import Mode, OpenCassette
    from .ocr import Ocr
    from .teleai import TeleAI
    from .voice import Voice


R = TypeVar("R", bound="Keeping")


@checks_keywords("client")
class Client:
    """
    A client for all services; without a key it uses the sandbox on this machine.

    ``api_key`` is SophNet's key, ``base_url`` its root (``…/api/open-apis``), ``project_id`` a
    project, for the longer paths, which also want the ``easyllm_id`` of a resource: one for all
    services, or ``easyllm_ids``, such as ``{"speech": "…"}``, by service. ``model`` answers chats
    that name none. ``timeouts``, a `Timeouts`, are in seconds; ``proxy`` is an address,
    ``ca_bundle`` a file of certificates to trust. ``dify_api_key``, ``dify_base_url`` and
    ``dify_user`` are for `Client.dify`. What is not given is read from ``%sophnet``, the
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
        history: bool | None = None,
    ) -> None:
        logs.guard()
        self._model = model
        self._dify_apps: dict[str, Dify] = {}
        self._dify = (dify_api_key, dify_base_url, dify_user)
        self._proxy = proxy
        self._recorder = Recorder(on=history)
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
        )

    def __repr__(self) -> str:
        place = "sandbox" if self.settings.sandbox else self.settings.origin
        return f"<Client {place}, key from {self.settings.key_source}>"

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        from .chat import Chat

        chat = Chat(
            self._sophnet,
            default_model=lambda: self._model or model_name(),
            downloads=self._downloader,
            voice_id=self.settings.easyllm_ids.get("voice", ""),
        )
        chat._vectors = lambda: self.embeddings
        chat._recorder = self._recorder
        return self._kept(chat)

    @cached_property
    def images(self) -> Images:
        """Images from words, and from other images."""
        from .images import Images

        images = Images(
            self._sophnet, self.tasks, self._downloader, place=self._place("images"), verify=_look
        )
        return self._kept(images)

    @cached_property
    def videos(self) -> Videos:
        """Videos from words, and from an image."""
        from ..providers.sophnet.videos.videos import Videos

        videos = Videos(
            self._sophnet, self.tasks, self._downloader, place=self._place("videos"), verify=_look
        )
        return self._kept(videos)

    @cached_property
    def voice(self) -> Voice:
        """Text as speech."""
        from .voice import Voice

        return self._kept(Voice(self._sophnet, place=self._place("voice")))

    @cached_property
    def voicechat(self) -> VoiceChats:
        """Conversations by voice with a model."""
        from ..providers.sophnet.voicechat.voicechat import VoiceChats

        return VoiceChats(
            self._sophnet,
            default_model=lambda: self._model or model_name(),
            project_id=self.settings.project_id,
            asr_easyllm_id=self.settings.easyllm_ids.get("speech", ""),
            tts_easyllm_id=self.settings.easyllm_ids.get("voice", ""),
            sandbox=self.settings.sandbox,
            cite=lambda reference: reference.fetched_by(self.chat.fetch),
        )

    @cached_property
    def speech(self) -> Speech:
        """Speech as text."""
        from ..providers.sophnet.speech.speech import Speech

        speech = Speech(
            self._sophnet, self.tasks, place=self._place("speech"), downloads=self._downloader
        )
        return self._kept(speech)

    @cached_property
    def account(self) -> ProjectAccount:
        """What is left of the account, and what was spent."""
        from ..providers.sophnet.account import ProjectAccount

        return ProjectAccount(self._sophnet)

    @cached_property
    def files(self) -> ServiceFiles:
        """Files at the service, as inputs elsewhere."""
        from ..providers.sophnet.account import ServiceFiles

        return ServiceFiles(self._sophnet)

    @cached_property
    def documents(self) -> Documents:
        """Documents as Markdown."""
        from ..providers.sophnet.documents.documents import Documents

        return self._kept(Documents(self._sophnet, place=self._place("documents")))

    @cached_property
    def ocr(self) -> Ocr:
        """Text in images, block by block."""
        from .ocr import Ocr

        return self._kept(Ocr(self._sophnet, self._downloader, place=self._place("ocr")))

    def knowledge(self, service_id: str) -> Knowledge:
        """
        The files, and the questions and answers, of the custom model ``service_id``.

        Raises `SettingsError`.
        """
        from ..providers.sophnet.knowledge.knowledge import Knowledge

        return Knowledge(self._sophnet, self._downloader, service_id=service_id)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Texts and images as vectors."""
        from ..providers.sophnet.embeddings.embeddings import Embeddings
        from .vectors import KeptHere

        embeddings = Embeddings(
            self._sophnet, place=self._place("embeddings"), kept=KeptHere(self.settings)
        )
        return self._kept(embeddings)

    def explore(
        self,
        data: Any,
        text: Any = None,
        image: Any = None,
        *,
        color: Any = None,
        center: Any = None,
        vectors: Any = None,
        model: str | None = None,
        dimensions: int | None = None,
        projection: Any = "neighbors",
        seed: int = 0,
        budget: int | None = None,
        like: Any = None,
        height: int = 480,
    ) -> Exploration:
        """
        A table of texts or images as a map: ``ex = client.explore(df, "title"); await ex``.

        ``data`` is a DataFrame of any library, a list of texts or images, an array of vectors, a
        response of `embeddings`, or the path of a Parquet file; ``text`` and ``image`` are columns.
        Nothing is asked before it is shown, awaited or iterated; vectors that were paid for before
        cost nothing again.

        * ``color``: a column, an array, ``"cluster"``, ``"trust"``
        * ``center``: a column whose groups, such as languages, are not to be told apart; ``"kind"``
          for texts beside images
        * ``vectors``: a column or an array that is there already; then nobody is asked
        * ``model``: ``text-embeddings`` if not given, with images ``clip-embeddings``;
          ``dimensions``: 1024 if not given
        * ``projection``: ``"neighbors"``, ``"pca"``, ``"umap"``, a function of the vectors, or
          places as an array (n, 2); ``seed``: another one makes another map
        * ``budget``: in tokens; rows beyond it are not asked
        * ``like``: an exploration or its Parquet file: known rows keep their places
        * ``height``: of the map on the page, in pixels

        Raises `SettingsError` for what cannot be explored. Needs the extra ``[explore]``.
        """
        try:
            from ..providers.sophnet.embeddings.embeddings import Embeddings
            from .exploring import Parts, explore
        except ImportError as error:
            raise SettingsError(
                f"Exploring needs {error.name or 'numpy'}, which is not installed: "
                'pip install "sophnet-jupyter[explore]".'
            ) from None
        embeddings = Embeddings(self._sophnet, place=self._place("embeddings"))
        return explore(
            Parts(
                settings=self.settings,
                embeddings=embeddings,
                ask=lambda prompt, **options: self.chat.stream(prompt, **options),
            ),
            data,
            text=text,
            image=image,
            color=color,
            center=center,
            vectors=vectors,
            model=model,
            dimensions=dimensions,
            projection=projection,
            seed=seed,
            budget=budget,
            like=like,
            height=height,
        )

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
        if name not in self._dify_apps:
            from .dify import Dify

            api_key, base_url, user = (None, None, None) if name else self._dify
            self._dify_apps[name] = Dify(
                api_key,
                base_url,
                user=user,
                app=name,
                timeouts=self.settings.timeouts,
                proxy=self._proxy,
                ca_bundle=self.settings.ca_bundle,
                recorder=self._recorder,
            )
        return self._dify_apps[name]

    @cached_property
    def tasks(self) -> Tasks:
        """The long tasks started on this machine; they can be resumed after a restart."""
        from ..providers.tasks.tasks import Tasks
        from .tasks import register

        tasks = Tasks(data_folder() / "tasks.sqlite", scrub=self._scrub)
        register(tasks, self, origin=self._origin)
        return tasks

    @cached_property
    def excel(self) -> TeleAI:
        """Analyses of Excel workbooks. Raises `SettingsError` where half of an account is set."""
        from .teleai import TeleAI

        settings = self.settings
        return TeleAI(
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

    @cached_property
    def _sophnet(self) -> Wire:
        from ..providers.sophnet import access
        from ..wire.wire import Wire

        settings = self.settings
        origin = access.origin(
            base_url=settings.base_url,
            setting=settings.setting,
            key_setting=settings.key_setting,
            reveal=self._reveal(),
            scrub=self._scrub,
            locate=sandbox.address if settings.sandbox and not settings.base_url else None,
        )
        if settings.sandbox and settings.base_url:
            origin = sandbox.as_caller(origin)
        return Wire(self._recorder.guarded(origin), self._network)

    def _reveal(self) -> Callable[[], str]:
        settings = self.settings
        if settings.sandbox:
            return sandbox.revealing(settings.api_key, settings.base_url)
        return settings.api_key.reveal

    @cached_property
    def _downloader(self) -> Downloader:
        from ..wire.files.download import Downloader

        return Downloader(self._network, allowed_origins=self._own_origins)

    def _own_origins(self) -> list[str]:
        """The origins whose results may be at private addresses, as configured now."""
        roots = [self.settings.base_url]
        if self.settings.sandbox:
            roots.append(sandbox.running() or "")
        parts = [urlsplit(root) for root in roots if root]
        return [f"{each.scheme}://{each.netloc}" for each in parts]

    @property
    def _network(self) -> Network:
        from ..wire.call import Network

        settings = self.settings
        return Network.within(settings.timeouts, proxy=settings.proxy, ca_bundle=settings.ca_bundle)

    @property
    def _scrub(self) -> Callable[[str], str]:
        own = self.settings.api_key.scrub
        return (lambda text: sandbox.scrub(own(text))) if self.settings.sandbox else own

    @property
    def _origin(self) -> str:
        return "sandbox" if self.settings.sandbox else self.settings.origin

    def _place(self, service: str) -> ResourceIds:
        from ..providers.sophnet.paths import ResourceIds

        return ResourceIds(
            project_id=self.settings.project_id,
            easyllm_id=self.settings.easyllm_ids.get(service, ""),
        )

    def _kept(self, resource: R) -> R:
        """A resource whose answers pass the recording."""
        resource._keep = self._recorder.keeper(self._who)
        return resource

    def _who(self) -> Who:
        settings = self.settings
        origin = settings.origin if settings.base_url else ""
        return who("SophNet", settings.project_id, origin, sandbox=settings.sandbox)

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
    ) -> OpenCassette:
        """
        A context in which answers are recorded in the file ``path``, or come from it.

        They come from it where it is there, without a key and without a network; else they are
        recorded. ``mode`` says otherwise: ``record`` and ``refresh`` record anew, ``replay`` sends
        nothing, ``fallback`` asks, and takes what is recorded where network, key or quota fail or
        no first token comes ``within`` so many seconds. ``pace`` is in tokens a second, 0 is at
        once. Raises `SettingsError`; see docs/history.md.
        """
        return self._recorder.open(at_home(path), mode, pace=pace, within=within)

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


def _look(content: Path | bytes) -> object:
    """Check an image or a video before it is kept; raises `ValueError`."""
    from ..files import images, mp4
    from ..files.kinds import HEAD, sniff

    if isinstance(content, bytes):
        head = content[:HEAD]
    else:
        with content.open("rb") as file:
            head = file.read(HEAD)
    media = sniff(head)
    return mp4.check(content) if media and media.kind == "video" else images.check(content)
