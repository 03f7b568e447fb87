"""
SophNet videos: tasks that are created and polled, and their results fetched.

See docs/services/sophnet.md#videos.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Literal, Unpack

import msgspec

from ....errors import DownloadFailed, SettingsError
from ....events import Event, ImageReady, Notice, Progress, Usage, VideoReady
from ....files.kinds import Kind
from ....language import tr
from ....options.videos import VideoOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....values.image import Image
from ....values.video import Video
from ....wire.call import Call, Reply, segment
from ....wire.files.download import Downloader
from ....wire.files.receive import Download, Verify
from ....wire.held import held
from ....wire.poll import Pace, State
from ....wire.retry import PAID_TASK, READ
from ....wire.wire import Wire
from ... import arguments
from ...keeping import Keeping, Wanted
from ...tasks.following import follow_and_fetch
from ...tasks.journal import Task
from ...tasks.paid import finish_request
from ...tasks.tasks import Tasks
from ..access import started_task
from ..inline import address, fetched
from ..paths import ResourceIds
from .models import DOCUMENTED, VideoModel
from .request import VideoRequest, request
from .task import VideoTask, decode_begun, decode_list, decode_task, look

Generation = Literal["task", "generate"]
# A task is looked at where it was begun. The journal keeps these names: do not change.
KINDS: Mapping[Generation, str] = {"task": "video", "generate": "video-generate"}
WANTED: tuple[Kind, ...] = ("video",)
FRAME: tuple[Kind, ...] = ("image",)
# Videos take three to eight minutes, and some twice that.
PACE = Pace(first=2.0, factor=1.2, longest=10.0, total=1800.0)


@checks_keywords("videos")
class Videos(Keeping):
    """
    Videos from words, and from an image.

    ``verify`` is called with the bytes of each, and of its last picture, before it is kept. Tasks
    are begun on the path of the ``generation``: with a project the document's, else the newer one.
    """

    models: Mapping[str, VideoModel] = DOCUMENTED
    """What the documented models take; others exist."""

    def __init__(
        self,
        wire: Wire,
        tasks: Tasks,
        downloader: Downloader,
        *,
        place: ResourceIds,
        verify: Verify,
        generation: Generation | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._wire = wire
        self._tasks = tasks
        self._downloader = downloader
        self._path = place.path("videogenerator")
        self._fields = place.fields
        self._verify = verify
        self._generation: Generation = generation or ("task" if place.fields else "generate")
        self._pace = pace or PACE

    @shows_options(VideoOptions, request)
    def check(
        self, prompt: str = "", *, image: object = None, **options: Unpack[VideoOptions]
    ) -> None:
        """
        Raise `SettingsError` for what `stream` would refuse before anything is sent.

        Takes its arguments, such as ``prompt`` and ``image``. Blocking: an image is read for it.
        """
        request(prompt, image=image, **options)

    @shows_options(VideoOptions, request)
    async def create(
        self,
        prompt: str = "",
        *,
        image: object = None,
        generation: Generation | None = None,
        **options: Unpack[VideoOptions],
    ) -> Response:
        """
        Create a task, wait for it, fetch its video, and return it as `Response.videos`.

        Takes three to eight minutes. ``prompt``, ``image`` and ``generation`` are those of
        `stream`. Raises `SophNetError`.
        """
        events = self.stream(prompt, image=image, generation=generation, **options)
        return await settle(events)

    @shows_options(VideoOptions, request)
    def stream(
        self,
        prompt: str = "",
        *,
        image: object = None,
        generation: Generation | None = None,
        **options: Unpack[VideoOptions],
    ) -> AsyncGenerator[Event, None]:
        """
        Create a task, and yield its events: `Progress`, `VideoReady`, at last `Finished`.

        ``prompt`` says what happens, ``image`` is what it begins with: a path, an address, bytes,
        an array, a figure, a PIL image or a response; under 30 MB, with sides of 300 to 6000
        pixels. ``generation`` is ``"task"`` for the path of the document, ``"generate"`` for the
        newer one.

        The task is written down as soon as the service has begun it, so that ``client.tasks`` can
        resume it. Leaving early ends the waiting; the service has no way to call a task off.

        Raises `SophNetError`.
        """
        prompt, asked, back = self._masked_words(prompt, options)
        given = {"prompt": prompt, "image": image, "generation": generation, **asked}
        wanted = Wanted(
            resource="videos",
            request={name: value for name, value in given.items() if value is not None},
            question=prompt if isinstance(prompt, str) else "",
            lane=str(options.get("model") or ""),
        )
        return back(self._keep(wanted, lambda: self._events(prompt, image, generation, asked)))

    async def _events(
        self, prompt: str, image: object, generation: Generation | None, options: dict[str, Any]
    ) -> AsyncGenerator[Event, None]:
        yield Progress(state="submitting")
        asked = await asyncio.to_thread(request, prompt, image=image, **options)
        for note in asked.notes:
            yield Notice(text=note)
        task, reply = await finish_request(self._begun(asked, prompt, generation))
        yield started_task(reply, str(asked.body.get("model") or ""))
        seed = asked.asked.get("seed")
        video = Video(
            prompt=prompt,
            seed=None if seed is None else int(seed),
            task_id=task.id,
            poster=asked.poster,
            asked=asked.asked,
        )
        async with held(self._follow(task, video)) as events:
            async for event in events:
                yield event

    @shows_options(VideoOptions, request)
    async def submit(
        self,
        prompt: str = "",
        *,
        image: object = None,
        generation: Generation | None = None,
        **options: Unpack[VideoOptions],
    ) -> Task:
        """
        Create a task, and return it without waiting: see `wait`.

        ``prompt``, ``image`` and ``generation`` are those of `stream`. Raises `SophNetError`.
        """
        prompt, given, _ = self._masked_words(prompt, options)
        asked = await asyncio.to_thread(request, prompt, image=image, **given)
        task, _ = await finish_request(self._begun(asked, prompt, generation))
        return task

    async def get(self, task_id: str, *, generation: Generation | None = None) -> VideoTask:
        """
        Poll the task ``task_id`` once. Raises `SophNetError`.

        ``generation`` is the path on which it was begun, where this machine did not begin it.
        """
        task = await self._task(task_id, generation)
        return decode_task(await self._look(task), task.id)

    async def list(self) -> tuple[VideoTask, ...]:
        """The tasks that the service lists for the project. Raises `SophNetError`."""
        return decode_list(await self._get(f"{self._path}/task"))

    async def wait(self, task_id: str, *, generation: Generation | None = None) -> Response:
        """
        Wait for the task ``task_id``, started here or elsewhere, and fetch its video.

        ``generation`` is as in `get`. Raises `SophNetError`.
        """
        return await settle(self.resume(await self._task(task_id, generation)))

    async def resume(self, task: Task) -> AsyncGenerator[Event, None]:
        """Follow a ``task`` that was started earlier, also one that is done."""
        video = Video(prompt=task.asked, task_id=task.id)
        async with held(self._follow(task, video, resumed=True)) as events:
            async for event in events:
                yield event

    async def _task(self, task_id: str, generation: Generation | None) -> Task:
        """The task as recorded in the journal, or a new one."""
        segment(task_id)
        known = None if generation else await self._tasks.find(task_id)
        if known and known.kind in KINDS.values():
            return known
        return self._tasks.new(KINDS[self._chosen(generation)], task_id)

    def _chosen(self, generation: Generation | None) -> Generation:
        chosen = generation or self._generation
        if not isinstance(chosen, str) or chosen not in KINDS:
            known = tr(" or ").join(f'"{name}"' for name in KINDS)
            raise SettingsError(
                tr("generation is {known}, not {chosen!r:.80}.", known=known, chosen=chosen)
            )
        return chosen

    async def _begun(
        self, asked: VideoRequest, prompt: str, generation: Generation | None
    ) -> tuple[Task, Reply]:
        chosen = self._chosen(generation)
        body = arguments.encoded({**asked.body, **self._fields})
        lane = str(asked.body.get("model", ""))
        call = Call(method="POST", path=f"{self._path}/{chosen}", body=body, lane=lane)
        kind, words = KINDS[chosen], _asked(prompt, asked)
        async with self._tasks.intent(kind, asked=words) as intent:
            reply = await self._wire.fetch(call, retry=PAID_TASK)
            task = self._tasks.new(kind, decode_begun(reply), asked=words)
            return await self._tasks.note(task, intent), reply

    def _follow(
        self, task: Task, video: Video, *, resumed: bool = False
    ) -> AsyncGenerator[Event, None]:
        latest: list[VideoTask] = []

        async def check() -> State[Reply]:
            seen, state = look(await self._look(task), task.id)
            latest[:] = [seen]
            return state

        def fetch(found: State[Reply]) -> AsyncGenerator[Event, None]:
            assert found.reply
            return self._fetched(latest[0], video, found.reply, resumed=resumed)

        return follow_and_fetch(self._tasks, task, check, fetch, pace=self._pace, resumed=resumed)

    async def _fetched(
        self, done: VideoTask, video: Video, reply: Reply, *, resumed: bool
    ) -> AsyncGenerator[Event, None]:
        """The video and its last frame, fetched at once, since their URLs expire."""
        # A task may begin with its bare id: only a look tells when that was.
        began = msgspec.structs.replace(
            started_task(reply, done.model), created=done.created or None
        )
        if not resumed:
            # The request to ask about is the one that began it, and the model the one it named.
            began = msgspec.structs.replace(began, request_id="", model="")
        yield began
        yield Progress(state="fetching", task_id=video.task_id)
        file = await self._file(done.url, video, WANTED)
        ready = msgspec.structs.replace(
            video, url=address(done.url), data=file.data, mime=file.media.mime, said=done.usage
        )
        yield VideoReady(video=ready)
        tokens = done.usage.get("completion_tokens")
        if isinstance(tokens, int) and tokens > 0:
            yield Usage(completion_tokens=tokens, total_tokens=tokens)
        if done.last_frame_url:
            last = await self._file(done.last_frame_url, video, FRAME)
            picture = Image(
                url=address(done.last_frame_url),
                data=last.data,
                mime=last.media.mime,
                prompt=tr("the end of: {prompt}", prompt=video.prompt),
                task_id=video.task_id,
            )
            yield ImageReady(image=picture)

    async def _file(self, url: str, video: Video, kinds: tuple[Kind, ...]) -> Download:
        try:
            return await fetched(self._downloader, url, kinds=kinds, verify=self._verify)
        except DownloadFailed as error:
            error.task_id = video.task_id
            raise

    async def _look(self, task: Task) -> Reply:
        [generation] = [name for name, kind in KINDS.items() if kind == task.kind]
        return await self._get(f"{self._path}/{generation}/{segment(task.id)}")

    async def _get(self, path: str) -> Reply:
        return await self._wire.fetch(Call(method="GET", path=path), retry=READ)


def _asked(prompt: str, asked: VideoRequest) -> str:
    seed = asked.asked.get("seed")
    words = prompt.strip() or tr("a picture moves")
    return words if seed is None else tr("{words} · seed {seed}", words=words, seed=seed)
