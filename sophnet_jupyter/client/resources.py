"""SophNet's resources, each opened on first use."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..language import tr
from ..options.words import checks_keywords
from ..settings import data_folder, model_name
from .connection import SophNetConnection
from .site.masks import mask_of
from .site.permitted import check_service

# Each service is imported by the property that opens it: a notebook that only chats should not
# wait for the others.
if TYPE_CHECKING:
    from ..explore.exploration import Exploration
    from ..providers.sophnet.account import ProjectAccount, ServiceFiles
    from ..providers.sophnet.documents.documents import Documents
    from ..providers.sophnet.embeddings.embeddings import Embeddings
    from ..providers.sophnet.knowledge.knowledge import Knowledge
    from ..providers.sophnet.speech.speech import Speech
    from ..providers.sophnet.videos.videos import Videos
    from ..providers.sophnet.voicechat.voicechat import VoiceChats
    from ..providers.tasks.tasks import Tasks
    from .chat import Chat
    from .images import Images
    from .ocr import Ocr
    from .voice import Voice


@checks_keywords("client")
class Resources(SophNetConnection):
    """The resources of SophNet, and the map of vectors that stands on them."""

    _model: str | None

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        check_service("chat")
        from .chat import Chat

        chat = Chat(
            self._sophnet,
            default_model=lambda: self._model or model_name(),
            downloads=self._downloader,
            voice_id=self.settings.easyllm_ids.get("voice", ""),
            # The sandbox takes any.
            wants_voice_id=not self.settings.sandbox,
        )
        chat._vectors = lambda: self.embeddings
        chat._recorder = self._recorder
        return self._kept(chat)

    @cached_property
    def images(self) -> Images:
        """Images from words, and from other images."""
        check_service("images")
        from .images import Images

        place = self._place("images")
        images = Images(self._sophnet, self.tasks, self._downloader, place=place, verify=_look)
        return self._kept(images, place)

    @cached_property
    def videos(self) -> Videos:
        """Videos from words, and from an image."""
        check_service("videos")
        from ..providers.sophnet.videos.videos import Videos

        place = self._place("videos")
        videos = Videos(self._sophnet, self.tasks, self._downloader, place=place, verify=_look)
        return self._kept(videos, place)

    @cached_property
    def voice(self) -> Voice:
        """Text as speech."""
        check_service("voice")
        from .voice import Voice

        place = self._place("voice")
        return self._kept(Voice(self._sophnet, place=place), place)

    @cached_property
    def voicechat(self) -> VoiceChats:
        """Conversations by voice with a model."""
        check_service("voicechat")
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
        check_service("speech")
        from ..providers.sophnet.speech.speech import Speech

        place = self._place("speech")
        speech = Speech(
            self._sophnet,
            self.tasks,
            place=place,
            downloads=self._downloader,
            share=lambda content, name: self.files.upload(content, filename=name),
        )
        return self._kept(speech, place)

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
        check_service("documents")
        from ..providers.sophnet.documents.documents import Documents

        place = self._place("documents")
        return self._kept(Documents(self._sophnet, place=place), place)

    @cached_property
    def ocr(self) -> Ocr:
        """Text in images, block by block."""
        check_service("ocr")
        from .ocr import Ocr

        place = self._place("ocr")
        return self._kept(Ocr(self._sophnet, self._downloader, place=place), place)

    def knowledge(self, service_id: str) -> Knowledge:
        """
        The files, and the questions and answers, of the custom model ``service_id``.

        Raises `SettingsError`.
        """
        check_service("knowledge")
        from ..providers.sophnet.knowledge.knowledge import Knowledge

        return Knowledge(self._sophnet, self._downloader, service_id=service_id)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Texts and images as vectors."""
        check_service("embeddings")
        from ..providers.sophnet.embeddings.embeddings import Embeddings
        from .vectors import KeptHere

        place = self._place("embeddings")
        embeddings = Embeddings(self._sophnet, place=place, kept=KeptHere(self.settings))
        return self._kept(embeddings, place)

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
        mask: Any = None,
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
        * ``mask``: True replaces numbers of mobiles, identities, cards and plates and addresses of
          e-mail before texts are sent; the map shows them as they are
        * ``height``: of the map on the page, in pixels

        Raises `SettingsError` for what cannot be explored. Needs the extra ``[explore]``.
        """
        try:
            from ..providers.sophnet.embeddings.embeddings import Embeddings
            from .exploring import Parts, explore
        except ImportError as error:
            raise SettingsError(
                tr(
                    "Exploring needs {package}, which is not installed: pip install "
                    '"sophnet-jupyter[explore]".',
                    package=error.name or "numpy",
                )
            ) from None
        check_service("embeddings")
        # Not kept in the history: 100,000 vectors would push everything else out of it.
        embeddings = Embeddings(self._sophnet, place=self._place("embeddings"))
        embeddings._keep = self._recorder.unkept(self._who)
        embeddings._mask = mask_of
        return explore(
            Parts(
                settings=self.settings,
                embeddings=embeddings,
                ask=lambda prompt, **options: self.chat.stream(prompt, **options),
                mask=mask,
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
    def tasks(self) -> Tasks:
        """The long tasks started on this machine; they can be resumed after a restart."""
        from ..providers.tasks.tasks import Tasks
        from .tasks import register

        tasks = Tasks(data_folder() / "tasks.sqlite", scrub=self._scrub)
        register(tasks, self, origin=self._origin)
        return tasks


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
