"""``%sophnet history``: what was asked and answered, found, shown, asked again and forgotten."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...files.names import at_home
from ...history.calls import CallRecord
from ...history.exports.calls import ENDINGS, written
from ...history.history import History
from ...history.moments import moment
from ...history.search import FoundCall, HistoryQuery
from ...language import mark, tr
from ...response import Response
from ...runs.compare.difference import TextDifference, difference
from ...settings import history_on, policy
from ...settings import session as settings_session
from ...views.answer import Context
from ...views.answer.figures import SIGNS
from ...views.safe.control_characters import plain
from .. import sheet
from ..answers.settle import follow, settle
from ..line.near import did_you_mean
from ..session.session import KernelSession

USAGE = mark(
    "%sophnet history [WORDS] lists; show N, rerun N, diff N M, keep N, export "
    "FILE [WORDS], forget N, on, off."
)
# Options of a list, and whether a word follows each.
OPTIONS = {
    "--model": True,
    "--notebook": True,
    "--since": True,
    "--before": True,
    "--limit": True,
    "--failed": False,
    "--kept": False,
}
ALL = 2**31
# Characters of a question and of an answer in a list.
SHOWN = 60


class HistoryCommands:
    """Looks into the history of this user."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    @property
    def _history(self) -> History:
        return self._session.client.history

    def history(self, rest: str) -> Response | TextDifference | None:
        """List what is kept, or act on one of it."""
        word, _, more = rest.partition(" ")
        acts: dict[str, Callable[[str], Any]] = {
            "show": self._show,
            "rerun": self._rerun,
            "diff": self._diff,
            "keep": self._keep,
            "forget": self._forget,
            "export": self._export,
            "on": self._switch,
            "off": self._switch,
        }
        # A word of a question may be one of these: they act where their argument is one.
        acting = re.fullmatch(r"[#\d\s]+(o\w*)?|(?=.*--).*", more.strip()) or word == "export"
        if word in ("on", "off") and not more.strip():
            self._switch(word)
            return None
        if word in acts and word not in ("on", "off") and (acting or word == "forget"):
            found: Response | TextDifference | None = acts[word](more.strip())
            return found
        self._list(rest)
        return None

    def _list(self, rest: str) -> None:
        wish = wished(rest)
        found = self._history.search(wish)
        if not found:
            self._say_nothing(wish)
            return
        head = ("#", tr("when"), tr("model"), tr("asked"), tr("answered"), "")
        sheet.lines(self._session.shell, [head, *map(_told, found)])
        if wish.words and not self._history.indexed():
            sys.stdout.write(tr("Searched by reading everything: the index is not there (yet).\n"))

    def _say_nothing(self, wish: HistoryQuery) -> None:
        if wish.words or wish != HistoryQuery():
            sys.stdout.write(tr("Nothing of that is in the history.\n"))
        elif history_on():
            sys.stdout.write(tr("Nothing was asked yet that is kept.\n"))
        else:
            sys.stdout.write(
                tr("The history is off: %sophnet history on keeps what is asked next.\n")
            )

    def _show(self, rest: str) -> Response:
        call = self._one(rest)
        sys.stdout.write(plain(f"{_title(call)}\n{call.question}\n"))
        return call.response

    def _rerun(self, rest: str) -> Response:
        call = self._one(rest)
        again = self._session.client.again(call)
        sys.stdout.write(
            plain(
                tr(
                    "{title}, asked again:\n{question}\n",
                    title=_title(call),
                    question=call.question,
                )
            )
        )
        context = Context()
        view = self._session.view(context)
        ask = follow(again, model=call.lane)
        return settle(self._session, ask, context, view, out=None)

    def _diff(self, rest: str) -> TextDifference:
        numbers = rest.replace("#", "").split()
        if len(numbers) != 2:
            raise UsageError(tr("%sophnet history diff N M shows how two answers differ."))
        first, second = (self._one(number) for number in numbers)
        titles = (f"#{first.id} {first.lane}", f"#{second.id} {second.lane}")
        return difference(first.response.text, second.response.text, titles)

    def _keep(self, rest: str) -> None:
        number, _, word = rest.partition(" ")
        if word.strip() not in ("", "off"):
            raise UsageError(tr("%sophnet history keep N gives a star; keep N off takes it away."))
        call_id, star = _number(number), not word.strip()
        if not self._history.star(call_id, star=star):
            raise _none(call_id)
        said = tr("#{id} has no star any more.", id=call_id)
        if star:
            said = tr("#{id} has a star, and is never forgotten.", id=call_id)
        sys.stdout.write(f"{said}\n")

    def _forget(self, rest: str) -> None:
        if re.fullmatch(r"[#\d\s]+", rest):
            ids = [_number(word) for word in rest.split()]
        elif rest.split() == ["--all"]:
            ids = self._history.chosen(HistoryQuery())
        else:
            wish = wished(rest)
            if wish.words or wish == HistoryQuery():
                raise UsageError(
                    "%sophnet history forget N | --before DATE | --model M | --notebook N | "
                    "--failed | --all"
                )
            ids = self._history.chosen(wish)
        gone = self._history.forget(ids)
        beside = [tr("{media:,} files", media=gone.media)] if gone.media else []
        beside += [tr("{kept:,} with a star stay", kept=gone.kept)] if gone.kept else []
        sys.stdout.write(
            tr(
                "{calls:,} forgotten{beside}.\n",
                calls=gone.calls,
                beside="".join(f", {each}" for each in beside),
            )
        )
        if rest.split() == ["--all"] and self._session.conversations.listed(everywhere=True):
            sys.stdout.write(tr("Conversations stay: %sophnet chats forget --all.\n"))
        if rest.split() == ["--all"] and self._history.has_prompts():
            sys.stdout.write(tr("Versions of prompts stay: %sophnet prompts forget --all.\n"))

    def _export(self, rest: str) -> None:
        name, _, words = rest.partition(" ")
        if Path(name).suffix.lower() not in ENDINGS:
            usage = tr(
                "FILE ends with {names} or {last}.",
                names=", ".join(ENDINGS[:-1]),
                last=ENDINGS[-1],
            )
            raise UsageError(tr("%sophnet history export FILE [WORDS]: {usage}", usage=usage))
        wish = wished(words, limit=ALL)
        found = self._history.search(wish)
        path = written(self._history, found, at_home(name))
        sys.stdout.write(plain(tr("{count:,} written to {path}.\n", count=len(found), path=path)))

    def _switch(self, word: str) -> None:
        if (locked := policy().locks("history")) and locked.value != (word == "on"):
            kept = tr("kept") if locked.value else tr("not kept")
            raise SettingsError(
                tr("What is asked is {kept} here: decided by {by}.", kept=kept, by=locked.by)
            )
        settings_session["history"] = word == "on"
        if word == "off":
            sys.stdout.write(
                tr(
                    "Nothing is kept any more in this kernel; SOPHNET_HISTORY=0 keeps nothing in "
                    "any. %sophnet history forget --all removes what is there.\n"
                )
            )
        else:
            sys.stdout.write(tr("What is asked is kept in {path}.\n", path=self._history.path))

    def cache(self, rest: str) -> None:
        """Give none of what is kept by now in the place of a new answer."""
        if rest.strip() != "clear":
            raise UsageError(tr("%sophnet cache clear: --cache then asks everything anew."))
        count = self._history.clear_cache()
        sys.stdout.write(
            tr("{count:,} answers are not given again; they stay in the history.\n", count=count)
        )

    def _one(self, rest: str) -> CallRecord:
        call_id = _number(rest)
        found = self._history.get(call_id)
        if found is None:
            raise _none(call_id)
        return found


