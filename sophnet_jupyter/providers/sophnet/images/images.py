"""
SophNet images: tasks that are created and polled, and their results fetched.

See docs/services/sophnet.md#images.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any, Unpack

import msgspec

from ....errors import DownloadFailed, SettingsError, SophNetError
from ....events import Event, Finished, ImageReady, Notice, Progress
from ....files.kinds import Kind
from ....language import tr
from ....options.images import ImageOptions
from ....options.words import checks_keywords, shows_options
from ....response import Response, settle
from ....values.image import Image
from ....wire.call import Call, Reply, segment
from ....wire.files.download import Downloader
from ....wire.files.receive import Download, Verify, received
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
from ...together import together
from ..access import started_task
from ..paths import ResourceIds
from .request import MODEL, request, sources_of
from .result import Result
from .task import ImageTask, decode_list, decode_task, look

KIND = "image"
WANTED: tuple[Kind, ...] = ("image",)
# "Poll every 2–5 s"; the first look comes sooner, for models that are quick.
PACE = Pace(first=1.0, factor=1.25, longest=5.0)
# Requests of one call that are under way together.
AT_ONCE = 8


@checks_keywords("images")
class Images(Keeping):
    """Images from words. ``verify`` is called with the bytes of each before it is kept."""

    def __init__(
        self,
        wire: Wire,
        tasks: Tasks,
        downloader: Downloader,
        *,
        place: ResourceIds,
        verify: Verify,
        pace: Pace | None = None,
    ) -> None:
        self._wire = wire
        self._tasks = tasks
        self._downloader = downloader
        self._path = f"{place.path('texttoimage', short='imagegenerator')}/task"
        self._fields = place.fields
        self._verify = verify
        self._pace = pace or PACE

    @shows_options(ImageOptions, request)
    def check(
        self,
        prompt: str,
        *,
        model: str | None = None,
        seed: int | None = None,
        **options: Unpack[ImageOptions],
    ) -> None:
        """
        Raise `SettingsError` for what `stream` would refuse before anything is sent.

        Takes its arguments, with one ``seed``: ``prompt``, ``model``.
        """
        request(prompt, model=model, seed=seed, **options)

    @shows_options(ImageOptions, request)
    async def create(
        self,
        prompt: str,
        *,
        model: str | None = None,
        seed: int | Iterable[int] | None = None,
        **options: Unpack[ImageOptions],
    ) -> Response:
        """
        Create a task, wait for it, fetch its images, and return them as `Response.images`.

        ``prompt`` says what is to be seen, ``model`` who makes it (``qwen-image``); ``seed`` is a
        whole number, or several, of which each is a request of its own. Raises `SophNetError`; the
        pictures that had come by then are in its ``response``.
        """
        return await settle(self.stream(prompt, model=model, seed=seed, **options))

    @shows_options(ImageOptions, request)
    def stream(
        self,
        prompt: str,
        *,
        model: str | None = None,
        seed: int | Iterable[int] | None = None,
        **options: Unpack[ImageOptions],
    ) -> AsyncGenerator[Event, None]:
        """
        Create a task, and yield its events: `Progress`, `ImageReady`, at last `Finished`.

        ``prompt`` says what is to be seen, ``model`` who makes it (``qwen-image``); ``seed`` is a
        whole number. Several seeds are as many requests, at most eight at a time; one that fails
        leaves the others alone, and its error is raised when they are through.

        Each task is written down as soon as the service has begun it, so that ``client.tasks`` can
        resume it. Leaving early ends the waiting; the service has no way to call a task off.

        Raises `SophNetError`.
        """
        prompt, given, back = self._masked_words(prompt, options)
        asked = {"model": model, **given}
        if isinstance(seed, str) or not isinstance(seed, Iterable):
            seed = arguments.whole("seed", seed, least=0)
            one = {**asked, "seed": seed}
            return back(self._keep(_wanted(prompt, one), lambda: self._one(prompt, one)))
        seeds = [arguments.whole("seed", each, least=0) for each in seed]
        if not seeds:
            raise SettingsError(tr("The list of seeds is empty: give one number, or several."))
        wanted = _wanted(prompt, {**asked, "seed": seeds})
        return back(self._keep(wanted, lambda: self._several(prompt, seeds, asked)))

    @shows_options(ImageOptions, request)
    async def submit(
        self,
        prompt: str,
        *,
        model: str | None = None,
        seed: int | None = None,
        **options: Unpack[ImageOptions],
    ) -> Task:
        """
        Create a task, and return it without waiting: see `wait`.

        Takes the arguments of `stream`, with one ``seed``: ``prompt``, ``model``. Raises
        `SophNetError`.
        """
        prompt, given, _ = self._masked_words(prompt, options)
        task, _ = await self._begin(prompt, {"model": model, "seed": seed, **given})
        return task

    async def get(self, task_id: str) -> ImageTask:
        """Poll the task ``task_id`` once. Raises `SophNetError`."""
        return decode_task(await self._get(f"/{segment(task_id)}"))

    async def list(self) -> tuple[ImageTask, ...]:
        """The tasks that the service lists for the project. Raises `SophNetError`."""
        return decode_list(await self._get(""))

    async def wait(self, task_id: str) -> Response:
        """Wait for the task ``task_id``, started here or elsewhere, and fetch its images."""
        known = await self._tasks.find(task_id)
        return await settle(self.resume(known or self._tasks.new(KIND, task_id)))

    async def resume(self, task: Task) -> AsyncGenerator[Event, None]:
        """Follow a ``task`` that was started earlier, also one that is done."""
        picture = Image(prompt=task.asked, task_id=task.id)
        async with held(self._follow(task, picture, resumed=True)) as events:
            async for event in events:
                yield event

    async def _several(
        self, prompt: str, seeds: Sequence[int | None], options: dict[str, Any]
    ) -> AsyncGenerator[Event, None]:
        answers = [
            self._one(prompt, {**options, "seed": seed}, index) for index, seed in enumerate(seeds)
        ]
        failures: dict[int, SophNetError] = {}
        last: Finished | None = None
        async with held(together(answers, at_once=AT_ONCE)) as arrived:
            async for index, said in arrived:
                match said:
                    case SophNetError():
                        failures[index] = said
                        yield Progress(index=index, state="failed")
                    case Finished():
                        last = said
                    case _:
                        yield said
        for index in sorted(failures) if last else ():
            yield Notice(
                text=tr("Seed {seeds}: {failures}", seeds=seeds[index], failures=failures[index])
            )
        if failures:
            raise failures[min(failures)]
        if last:
            yield last

    async def _one(
        self, prompt: str, options: dict[str, Any], index: int = 0
    ) -> AsyncGenerator[Event, None]:
        yield Progress(index=index, state="submitting")
        sources = await asyncio.to_thread(
            sources_of, options.get("images"), options.get("max_side")
        )
        if sources is not None:
            options = {**options, "images": sources}
            for source in sources if not index else ():
                if source.note:
                    yield Notice(text=f"{source.label}.")
        task, reply = await self._begin(prompt, options)
        yield started_task(reply, str(options.get("model") or MODEL))
        picture = Image(
            prompt=prompt,
            seed=options.get("seed"),
            task_id=task.id,
            index=index * 100,
            asked=_asked(options),
        )
        async with held(self._follow(task, picture, index=index)) as events:
            async for event in events:
                yield event

    async def _begin(self, prompt: str, options: dict[str, Any]) -> tuple[Task, Reply]:
        # Pictures among the options are read and encoded, which takes its time.
        body = await asyncio.to_thread(request, prompt, **options)
        sent = arguments.encoded({**body, **self._fields})
        lane = str(body.get("model", ""))
        call = Call(method="POST", path=self._path, body=sent, lane=lane)
        return await finish_request(self._sent(call, prompt, options.get("seed")))

    async def _sent(self, call: Call, prompt: str, seed: int | None) -> tuple[Task, Reply]:
        asked = prompt if seed is None else tr("{prompt} · seed {seed}", prompt=prompt, seed=seed)
        async with self._tasks.intent(KIND, asked=asked) as intent:
            reply = await self._wire.fetch(call, retry=PAID_TASK)
            begun = decode_task(reply)
            task = self._tasks.new(KIND, begun.id, asked=asked, state=begun.word or "submitted")
            return await self._tasks.note(task, intent), reply

    def _follow(
        self, task: Task, picture: Image, *, index: int = 0, resumed: bool = False
    ) -> AsyncGenerator[Event, None]:
        async def check() -> State[Reply]:
            return look(await self._get(f"/{segment(task.id)}"), task.id)

        def fetch(done: State[Reply]) -> AsyncGenerator[Event, None]:
            return self._fetched(done, picture, index, resumed=resumed)

        return follow_and_fetch(
            self._tasks, task, check, fetch, pace=self._pace, resumed=resumed, index=index
        )

    async def _fetched(
        self, done: State[Reply], picture: Image, index: int, *, resumed: bool
    ) -> AsyncGenerator[Event, None]:
        """The results, fetched at once, since their URLs expire. A failure affects only its own."""
        if resumed and done.reply:
            yield started_task(done.reply)
        failure: DownloadFailed | None = None
        found = decode_task(done.reply).results if done.reply else ()
        for number, result in enumerate(found):
            if result.refused:
                yield Notice(
                    text=tr(
                        "Image {number} of {count}: {refused}",
                        number=number + 1,
                        count=len(found),
                        refused=result.refused,
                    )
                )
                continue
            yield Progress(index=index, state="fetching", task_id=picture.task_id)
            try:
                file = await self._taken(result)
            except DownloadFailed as error:
                error.task_id = picture.task_id
                failure = failure or error
                continue
            ready = msgspec.structs.replace(
                picture,
                url=result.url,
                data=file.data,
                mime=file.media.mime,
                index=picture.index + number,
            )
            yield ImageReady(image=ready)
        if failure:
            raise failure

    async def _taken(self, result: Result) -> Download:
        """The picture, checked alike whether it came along or lies elsewhere."""
        if result.data:
            return await received(result.data, kinds=WANTED, verify=self._verify)
        return await self._downloader.fetch(result.url, kinds=WANTED, verify=self._verify)

    async def _get(self, rest: str) -> Reply:
        return await self._wire.fetch(Call(method="GET", path=self._path + rest), retry=READ)


def _wanted(prompt: str, options: Mapping[str, Any]) -> Wanted:
    given = {name: value for name, value in options.items() if value is not None}
    return Wanted(
        resource="images",
        request={"prompt": prompt, "model": MODEL, **given},
        question=prompt if isinstance(prompt, str) else "",
        lane=str(given.get("model") or MODEL),
    )


def _asked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an image, so that it can be made again; of source images the number."""
    asked = {
        name: value
        for name, value in options.items()
        if value is not None and name not in ("images", "max_side", "extra_body")
    }
    sources = options.get("images")
    if sources is None:
        return asked
    return {**asked, "images": len(sources) if isinstance(sources, list | tuple) else 1}
