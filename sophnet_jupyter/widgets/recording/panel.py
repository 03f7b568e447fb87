"""Drop a recording, read and hear what was said, name who speaks, and save subtitles."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ...errors import SettingsError
from ...events import Event, Progress
from ...files.kinds import HEAD, sniff
from ...kernel.loop import loop
from ...language import mark, tr
from ...response import Arrival, Response, settle
from ...values.transcript import Recording, held
from ...views.answer import bundle
from ...views.media import transcript
from ...views.safe.control_characters import plain
from ...views.safe.look import one_line
from ..panel.frame import Height
from ..panel.panel import Buffers, Command, Panel, said
from ..playing.transcript_player import LARGEST as HEARD
from ..playing.transcript_player import facts
from ..uploads.uploads import Upload, Uploads

_EMPTY = mark("A recording panel. Run its cell to have a recording transcribed.")
# "文件大小不超过1GB"
LARGEST = 1 << 30
TYPES = tuple(".wav .mp3 .m4a .flv .mp4 .wma .3gp .amr .aac .ogg .opus .flac".split())
LONGEST_NAME = 60


class SpeechClient(Protocol):
    """The part of a client that the panel uses."""

    @property
    def speech(self) -> Any: ...


class RecordingPanel(Panel):
    """
    Drop a recording, watch it become text, and hear it beside its sentences.

    Speakers are renamed in place; subtitles and the words are saved as files. ``speakers`` are
    names in the order in which they are heard. ``fast`` is for wav files of a minute or two: one
    request in place of a task. ``client`` is the one to ask, else the usual one. What was said is
    ``panel.response``, with the names that were given.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "panel"

    def __init__(
        self,
        client: SpeechClient | None = None,
        *,
        speakers: Sequence[str] = (),
        fast: bool = False,
        height: Height = "",
        layout: Any = None,
    ) -> None:
        super().__init__(height=height, layout=layout)
        self._speech = self.client_for(client).speech
        self._speakers = list(speakers)
        self._fast = fast
        self._response: Response | None = None
        self._error = ""
        # What was dropped: its file goes when it does.
        self._kept: Upload | None = None
        self._sound = b""
        self.uploads = Uploads(self.tell, self._received, limit=LARGEST, accept=TYPES)

    @property
    def response(self) -> Response | None:
        """The last transcript, with the names that were given to its speakers."""
        return self._response

    def transcribe(self, given: str | os.PathLike[str] | bytes | Response) -> None:
        """
        Transcribe a path, an address, bytes or a response with sound, as if it had been dropped.

        Returns at once; the transcript appears in the panel.
        """
        loop().call_soon_threadsafe(self.perform, self._begin, given, "", None)

    def rename(self, speaker: str | int, name: str) -> None:
        """Give a speaker, the service's number or the name so far, another ``name``."""
        loop().call_soon_threadsafe(self.perform, self._rename, str(speaker), name)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "rename", "speaker": str(speaker), "name": str(name)}:
                self._rename(speaker, name)
            case {"kind": "fast", "on": bool(on)}:
                self._fast = on
                self.tell("fast", on=on)
            case {"kind": "export", "view": view, "form": str(form)}:
                name = f"{Path(self._recording().name).stem or 'recording'}.{form}"
                self.tell("document", to=view, form=form, text=self._written(form), name=name)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        if not (self._response and self._response.recordings):
            return {"recording": None, "fast": self._fast}, []
        return {"recording": self._shown(), "fast": self._fast}, [self._sound]

    def still(self) -> tuple[str, str]:
        if self._response is None or not self._response.recordings:
            failed = plain(self._error)
            return f"<i>{tr(_EMPTY)}</i>" if not failed else "", failed or tr(_EMPTY)
        made = bundle(self._response)
        return made["text/html"], made["text/plain"]

    def _recording(self) -> Recording:
        if self._response is None or not self._response.recordings:
            raise SettingsError(tr("Nothing is transcribed yet: drop a recording first."))
        return self._response.recordings[0]

    def _written(self, form: str) -> str:
        self._recording()
        assert self._response
        if form == "txt":
            return transcript.in_words(self._response.recordings) + "\n"
        return self._response.to_vtt() if form == "vtt" else self._response.to_srt()

    def _shown(self) -> dict[str, Any]:
        recording = self._recording()
        colours = transcript.colours(recording)
        voices = {each.speaker: each.who for each in recording.sentences if each.speaker}
        timed = any(each.start is not None or each.end is not None for each in recording.sentences)
        assert self._response
        return {
            **facts(recording, self._sound),
            "title": one_line(recording.name),
            "notices": [one_line(each) for each in self._response.notices],
            "forms": (["srt", "vtt"] if timed else []) + (["txt"] if recording.sentences else []),
            "speakers": [
                {"key": key, "who": one_line(who), "colour": colours.get(key, "")}
                for key, who in voices.items()
            ],
        }

    def _rename(self, speaker: str, name: str) -> None:
        name = " ".join(name.split())[:LONGEST_NAME]
        self._recording()
        assert self._response
        if name:
            self._response = self._response.renamed({speaker: name})
        self._tell_transcript()
        self.settle()

    def _tell_transcript(self) -> None:
        self.tell("transcribed", [self._sound], recording=self._shown())

    def _received(self, upload: Upload) -> None:
        self._begin(upload.content, upload.name, upload)

    def _begin(self, given: Any, name: str, upload: Upload | None) -> None:
        # Refused here, and not in a job, where it would end what was shown before.
        events = self._speech.stream(given, sync=self._fast, speakers=self._speakers, filename=name)
        self.start(lambda: self._work(events, name, upload))

    async def _work(self, events: Any, name: str, upload: Upload | None) -> None:
        self._error, self.progress, self.phase = "", None, "sending"
        arrival = Arrival(on_event=self._heard)
        try:
            found = await settle(events, arrival)
            await self._keep(found, name, upload)
            self.phase = "ready"
        except asyncio.CancelledError:
            self.phase = "stopped"
            raise
        except Exception as error:
            self._error, self.phase = said(error), "failed"
            raise
        finally:
            self.progress = None

    async def _keep(self, found: Response, name: str, upload: Upload | None) -> None:
        recording = found.recordings[0]
        sound = await asyncio.to_thread(transcript.sound_of, recording, HEARD)
        # A player wants to know what it is given.
        media = sniff(sound[:HEAD])
        self._sound = sound if media and media.kind in ("audio", "video") else b""
        self._kept = upload
        if upload is not None and isinstance(upload.content, Path):
            # Where the browser's file lies for now means nothing to a reader.
            found = replace(found, recordings=(held(recording, self._sound),))
        self._response = found
        self._tell_transcript()

    def _heard(self, _: Response, event: Event) -> None:
        if not isinstance(event, Progress):
            return
        self.progress = event.fraction
        sending = event.state in ("submitting", "uploading", "sending")
        queued = event.state in ("uploaded", "waiting", "queued", "submitted")
        self.phase = "sending" if sending else "waiting" if queued else "transcribing"
