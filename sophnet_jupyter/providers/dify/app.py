"""One Dify text-generation app: all its calls (docs/services/dify.md)."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from ...errors import AnswerIncomplete, SettingsError
from ...events import Event, Finished, Notice, Parsed
from ...language import tr
from ...options.words import checks_keywords
from ...response import Response, settle
from ...wire.call import Call, segment
from ...wire.files.upload import Content
from ...wire.held import held
from ...wire.retry import PAID_TASK, READ
from ...wire.wire import Wire
from .. import arguments
from ..keeping import Keeping, Wanted
from .access import SERVICE, checked
from .annotations import PAGE, PAGES, AnnotationReply, Annotations
from .completion import Completion
from .file_kinds import is_file
from .files import DifyFiles, Fetched
from .form import FILE_INPUTS, Parameters, parameters
from .loose import moment, objects
from .plain import plain_inputs
from .uploaded import Uploaded
from .voice import SoundFile, speak

Inputs = str | Mapping[str, Any]
Rating = Literal["like", "dislike"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """
    A user's rating of an answer: ``rating`` is like, dislike, or empty if withdrawn.

    ``from_source`` is ``user`` for who uses the app, ``admin`` for who makes it; one of the two
    ids says who that was. Times are in UTC.
    """

    id: str
    message_id: str
    rating: str = ""
    content: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    app_id: str = ""
    conversation_id: str = ""
    from_source: str = ""
    from_end_user_id: str = ""
    from_account_id: str = ""


_WORDS_OF_FEEDBACK = (
    *("id", "message_id", "rating", "content", "app_id", "conversation_id"),
    *("from_source", "from_end_user_id", "from_account_id"),
)


@checks_keywords("dify")
class App(Keeping):
    """
    One app, which its key selects, used as ``user``.

    Dify keeps files and messages apart by user, so that all calls that belong together must name
    the same one.
    """

    def __init__(self, wire: Wire, *, user: str) -> None:
        self._wire = wire
        self.user = user
        self._form: Parameters | None = None
        self._completion = Completion(wire)
        self._files = DifyFiles(wire, user, self.form)
        self.annotations = Annotations(wire)
        self.annotation_reply = AnnotationReply(wire)

    def __repr__(self) -> str:
        place = self._wire.origin.base_url or tr("the sandbox")
        return tr("<Dify app at {place}, user {user}>", place=place, user=self.user)

    async def complete(
        self,
        inputs: Inputs,
        *,
        files: object = None,
        stream: bool = False,
        strict: bool = False,
        mask: object = None,
    ) -> Response:
        """
        Run the app on ``inputs``, and return the whole answer as one `Response`.

        A text is the input ``query``. ``files`` are paths, addresses, bytes, pictures of any kind
        or uploads: sent or linked, as the app allows. ``stream=True`` changes the transport only,
        and keeps a long answer from running into a gateway's limit (Dify's cloud: 100 s). ``mask``
        is that of `stream`.

        Raises `SophNetError`; what had arrived by then is its ``response``. An answer that just
        stopped has ``ending="incomplete"``; ``strict=True`` raises `AnswerIncomplete` for it.
        """
        arguments.flag("stream", stream)
        response = await settle(self._events(inputs, files, stream=stream, mask=mask))
        if strict and response.ending == "incomplete":
            error = AnswerIncomplete(service=SERVICE)
            error.response = response
            raise error
        return response

    def stream(
        self, inputs: Inputs, *, files: object = None, cache: bool = False, mask: object = None
    ) -> AsyncGenerator[Event, None]:
        """
        Run the app, and yield events as the answer arrives; the last one is `Finished`.

        ``inputs`` and ``files`` are those of `complete`. Sound of an app that reads aloud comes as
        `AudioChunk`, and may come after the text's end. Closing the iterator early hangs up and
        tells Dify to stop. ``cache=True`` gives an answer that was kept for equal inputs, where
        there is one (`Response.cached`). ``mask=True`` replaces numbers of mobiles, identities,
        cards and plates and addresses of e-mail before they are sent, and puts them back in the
        answer. Raises `SophNetError`.
        """
        return self._events(inputs, files, stream=True, cache=cache, mask=mask)

    async def stop(self, task_id: str) -> None:
        """
        Stop the run ``task_id`` of this user; its stream then ends. An unknown one is no error
        (docs/services/dify.md#stop).

        The id is in the `Progress` that comes after `Started`. Leaving a stream stops it as well.
        """
        await self._completion.stop(task_id, self.user)

    async def upload(self, content: Content | str, *, name: str = "") -> Uploaded:
        """
        Send one file, for later use in ``files``.

        ``content`` is a path, bytes or a file that is open in binary mode; ``name`` is what it is
        called, whose ending tells the kind. See `DifyFiles.upload`.
        """
        return await self._files.upload(content, name=name)

    def check_file(
        self, name: str, size: int, *, beside: Sequence[str] = (), variable: str = ""
    ) -> None:
        """
        Raise `SettingsError` for a file that the app would not take, as far as its form is known.

        Its ``name`` tells the kind, ``size`` is in bytes, ``beside`` are the names of those that go
        along with it; a ``variable`` of the kind file has rules of its own.
        """
        if self._form:
            self._files.check(self._form, name, size, beside, variable)

    async def preview(self, file_id: str) -> Fetched:
        """The content of the file ``file_id``, used in a message. See `DifyFiles.preview`."""
        return await self._files.preview(file_id)

    async def download(self, file_id: str, folder: str | os.PathLike[str] = ".") -> Path:
        """Save the file ``file_id`` in a ``folder``. See `DifyFiles.download`."""
        return await self._files.download(file_id, folder)

    async def feedback(
        self, message: str | Response, rating: Rating, content: str | None = None
    ) -> None:
        """
        Rate an answer. Raises `NotFound`, or `SophNetError`.

        ``rating`` is ``"like"``, ``"dislike"``, or None, which takes it back; ``content`` says why.
        ``message`` is a response of this app, or a message's id, which is its ``request_id``.
        """
        if rating not in ("like", "dislike", None):
            raise SettingsError(
                tr("A rating is 'like', 'dislike' or None, not {rating!r}.", rating=rating)
            )
        body: dict[str, Any] = {"rating": rating, "user": self.user}
        if content is not None:
            body["content"] = arguments.text("content", content)
        path = f"/messages/{segment(_message_id(message))}/feedbacks"
        checked(await self._wire.fetch(_post(path, body), retry=PAID_TASK))

    async def feedbacks(self, *, page: int = 1, limit: int = 20) -> list[Feedback]:
        """
        What all users of the app have said, newest first: ``page``, from 1, of ``limit`` rows.

        Raises `SophNetError`.
        """
        asked = {
            "page": arguments.whole("page", page, least=1) or 1,
            "limit": arguments.whole("limit", limit, least=1) or 20,
        }
        body = await self._get(f"/app/feedbacks?{urlencode(asked)}")
        return [
            Feedback(
                **{name: str(item.get(name) or "") for name in _WORDS_OF_FEEDBACK},
                created_at=moment(item.get("created_at")),
                updated_at=moment(item.get("updated_at")),
            )
            for item in objects(body.get("data"))
        ]

    async def all_feedbacks(self) -> list[Feedback]:
        """
        What all users of the app have said, of every page, newest first. Raises `SophNetError`.

        Dify counts none of them: the list ends with a page that is not full, or brings nothing new.
        """
        found: dict[str, Feedback] = {}
        for page in range(1, PAGES):
            rows = await self.feedbacks(page=page, limit=PAGE)
            before = len(found)
            found |= {row.id or f"{page}.{at}": row for at, row in enumerate(rows)}
            if len(rows) < PAGE or len(found) == before:
                break
        return [*found.values()]

    async def speak(
        self, text: str | Response = "", *, message_id: str = "", voice: str = ""
    ) -> SoundFile:
        """
        An answer, or any text, read aloud: bytes that know their type.

        ``text`` may be a response of this app; ``message_id`` goes before a text; ``voice`` is the
        name of one that the app has. Raises
        `NotFound` for a message that is unknown or empty, or another `SophNetError`.
        """
        if isinstance(text, Response):
            text, message_id = "", message_id or _message_id(text)
        return await speak(
            self._wire, user=self.user, text=text, message_id=message_id, voice=voice
        )

    async def info(self) -> Mapping[str, Any]:
        """``name``, ``description``, ``tags``, ``mode``, ``author_name``."""
        return await self._get("/info")

    async def parameters(self) -> Parameters:
        """The app's form and switches, asked for anew. Raises `SophNetError`."""
        form = Wanted(resource="parameters", quiet=True)
        found: Any = (await settle(self._keep(form, self._asked_form))).parsed
        self._form = parameters(found)
        return self._form

    async def _asked_form(self) -> AsyncGenerator[Event, None]:
        yield Parsed(value=await self._get("/parameters"))
        yield Finished(reason="stop")

    async def form(self) -> Parameters:
        """The app's form and switches, cached after the first request."""
        return self._form or await self.parameters()

    @property
    def known_form(self) -> Parameters | None:
        """The cached form, None before the first request."""
        return self._form

    async def site(self) -> Mapping[str, Any]:
        """How the app looks on the web. Raises `KeyRejected` where it is not published there."""
        return await self._get("/site")

    async def meta(self) -> Mapping[str, Any]:
        """The icons of the app's tools; the document does not list this call."""
        return await self._get("/meta")

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._completion.aclose()
        await self._wire.aclose()

    @cached_property
    def scrub(self) -> Callable[[str], str]:
        """Remove the key from a text."""
        return self._wire.origin.scrub

    def _events(
        self,
        inputs: Inputs,
        files: object,
        *,
        stream: bool,
        cache: bool = False,
        mask: object = None,
    ) -> AsyncGenerator[Event, None]:
        given = {"query": inputs} if isinstance(inputs, str) else dict(_fields(inputs))
        named = self._file_names(given)
        given = given | plain_inputs({n: one for n, one in given.items() if n not in named})
        # A variable may have any name, such as id; the names of files are no text.
        words = {name: value for name, value in given.items() if name not in named}
        masked, back = self._masked(mask, list(words.values()))
        given = given | dict(zip(words, masked, strict=True))
        request = {"inputs": given} if files is None else {"inputs": given, "files": files}
        wanted = Wanted(resource="complete", request=request, question=_words(given), cache=cache)
        if files is None and not named:
            body = {"inputs": given, "user": self.user}
            return back(self._keep(wanted, lambda: self._asked(body, stream=stream)))
        return back(self._keep(wanted, lambda: self._with_files(dict(given), files, stream=stream)))

    def _file_names(self, given: Mapping[str, Any]) -> dict[str, bool]:
        """The inputs that are files to be uploaded first, and whether each is a list."""
        # Where the form is known already, a text for such a variable is a path or an address.
        known = {each.name: each.kind for each in (self._form.inputs if self._form else ())}
        found = {}
        for name, value in given.items():
            kind = known.get(name, "")
            named = kind in FILE_INPUTS and isinstance(value, str | list | tuple) and bool(value)
            if named or is_file(value):
                several = isinstance(value, list | tuple)
                found[name] = kind == "file-list" if kind in FILE_INPUTS else several
        return found

    def _asked(self, body: Mapping[str, Any], *, stream: bool) -> AsyncGenerator[Event, None]:
        ask = self._completion.stream if stream else self._completion.whole
        return ask(body)

    async def _with_files(
        self, given: dict[str, Any], files: object, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        notices: list[str] = []
        for name, several in self._file_names(given).items():
            # Variables of the kind file take the same form as files beside the inputs.
            found = await self._files.entries(given[name], variable=name, notices=notices)
            given[name] = found if several or len(found) != 1 else found[0]
        body: dict[str, Any] = {"inputs": given, "user": self.user}
        if files is not None:
            body["files"] = await self._files.entries(files, notices=notices)
        async with held(self._asked(body, stream=stream)) as events:
            async for event in events:
                yield event
                # Behind the first event, which says who answers.
                while notices:
                    yield Notice(text=notices.pop(0))

    async def _get(self, path: str) -> dict[str, Any]:
        return checked(await self._wire.fetch(Call(method="GET", path=path), retry=READ))


def _fields(inputs: object) -> Mapping[str, Any]:
    if inputs is None:
        raise SettingsError(
            tr('There are no inputs: give a text, or a dict such as {"name": value}.')
        )
    return arguments.fields("inputs", inputs)


def _words(inputs: Mapping[str, Any]) -> str:
    """What was asked, for a list: the only input, or each with its name."""
    if len(inputs) == 1:
        return str(*inputs.values())
    return "\n".join(f"{name}: {value}" for name, value in inputs.items())


def _post(path: str, body: Mapping[str, Any]) -> Call:
    return Call(method="POST", path=path, body=arguments.encoded(body))


def _message_id(message: str | Response) -> str:
    if not isinstance(message, Response):
        return message
    if message.service != SERVICE or not message.request_id:
        raise SettingsError(tr("That response is no message of a Dify app: name one by its id."))
    return message.request_id
