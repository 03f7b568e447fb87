"""
Every error this package raises on purpose.

* SophNetError
    * SettingsError         nothing was sent: a key or an argument is missing or wrong
        * UnknownOption     a word that is no parameter, such as a misspelt one
    * SandboxFailed         the local sandbox could not be started
    * Unreachable           nobody answered: no name, no route, no TLS, connection refused
    * TimedOut              a time limit passed
        * StillRunning      a task goes on at the service, longer than we wait
    * ConnectionLost        the line broke after the request was sent
        * LineClosed        a socket was closed, with a code that may say why
    * AnswerUnreadable      something answered that is not the service, or not in its format
    * AnswerIncomplete      the answer just stopped, and ``strict=True`` was asked for
    * AnswerInvalid         the answer came whole, but not in the form that was asked for
    * EvaluationFailed      an evaluation is below what ``check`` demands
    * ServiceError          the service answered with an error
        * KeyRejected       401, 403
            * LineRefused   a socket was closed before it began to work
        * BalanceExhausted  402
        * NotFound          404
        * RateLimited       429
        * RequestRefused    any other 4xx: an argument the service does not take
            * KnowledgeNotReady  a file of a knowledge base is in a state that forbids it
        * ServiceDown       5xx
        * TaskFailed        it gave a long task up
    * DownloadFailed        a result was not fetched
    * FileChanged           a file did not stay as it was while it was sent
    * Stopped               the user interrupted
        * Cancelled         somebody cancelled a background answer (`magics.background`)

An error holds facts and computes its sentence: who said what, then what to do. One that is raised
after part of an answer had come carries that part as ``error.response``.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Literal, Protocol

from .language import mark, retold, tr
from .language.sandbox import SENTENCES

# What a server or a proxy says is quoted up to here; a gateway's error page is longer than a line.
QUOTED = 300
NAME_QUOTED = 80


class Partial(Protocol):
    """What had arrived when an error was raised: a `Response` (which imports this module)."""

    @property
    def text(self) -> str: ...
    @property
    def images(self) -> Sequence[object]: ...
    @property
    def audio(self) -> bytes: ...
    @property
    def embeddings(self) -> object: ...
    @property
    def ending(self) -> str: ...


class SophNetError(Exception):
    """Base class; catch this to catch everything below."""

    response: Partial | None = None
    # Of many inputs of one call those that came to nothing, each with its reason in a sentence.
    without: Mapping[int, str] = MappingProxyType({})
    # What to name when asking the service about it, where the request had an id.
    request_id: str = ""

    def __reduce__(self) -> tuple[object, ...]:
        # With all its facts, so that it can be copied, and come back from another process: called
        # with its ``args`` alone, as Python would, most classes could not be made again.
        return _made_again, (type(self), self.args), self.__dict__

    def forget_variables(self) -> None:
        """
        Empty the frames of ours that the error has passed.

        They hold what the server sent, which may quote the key, and the request: rich, stackprinter
        and ``%debug`` show the variables of a traceback.
        """
        place = self.__traceback__
        while place:
            # A notebook's own cells are of no package.
            package = place.tb_frame.f_globals.get("__package__") or ""
            if package.partition(".")[0] == __package__:
                # One that still runs is the caller's, or settles the answer.
                with suppress(RuntimeError):
                    place.tb_frame.clear()
            place = place.tb_next

    def _render_traceback_(self) -> list[str]:
        # IPython's hook. A notebook saves this line in place of a page of frames, in which a
        # verbose traceback would also print local variables. Later ``%debug`` shows none either.
        self.forget_variables()
        return [f"{type(self).__name__}: {self}"]


def _made_again(kind: type[SophNetError], args: tuple[object, ...]) -> SophNetError:
    error = kind.__new__(kind, *args)
    error.args = args
    return error


class SettingsError(SophNetError):
    """A key or an argument is missing or wrong. Nothing was sent."""


class UnknownOption(SettingsError, TypeError):
    """
    A call got a keyword that is none of its parameters, such as a misspelt one.

    A `TypeError` too, as Python raises for that. ``near`` is the parameter that was perhaps meant,
    ``known`` are all of them. What the word was to stand for is not kept: it may be a key.
    """

    def __init__(self, *, call: str, word: str, near: str = "", known: Sequence[str] = ()) -> None:
        self.call = call
        self.word = quoted(word, NAME_QUOTED)
        self.near = near
        self.known = tuple(known)
        super().__init__(call, self.word)

    def __str__(self) -> str:
        if self.near:
            return tr(
                "{call} has no {word}. Did you mean {near}?",
                call=self.call,
                word=self.word,
                near=self.near,
            )
        if "extra_body" in self.known:
            advice = tr("What else the service takes goes into extra_body={…}.")
        else:
            advice = (
                tr("It takes {known}.", known=", ".join(self.known))
                if self.known
                else tr("It takes none.")
            )
        return tr("{call} has no {word}. {advice}", call=self.call, word=self.word, advice=advice)


# Behind the name of a service where its sandbox answers.
_SANDBOX = " sandbox"
_OF_ARGUMENT = re.compile(r"([\w.]+: )?(.*)", re.DOTALL)


def named(name: str) -> str:
    """The name of a service as it is said: the sandbox of one is none of its own."""
    real = name.removesuffix(_SANDBOX)
    return name if real == name else tr("{service} sandbox", service=real)


def _retold(message: str) -> str:
    """What a service says; the sandbox's own sentences in the reader's language."""
    # Which argument it is of stands before a sentence.
    argument, said = _OF_ARGUMENT.fullmatch(message).groups("")  # type: ignore[union-attr]
    return argument + retold(said, SENTENCES)


class SandboxFailed(SophNetError):
    """The sandbox process did not come up."""


class Unreachable(SophNetError):
    """No connection could be made. The service has seen nothing of the request."""

    def __init__(
        self, *, service: str, host: str, reason: str, setting: str = "SOPHNET_BASE_URL"
    ) -> None:
        self.service = service
        self.host = host
        self.setting = setting
        self.reason = quoted(reason)
        super().__init__(service, host)

    def __str__(self) -> str:
        return tr(
            "{service} cannot be reached at {host}: {reason}. {advice}",
            service=named(self.service),
            host=self.host,
            reason=self.reason,
            advice=self._advice(),
        )

    def _advice(self) -> str:
        if "certificate" in self.reason.lower():
            return tr(
                "Set SOPHNET_CA_BUNDLE to the file (PEM) of whoever signed it: behind a "
                "company's proxy that is the company's own certificate."
            )
        return tr(
            "Check the network, the proxy (HTTPS_PROXY) and {setting}.",
            setting=self.setting or tr("its address"),
        )


class TimedOut(SophNetError):
    """
    A time limit passed. ``limit`` names which one: connect, between-chunks, or total.

    ``sent`` is False when the service cannot have seen the request.
    """

    def __init__(self, *, service: str, limit: str, seconds: float, sent: bool = True) -> None:
        self.service = service
        self.limit = limit
        self.seconds = seconds
        self.sent = sent
        super().__init__(service, limit, seconds)

    def __str__(self) -> str:
        if self.limit == "patience":
            return tr(
                "{service} let nothing through within {seconds:g} s: this was refused for "
                "asking too much, or waited behind others. Ask later, or for less at once.",
                service=named(self.service),
                seconds=self.seconds,
            )
        return tr(
            "{service} was silent too long: the {limit} limit of {seconds:g} s passed. Try "
            "again, or allow more time with Client(timeouts=…).",
            service=named(self.service),
            limit=self.limit,
            seconds=self.seconds,
        )


class ConnectionLost(SophNetError):
    """
    The connection broke while waiting for a response, or while one was arriving.

    ``sent`` is False where an upload was cut half sent, so that it cannot have been carried out.
    """

    sent = True

    def __init__(self, *, service: str, reason: str) -> None:
        self.service = service
        self.reason = quoted(reason)
        super().__init__(service, reason)

    def __str__(self) -> str:
        if not self.sent:
            return tr(
                "The connection to {service} broke before all was sent: {reason}. Nothing of "
                "it was carried out, so try again.",
                service=named(self.service),
                reason=self.reason,
            )
        return tr(
            "The connection to {service} broke: {reason}. It was not sent again, since the "
            "request may have been carried out: ask again if you want that.",
            service=named(self.service),
            reason=self.reason,
        )


class LineClosed(ConnectionLost):
    """A websocket is closed. ``code`` is that of RFC 6455; 1006 means without a close frame."""

    def __init__(self, *, service: str, code: int, reason: str = "") -> None:
        super().__init__(service=service, reason=reason)
        self.code = code

    def __str__(self) -> str:
        said = f": {_retold(self.reason).rstrip('.。')}" if self.reason else ""
        how = (
            tr("broke")
            if self.code == 1006
            else tr("was closed by it (code {code}{said})", code=self.code, said=said)
        )
        return tr(
            "The line to {service} {how}. Start again; what had come is kept.",
            service=named(self.service),
            how=how,
        )


class AnswerUnreadable(SophNetError):
    """Something answered, but not in the service's format: often a proxy's or gateway's page."""

    def __init__(
        self, *, service: str, what: str, quote: str = "", setting: str = "SOPHNET_BASE_URL"
    ) -> None:
        self.service = service
        self.setting = setting
        self.what = quoted(what)
        self.quote = quoted(quote)
        super().__init__(service, what)

    def __str__(self) -> str:
        said = tr(" (it begins: {quote!r})", quote=self.quote) if self.quote else ""
        return tr(
            "What answered is not {service}'s format: {what}{said}. Try again; if it "
            "persists, check {setting} and any proxy on the way.",
            service=named(self.service),
            what=self.what,
            said=said,
            setting=self.setting or tr("its address"),
        )