def wished(rest: str, limit: int = 20) -> HistoryQuery:
    """What a line asks for: options anywhere, and words. Raises `UsageError`."""
    given: dict[str, str] = {}
    words: list[str] = []
    waiting = ""
    for word in rest.split():
        if waiting:
            given[waiting], waiting = word.strip("\"'"), ""
        elif word.startswith("--"):
            name, sign, value = word.partition("=")
            if name not in OPTIONS:
                advice = did_you_mean(
                    name, OPTIONS, tr("There is {names}.", names=", ".join(OPTIONS))
                )
                raise UsageError(tr("%sophnet history has no such option. {advice}", advice=advice))
            if sign or not OPTIONS[name]:
                given[name] = value
            else:
                waiting = name
        else:
            words.append(word)
    if waiting:
        raise UsageError(tr("{waiting} wants a word behind it.", waiting=waiting))
    try:
        return HistoryQuery(
            words=" ".join(words),
            model=given.get("--model", ""),
            notebook=given.get("--notebook", ""),
            since=moment(given["--since"]) if "--since" in given else None,
            before=moment(given["--before"]) if "--before" in given else None,
            failed="--failed" in given,
            star="--kept" in given,
            limit=_number(given["--limit"]) if "--limit" in given else limit,
        )
    except SettingsError as error:
        raise UsageError(str(error)) from None


def _told(found: FoundCall) -> tuple[str, ...]:
    """The same with its marks in the reader's language."""
    *row, marks = call_row(found)
    return (*row, " ".join(map(tr, marks.split())))


def call_row(found: FoundCall) -> tuple[str, ...]:
    """Number, time, model, question, answer and marks of a call in a list."""
    when = time.strftime("%m-%d %H:%M", time.localtime(found.at))
    marks = ["★"] if found.star else []
    marks += [tr("sandbox")] if found.sandbox else []
    marks += [tr("cached")] if found.cached_from else []
    sign = SIGNS.get(found.ending, "")  # type: ignore[call-overload]
    said = found.error or found.said
    return (
        str(found.id),
        when,
        plain(found.lane or found.model or found.service),
        short(found.asked),
        f"{sign} {short(said)}".strip(),
        " ".join(marks),
    )


def _title(call: CallRecord) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(call.at))
    return " · ".join(filter(None, [f"#{call.id}", when, call.lane, call.notebook]))


def short(text: str) -> str:
    """The beginning of a text in one line."""
    line = " ".join(plain(text[: 4 * SHOWN]).split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _number(word: str) -> int:
    digits = word.strip().removeprefix("#")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 15:
        raise UsageError(
            tr(
                "{word!r:.40} is no number of the list. {usage}",
                word=word.strip(),
                usage=tr(USAGE),
            )
        )
    return int(digits)


def _none(call_id: int) -> UsageError:
    return UsageError(
        tr("There is no #{call_id} in the history: it may be forgotten.", call_id=call_id)
    )
