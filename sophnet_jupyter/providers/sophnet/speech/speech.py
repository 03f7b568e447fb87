"""
SophNet's speech to text: recordings as sentences, by tasks or at once.

See docs/services/sophnet.md#transcription; docs/services/sophnet.md#synchronous-transcription.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from ....errors import SettingsError
from ....events import Event, Finished, Notice, Progress, Transcribed
from ....language import mark, tr
from ....options.words import checks_keywords
from ....response import Response, settle
from ....values.transcript import Recording
from ....wire.call import Call, Reply, segment
from ....wire.files.multipart import Multipart
from ....wire.files.upload import Content, sending
from ....wire.held import held
from ....wire.poll import Pace, State
from ....wire.retry import ANSWER, PAID_TASK, READ
from ....wire.wire import Wire
from ... import arguments
from ...keeping import Keeping, Wanted
from ...tasks.journal import Task
from ...tasks.paid import finish_request
from ...tasks.tasks import Tasks
from ..access import started, started_task
from ..paths import ResourceIds
from ..several import several
from .result import SpeechTask, decode_sync, decode_task, look, sentences
from .sound import SpeechInput, sound, sounds
from .speakers import named

if TYPE_CHECKING:
    from ....wire.files.download import Downloader
    from .live.session import Live, LiveLimits

KIND = "speech"
PACE = Pace(first=1.0, factor=1.25, longest=10.0, total=6 * 3600.0)
SILENT = mark("Nobody speaks in {name}, or nothing of it was understood: the transcript is empty.")
Given = str | Content | Response
Share = Callable[[Content, str], Awaitable[str]]


@checks_keywords("speech")
class Speech(Keeping):
    """
    Recordings as text. A file is read from disk while it is sent, never as a whole.

    The service keeps a result for 24 hours: so long a task can be resumed.
    """

    def __init__(
        self,
        wire: Wire,
        tasks: Tasks,
        *,
        place: ResourceIds,
        pace: Pace | None = None,
        downloads: Downloader | None = None,
        share: Share | None = None,
    ) -> None:
        self._wire = wire
        self._tasks = tasks
        # Puts a file where the synchronous service can read it, and says where that is.
        self._share = share
        self._path = place.path("speechtotext/transcriptions")
        self._sync_path = place.path("speechtotext/non-stream")
        self._fields = dict(place.fields)
        self._pace = pace or PACE
        self._place = place
        self._downloads = downloads

    def live(
        self,
        source: Any = None,
        *,
        format: Literal["pcm", "wav", "mp3", "opus", "speex", "aac", "amr"] = "pcm",  # noqa: A002
        sample_rate: int = 16_000,
        easyllm_id: str = "",
        heartbeat: bool = True,
        pace: float = 1.0,
        limits: LiveLimits | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Live:
        """
        Live speech to text: `Live` describes the session.

        ``source``, a path, an address or an array, is played to it ``pace`` times as fast as it
        would be spoken, with 0 as fast as it is taken. What is sent by hand is ``format``, ``pcm``
        or another, at ``sample_rate`` samples a second. ``easyllm_id`` is the resource of the
        project that hears, in place of the client's: language and model are that one's.
        ``heartbeat`` keeps the line open where nobody speaks. ``limits``, a `LiveLimits`, are in
        seconds; ``sleep`` is how it waits.

        Nothing is opened before it is entered or iterated. Raises `SettingsError`.
        """
        from ....wire.websocket import Sockets
        from .live.session import Live

        sockets = Sockets(self._wire.origin, self._wire.network)
        place = replace(self._place, easyllm_id=easyllm_id) if easyllm_id else self._place
        return Live(
            sockets,
            place,
            source,
            format=format,
            sample_rate=sample_rate,
            heartbeat=heartbeat,
            pace=pace,
            limits=limits,
            downloads=self._downloads,
            sleep=sleep,
        )

    async def transcribe(
        self,
        given: Given | Sequence[Given],
        *,
        sync: bool = False,
        speakers: Sequence[str] = (),
        filename: str = "",
        model: str = "",
        sample_rate: int | None = None,
    ) -> Response:
        """
        Return what is said in a recording: `Response.sentences` with their times and speakers,
        `Response.text`, `Response.to_srt`, `Response.to_vtt`, `Response.to_frame`.

        ``given`` is a path, an address, bytes, an open binary file or a `Response` with sound, or a
        list of them; bytes want a ``filename`` whose ending tells the type. ``speakers`` are names,
        in the order in which they are heard. ``sync``, the quick way for a short wav file, waits
        for the answer in one request; ``model`` and ``sample_rate``, in samples a second, are for
        it.

        Raises `SophNetError`.
        """
        events = self.stream(
            given,
            sync=sync,
            speakers=speakers,
            filename=filename,
            model=model,
            sample_rate=sample_rate,
        )
        return await settle(events)

    def stream(
        self,
        given: Given | Sequence[Given],
        *,
        sync: bool = False,
        speakers: Sequence[str] = (),
        filename: str = "",
        model: str = "",
        sample_rate: int | None = None,
    ) -> AsyncGenerator[Event, None]:
        """
        Transcribe a recording, and yield `Progress`, `Transcribed`, at last `Finished`.

        ``given`` is a path, an address (http or https), bytes, an open binary file or a `Response`
        with sound; up to 1 GB and 5 hours of wav, mp3, m4a, flv, mp4, wma, 3gp, amr, aac, ogg
        (opus) or flac. A list is several recordings, side by side. ``filename`` is what bytes are
        called: its ending tells the type. ``speakers`` are names, in the order in which the
        speakers are heard; who has none keeps the service's number. ``sync`` waits for the answer
        in one request: it takes the address of a wav file, or a wav file, which `ServiceFiles` puts
        at an address of the service first; ``model`` and ``sample_rate``, in samples a second, are
        for it.

        Raises `SettingsError` for what the service does not take, before anything is sent, and
        `SophNetError`.
        """
        recordings = sounds(given, filename=filename)
        if not sync and (model or sample_rate):
            raise SettingsError(tr("model and sample_rate are for sync=True only."))
        parameters: dict[str, Any] = {"model": model, "sample_rate": sample_rate}
        names = [each.name for each in recordings]
        request = {"given": given, "filename": filename, "sync": sync, "speakers": speakers}
        wanted = Wanted(
            resource="speech",
            request=request | {name: value for name, value in parameters.items() if value},
            question=", ".join(names),
            lane=model,
        )

        def make() -> AsyncGenerator[Event, None]:
            answers = [
                self._at_once(each, parameters, n) if sync else self._one(each, n)
                for n, each in enumerate(recordings)
            ]
            events = answers[0] if len(answers) == 1 else several(answers, names)
            return named(events, speakers) if speakers else events

        return self._keep(wanted, make)

    async def submit(self, given: Given, *, filename: str = "") -> Task:
        """
        Start a transcription, and return its task without waiting: see `wait`.

        ``given`` and ``filename`` are those of `stream`.
        """
        task, _ = await finish_request(self._sent(sound(given, filename=filename)))
        return task

    async def get(self, task_id: str) -> SpeechTask:
        """Poll the task ``task_id`` once. Raises `SophNetError`."""
        return decode_task(await self._look(task_id))

    async def list(self) -> tuple[Task, ...]:
        """The transcriptions started here, newest first: the service has no list of its own."""
        found = await self._tasks.list(unfinished=False)
        return tuple(task for task in found if task.kind == KIND)

    async def wait(self, task_id: str) -> Response:
        """Wait for the task ``task_id``, started here or elsewhere, and return its transcript."""
        known = await self._tasks.find(task_id)
        return await settle(self.resume(known or self._tasks.new(KIND, task_id)))

    async def resume(self, task: Task) -> AsyncGenerator[Event, None]:
        """Follow a ``task`` that was started earlier, also one that is done."""
        recording = Recording(name=task.asked or task.id, task_id=task.id)
        path = Path(task.folder or ".", recording.name)
        if await asyncio.to_thread(path.is_file):
            recording = msgspec.structs.replace(recording, place=str(path))
        async with held(self._follow(task, recording, resumed=True)) as events:
            async for event in events:
                yield event

    async def _one(self, given: SpeechInput, index: int) -> AsyncGenerator[Event, None]:
        yield Progress(index=index, state="submitting")
        body = given.form(self._fields) if given.content is not None else None
        begun: tuple[Task, Reply] | None = None
        sent = finish_request(self._sent(given, body))
        if body is None:
            begun = await sent
        else:
            async with aclosing(sending(body, sent)) as said:
                async for item in said:
                    if isinstance(item, Progress):
                        yield msgspec.structs.replace(item, index=index)
                    else:
                        begun = item
        assert begun
        task, reply = begun
        yield started_task(reply)
        recording = msgspec.structs.replace(given.recording, task_id=task.id)
        async with held(self._follow(task, recording, index=index)) as events:
            async for event in events:
                yield event

    async def _sent(self, given: SpeechInput, body: Multipart | None = None) -> tuple[Task, Reply]:
        if given.content is not None:
            upload = body or given.form(self._fields)
            call = Call(method="POST", path=self._path, upload=upload, lane=KIND)
        else:
            asked = arguments.encoded({"audio_url": given.url, **self._fields})
            call = Call(method="POST", path=self._path, body=asked, lane=KIND)
        name = given.name
        async with self._tasks.intent(KIND, asked=name) as intent:
            reply = await self._wire.fetch(call, retry=PAID_TASK)
            begun = decode_task(reply)
            task = self._tasks.new(KIND, begun.id, asked=name, state=begun.word or "submitted")
            return await self._tasks.note(task, intent), reply

    async def _follow(
        self, task: Task, recording: Recording, *, index: int = 0, resumed: bool = False
    ) -> AsyncGenerator[Event, None]:
        async def check() -> State[Reply]:
            return look(await self._look(task.id), task.id)

        found: State[Reply] | None = None
        looks = self._tasks.follow(task, check, pace=self._pace, resumed=resumed)
        async with aclosing(looks):
            async for said in looks:
                match said:
                    case State():
                        found = said
                    case Progress():
                        yield msgspec.structs.replace(said, index=index)
                    case _:
                        yield said
        assert found
        assert found.reply
        if resumed:
            yield started_task(found.reply)
        done = decode_task(found.reply)
        for event in _read(recording, done.raw, done.seconds):
            yield event
        yield Finished(reason=found.word)

    async def _at_once(
        self, given: SpeechInput, parameters: dict[str, Any], index: int
    ) -> AsyncGenerator[Event, None]:
        address = given.url
        if given.content is not None:
            if self._share is None or not given.name.lower().endswith(".wav"):
                raise SettingsError(
                    tr(
                        "{name}: sync=True takes wav files only; without it, all others are "
                        "sent and transcribed by a task.",
                        name=given.name,
                    )
                )
            # That service takes addresses alone: the file is put beside it first.
            yield Progress(index=index, state="uploading")
            address = await self._share(given.content, given.name)
        elif not urlsplit(address).path.lower().endswith(".wav"):
            yield Notice(text=tr("The synchronous service is documented for wav files only."))
        yield Progress(index=index, state="waiting")
        wanted = {key: value for key, value in parameters.items() if value}
        body = {
            "audio_url": address,
            "speech_recognition_param": {**wanted, "format": "wav"},
            **self._fields,
        }
        sent = arguments.encoded(body)
        call = Call(method="POST", path=self._sync_path, body=sent, lane=KIND)
        reply = await self._wire.fetch(call, retry=ANSWER)
        yield started(reply)
        raw, seconds = decode_sync(reply)
        for event in _read(given.recording, raw, seconds):
            yield event
        yield Finished(reason="success")

    async def _look(self, task_id: str) -> Reply:
        path = f"{self._path}/{segment(task_id)}"
        return await self._wire.fetch(Call(method="GET", path=path), retry=READ)


def _read(recording: Recording, raw: str, seconds: float | None) -> list[Event]:
    found = sentences(raw)
    heard = msgspec.structs.replace(recording, sentences=found, raw=raw, seconds=seconds)
    events: list[Event] = [Transcribed(recording=heard)]
    if not found:
        events.append(Notice(text=tr(SILENT, name=recording.name)))
    return events