class AnswerIncomplete(SophNetError):
    """The stream ended without saying that it was finished."""

    def __init__(self, *, service: str) -> None:
        self.service = service
        super().__init__(service)

    def __str__(self) -> str:
        return tr(
            "{service} stopped in the middle of its answer. What had arrived is in "
            ".response; ask again for the rest.",
            service=named(self.service),
        )


class AnswerInvalid(SophNetError):
    """
    The model's answer is not JSON, or not of the schema that was asked for.

    ``repairs`` is how often the model was asked to correct itself before.
    """

    def __init__(self, *, where: str, why: str, repairs: int = 0) -> None:
        self.where = quoted(where, NAME_QUOTED)
        self.why = quoted(why)
        self.repairs = repairs
        super().__init__(where, why)

    def __str__(self) -> str:
        place = "" if self.where == "$" else tr(" at {where}", where=self.where)
        said = tr(
            "The answer has not the form that was asked for{place}: {why}. ",
            place=place,
            why=self.why,
        )
        if not self.repairs:
            return said + tr("It is in .response; repair=1 lets the model correct itself once.")
        times = tr("once") if self.repairs == 1 else tr("{repairs} times", repairs=self.repairs)
        return said + (
            tr(
                "It is in .response, and was corrected {times} in vain: make the form simpler, "
                "or ask another model.",
                times=times,
            )
        )


class EvaluationFailed(SophNetError, AssertionError):
    """
    An evaluation is below what was asked of it: see `check`. ``failures`` are its sentences.

    An `AssertionError` too, so that a test runner counts it as a failed test and not as a crash.
    """

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = tuple(failures)
        super().__init__(*self.failures)

    def __str__(self) -> str:
        return " ".join(self.failures)


class ServiceError(SophNetError):
    """
    The service answered with an error.

    ``about`` names what of a larger call it is about, as its caller counts: ``texts[3]``.
    """

    about = ""
    advice = mark("Try again; if it persists, ask the service with the request id.")

    def __init__(
        self,
        *,
        service: str,
        status: int,
        message: str,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.service = service
        self.status = status
        self.message = quoted(message)
        self.code = quoted(code, NAME_QUOTED)
        self.request_id = quoted(request_id, NAME_QUOTED)
        self.retry_after = retry_after
        super().__init__(service, status)

    def __str__(self) -> str:
        details = (
            [tr("code {code}", code=self.code)]
            if self.code and self.code != str(self.status)
            else []
        )
        if self.request_id:
            details.append(tr("request {request_id}", request_id=self.request_id))
        behind = tr(" ({details})", details=", ".join(details)) if details else ""
        said = (_retold(self.message) or tr("no reason given")).rstrip(".。")
        about = tr(" to {about}", about=self.about) if self.about else ""
        return tr(
            "{service} answered {status}{about}: {said}{behind}. {next_step}",
            service=named(self.service),
            status=self.status,
            about=about,
            said=said,
            behind=behind,
            next_step=self.next_step,
        )

    @property
    def next_step(self) -> str:
        """What the user can do about it."""
        if self.retry_after is not None:
            return tr("The service asks to wait {span}.", span=span(self.retry_after))
        if self.status == 501:
            return tr("It cannot do that, and trying again changes nothing.")
        return tr(self.advice)


class KeyRejected(ServiceError):
    """The key is wrong, expired, or may not use this model."""

    advice = mark("Check SOPHNET_API_KEY, and that the model is enabled in the key's project.")


class LineRefused(KeyRejected):
    """
    A websocket was closed before it was ready: how some services reject a wrong key.

    ``code`` is that of RFC 6455.
    """

    advice = mark(
        "Check SOPHNET_API_KEY, that this service is enabled in the key's project, and "
        "the format of the sound."
    )

    def __init__(self, *, service: str, closed: int, reason: str = "") -> None:
        super().__init__(service=service, status=401, message=reason, code=str(closed))

    def __str__(self) -> str:
        said = f": {_retold(self.message).rstrip('.。')}" if self.message else ""
        return tr(
            "{service} closed the line before it began (code {code}{said}). {advice}",
            service=named(self.service),
            code=self.code,
            said=said,
            advice=tr(self.advice),
        )


class BalanceExhausted(ServiceError):
    """The account has no credit left."""

    advice = mark("Top up the account in the service's console.")


class NotFound(ServiceError):
    """The address, model or id does not exist."""

    advice = mark("Check the model's name, the id, and SOPHNET_BASE_URL.")


class RateLimited(ServiceError):
    """Too many requests, or too many tokens, in too short a time."""

    advice = mark("Wait a little, and ask again.")


class RequestRefused(ServiceError):
    """The service does not take an argument of the request."""

    advice = mark("Change the argument it names, and ask again.")


class KnowledgeNotReady(RequestRefused):
    """
    The state of a file in a knowledge base forbids what was asked.

    ``state`` is the service's word; ``what`` was to be done, as in "cannot be deleted".
    """

    def __init__(
        self,
        *,
        service: str,
        title: str,
        state: str,
        what: str,
        status: int = 200,
        message: str = "",
    ) -> None:
        super().__init__(service=service, status=status, message=message)
        self.title = quoted(title, NAME_QUOTED)
        self.state = quoted(state, NAME_QUOTED)
        self.what = what

    def __str__(self) -> str:
        said = f" ({_retold(self.message).rstrip('.。')})" if self.message else ""
        advice = {
            "UPLOADING": tr("Wait until the service has read it: files.wait_enabled does."),
            "ERROR": tr("The service could not read it: delete it, and upload a file that opens."),
            "NOT_ENABLED": tr("Switch it on in the service's console."),
        }.get(self.state, tr(self.advice))
        return tr(
            "{title} cannot be {what} at {service}, because it is {state}{said}. {advice}",
            title=self.title,
            what=tr(self.what),
            service=named(self.service),
            state=self.state,
            said=said,
            advice=advice,
        )


class ServiceDown(ServiceError):
    """The service failed on its side."""

    advice = mark("Its fault, not yours: try again in a while.")


Problem = Literal[
    "refused",
    "expired",
    "status",
    "unreachable",
    "broken",
    "slow",
    "large",
    "type",
    "empty",
    "disk",
]

_DOWNLOAD_ADVICE: dict[Problem, str] = {
    "refused": mark("Nothing was fetched; open it yourself if you trust it."),
    "expired": mark("Ask for it again with client.tasks.resume(…), or have it made anew."),
    "status": mark("Try again in a while."),
    "unreachable": mark("Check the network and the proxy (HTTPS_PROXY)."),
    "broken": mark("Try again."),
    "slow": mark("Try again, or allow more time with Client(timeouts=…)."),
    "large": mark("Allow more with limit=…."),
    "type": mark("Nothing of it was kept."),
    "empty": mark("Ask the service for it again."),
    "disk": mark("Free some space or choose another folder, then fetch it again."),
}


class StillRunning(TimedOut):
    """Our time limit has passed before the task was done; it goes on at the service."""

    def __init__(
        self, *, service: str, task_id: str, seconds: float, state: str = "", problem: str = ""
    ) -> None:
        super().__init__(service=service, limit="task", seconds=seconds)
        self.task_id = quoted(task_id)
        self.state = quoted(state)
        self.problem = quoted(problem)

    def __str__(self) -> str:
        state = f" ({self.state})" if self.state else ""
        problem = (
            tr(" The last look failed: {problem}.", problem=self.problem.rstrip(".。"))
            if self.problem
            else ""
        )
        return tr(
            "{service} is still working on task {task_id}{state} after {span}.{problem} It "
            "goes on there; wait for it with await client.tasks.resume({task_id!r}).",
            service=named(self.service),
            task_id=self.task_id,
            state=state,
            span=span(self.seconds),
            problem=problem,
        )


class TaskFailed(ServiceError):
    """The service gave a task up, or somebody cancelled it. ``state`` is the service's word."""

    def __init__(
        self,
        *,
        service: str,
        task_id: str,
        state: str,
        message: str = "",
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(
            service=service, status=200, message=message, code=code, request_id=request_id
        )
        self.task_id = quoted(task_id)
        self.state = quoted(state)

    def __str__(self) -> str:
        code = tr(" (code {code})", code=self.code) if self.code else ""
        said = (_retold(self.message) or tr("no reason given")).rstrip(".。")
        return tr(
            "{service} ended task {task_id} as {state}: {said}{code}. Change what it "
            "names, or ask again.",
            service=named(self.service),
            task_id=self.task_id,
            state=self.state,
            said=said,
            code=code,
        )


class DownloadFailed(SophNetError):
    """
    A result was not fetched. ``problem`` says why in one word, ``status`` is of HTTP, or 0.

    ``task_id`` is set where a task has made it, by which it can be asked for again.
    """

    task_id = ""

    def __init__(self, *, host: str, problem: Problem, reason: str, status: int = 0) -> None:
        self.host = quoted(host)
        self.problem = problem
        self.reason = quoted(reason)
        self.status = status
        super().__init__(host, problem)

    def __str__(self) -> str:
        # Without the address itself: its query may be a signature.
        where = tr(" at {host}", host=self.host) if self.host else ""
        advice = tr(_DOWNLOAD_ADVICE[self.problem])
        if self.task_id:
            again = f"client.tasks.resume({self.task_id!r})"
            advice = advice.replace("client.tasks.resume(…)", again)
            advice += "" if again in advice else tr(" {again} fetches it again.", again=again)
        return tr(
            "The result{where} was not fetched: it {reason}. {advice}",
            where=where,
            reason=self.reason,
            advice=advice,
        )

    @property
    def passing(self) -> bool:
        """True for a temporary failure, where another try may succeed."""
        busy = self.status in (408, 425, 429, 500, 502, 503, 504)
        return self.problem in ("unreachable", "broken") or (self.problem == "status" and busy)


class FileChanged(SophNetError):
    """A file changed while it was uploaded, so the service has got only a part."""

    def __init__(self, *, name: str, what: str) -> None:
        self.name = quoted(name)
        self.what = quoted(what)
        super().__init__(name, what)

    def __str__(self) -> str:
        return tr(
            "{name} {what} while it was sent, so the upload was broken off. Send it again "
            "once nothing else uses it.",
            name=self.name,
            what=self.what,
        )


class Stopped(SophNetError):
    """The user interrupted. What had arrived is in ``response``, and the connection is closed."""

    def __init__(self, *, response: Partial | None = None) -> None:
        self.response = response
        super().__init__()

    def __str__(self) -> str:
        part = self.response
        if part is not None and (part.text or part.images or part.embeddings or part.audio):
            return tr("interrupted; the part that had arrived is kept in `_`.")
        return tr("interrupted before anything had arrived.")


def error_class(status: int) -> type[ServiceError]:
    """The class for an HTTP status, or for a status that a body gives in its place."""
    exact: dict[int, type[ServiceError]] = {
        401: KeyRejected,
        402: BalanceExhausted,
        403: KeyRejected,
        404: NotFound,
        429: RateLimited,
    }
    if status in exact:
        return exact[status]
    if 400 <= status < 500:
        return RequestRefused
    return ServiceDown if 500 <= status < 600 else ServiceError


# Said of an account by services that answer 429 where they mean 402.
_MONEY = ("quota", "balance", "billing", "insufficient", "余额", "欠费", "额度", "配额")
# And of a quota for a time, which comes again.
_TIME = (
    "per minute",
    "per second",
    "rate limit",
    "ratelimit",
    "rpm",
    "tpm",
    "每分钟",
    "每秒",
    "频率",
)


def speaks_of_money(text: str) -> bool:
    """Whether a "too many requests" is about what is paid, for which waiting is of no use."""
    said = text.lower()
    return any(word in said for word in _MONEY) and not any(word in said for word in _TIME)


def quoted(text: object, limit: int = QUOTED) -> str:
    """A server's text made safe for one line: no control characters, and shortened."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def span(seconds: float) -> str:
    """A duration in words: ``45 s``, ``12 min``, ``3 h``, ``2 days``."""
    if seconds < 120:
        return tr("{seconds:.0f} s", seconds=seconds)
    if seconds < 3600:
        return tr("{minutes:.0f} min", minutes=seconds / 60)
    if seconds < 48 * 3600:
        return tr("{hours:.0f} h", hours=seconds / 3600)
    return tr("{days:.0f} days", days=seconds / 86400)


def sizes(size: int, limit: int, *, mega: int = 10**6) -> tuple[str, str]:
    """
    A size and the limit that it passes, in words that differ: ``50.2 MB`` and ``50 MB``.

    ``mega`` is what the service calls a megabyte.
    """
    if size == limit and not limit % mega:
        return f"{size / mega:,.1f} MB", f"{limit // mega:,} MB"
    if size < mega // 10:
        return tr("{size:,} bytes", size=size), tr("{limit:,} bytes", limit=limit)
    for digits in (1, 2, 3):
        said, most = (f"{one / mega:,.{digits}f}" for one in (size, limit))
        if said != most:
            return f"{said} MB", f"{most.rstrip('0').rstrip('.')} MB"
    return tr("{size:,} bytes", size=size), tr("{limit:,} bytes", limit=limit)


# What a system says of a file, in the same words on every system.
_OF_FILES = {
    errno.ENOENT: mark("it is not there"),
    errno.ENOTDIR: mark("it is not there"),
    errno.EACCES: mark("this account may not"),
    errno.EPERM: mark("this account may not"),
    errno.EISDIR: mark("it is a folder"),
    errno.EEXIST: mark("there is one already"),
    errno.ENOSPC: mark("the disk is full"),
    errno.EDQUOT: mark("what this account may keep on the disk is used up"),
    errno.EFBIG: mark("it is larger than the disk takes"),
    errno.EROFS: mark("nothing may be written there"),
    errno.ENAMETOOLONG: mark("its name is too long"),
    errno.EINVAL: mark("its name is none"),
    errno.ELOOP: mark("its links lead round in a circle"),
    errno.EMFILE: mark("too many files are open"),
    errno.ENFILE: mark("too many files are open"),
    errno.ENOMEM: mark("the memory is full"),
    errno.EBUSY: mark("another program uses it"),
    errno.ETXTBSY: mark("another program uses it"),
    errno.ENOEXEC: mark("it is no program"),
    errno.EIO: mark("the disk has failed"),
}


def why(error: Exception) -> str:
    """Why a file could not be read, written or run, in a few words without a number."""
    if isinstance(error, OSError):
        known = _OF_FILES.get(error.errno or 0)
        return (
            tr(known)
            if known
            else quoted(error.strerror or tr("the system refuses it"), 120).rstrip(".")
        )
    # A null byte, or no home folder to expand ``~``.
    return (
        tr("its name is none")
        if isinstance(error, ValueError | RuntimeError)
        else tr("it is no file")
    )


_ADDRESS = re.compile(r"(?:^|[/\\]) *(https?):[/\\]{1,2}([^/\\].*)", re.IGNORECASE | re.DOTALL)


def file_refused(path: object, error: Exception, doing: str = mark("read")) -> SettingsError:
    """The error for a file that is not there, or that cannot be ``read`` or ``written``."""
    if doing == "read" and isinstance(error, FileNotFoundError | NotADirectoryError):
        # A path has one slash where an address has two.
        if found := _ADDRESS.search(str(path)):
            return SettingsError(
                tr(
                    "{address} is an address, and a file is wanted: save it first, and name that.",
                    address=f"{found[1].lower()}://{found[2].strip()}",
                )
            )
        return SettingsError(tr("There is no file {path}.", path=path))
    if isinstance(error, IsADirectoryError):
        return SettingsError(tr("{path} is a folder, not a file.", path=path))
    return SettingsError(
        tr("{path} cannot be {doing}: {why}.", path=path, doing=tr(doing), why=why(error))
    )
