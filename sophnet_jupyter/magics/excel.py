"""``%%excel``: ask TeleAI about workbooks, show its steps and its report."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from pathlib import Path

from IPython.core.error import UsageError

from ..kernel.loop import run
from ..kernel.output import Cell
from ..language import mark, tr
from ..response import Response
from ..views.answer import Context
from ..views.answer.report import bundle
from ..views.live.answer import View, WholeAnswer
from ..views.live.report import LiveReport
from .answers.settle import follow, settle
from .line.interpolate import Filled, fill, interpolate
from .line.near import did_you_mean
from .line.options import out_name, parse
from .line.prompt import prompt_of
from .options.asks import asks
from .options.option import option
from .session.magics import SessionMagics
from .session.session import KernelSession

_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_NAME = re.compile(r"\w[\w.-]*")


class ExcelMagics(SessionMagics):
    """Analyses of workbooks in a cell."""

    def __init__(self, session: KernelSession) -> None:
        super().__init__(session)
        # Names the user gave to uuids, as long as the kernel lives.
        self.files: dict[str, str] = {}

    @asks(
        out=True,
        raw="Send the question as written, braces and all.",
        strict="Fail if the report just stops.",
        mask=True,
        options_first=True,
    )
    @option("-f", "--files", metavar="A,B", help="Workbooks to analyse: names or uuids.")
    @option("-t", "--temperature", type=float, help="0 to 1; TeleAI advises against it.")
    @option("--top-p", type=float, help="0 to 1; TeleAI advises against it.")
    @option("--max-tokens", type=int, help="Longest report, in tokens.")
    @option("--trace-id", metavar="NAME", help="What the request is called, 1 to 64 characters.")
    @option("--timestamp", type=int, metavar="N", help="Of the request: seconds since the epoch.")
    def excel(self, line: str, cell: str | None = None) -> Response | None:
        """
        Ask TeleAI about Excel workbooks and watch its steps and its report arrive.

        The workbooks are those that TeleAI has, by the uuids it gave them; %excel name q3 UUID
        gives one a name, %excel files lists those. The sandbox takes a workbook of yours by
        %excel put q3.xlsx, or "{file}" of a variable. {name} in the question is replaced as in
        %%sophchat. Out[n], _ and the name after -o hold the response: .text is the report,
        .thinking the steps.

            %%excel --files q3,q4 -o report
            Which region grew most, and why?
        """
        args, words = parse(self.excel, line)
        if cell is None and not args.files and self._managed_files(words):
            return None
        return self._analyse(args, words, cell)

    def _managed_files(self, words: str) -> bool:
        """Whether the line managed files, and asked no question."""
        match _words(words):
            case ["files"]:
                sys.stdout.write(self._listed() + "\n")
            case ["name", name, uuid]:
                self.files[_checked_name(name)] = _checked_uuid(uuid)
            case ["put", file]:
                self._put(self._path(file), self._path(file).stem)
            case ["put", file, "as", name]:
                self._put(self._path(file), name)
            case ["put" | "name", *_]:
                raise UsageError(
                    tr("Write %excel name NAME UUID, or %excel put FILE.xlsx [as NAME].")
                )
            case _:
                return False
        return True

    def _path(self, word: str) -> Path:
        return Path(interpolate(word, self._session.shell.user_ns, {})[0])

    def _put(self, file: Path, name: str) -> None:
        name = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "workbook"
        uuid = run(self._session.client.excel.put(file))
        self.files[name] = uuid
        sys.stdout.write(
            tr("{name} is {uuid} in the sandbox, until that ends.\n", name=name, uuid=uuid)
        )

    def _listed(self) -> str:
        rows = [f"{name:<20} {uuid}" for name, uuid in self.files.items()]
        return "\n".join(rows) or tr("No workbook has a name yet: %excel name NAME UUID gives one.")

    def _analyse(self, args: Namespace, words: str, cell: str | None) -> Response:
        question = prompt_of(words, cell, to=mark("ask"), thing=mark("question"))
        files = self._uuids(args.files)
        out = out_name(args.out)
        filled = Filled(question)
        if not args.raw:
            filled = fill(question, self._session.shell.user_ns, self._session.failures)
        options = {
            "temperature": args.temperature,
            "top_p": args.top_p,
            "max_tokens": args.max_tokens,
            "trace_id": args.trace_id,
            "timestamp": args.timestamp,
            "mask": args.mask,
        }
        events = self._session.client.excel.stream(filled.text, file_uuids=files, **options)
        context = Context(inserted=filled.inserted, left=filled.left)
        ask = follow(events, model="TeleAI", strict=args.strict)
        return settle(self._session, ask, context, self._view(context), out=out)

    def _view(self, context: Context) -> View:
        cell = Cell(self._session.shell)
        if cell.place != "notebook":
            return self._session.view(context)
        if not cell.watched:
            return WholeAnswer(cell, context, bundle)
        return LiveReport(cell, context)

    def _uuids(self, said: str | None) -> list[str]:
        names = [name.strip() for name in (said or "").split(",") if name.strip()]
        if not names:
            raise UsageError(
                tr("Name the workbooks: --files NAME,UUID. %excel files lists the names.")
            )
        return [self.files.get(name) or self._uuid(name) for name in names]

    def _uuid(self, name: str) -> str:
        if _UUID.fullmatch(name):
            return name
        advice = did_you_mean(name, self.files, tr("%excel name {name} UUID names one.", name=name))
        raise UsageError(tr("No workbook is called {name!r}. {advice}", name=name, advice=advice))


def _words(text: str) -> list[str]:
    """Words split at blanks; quotes keep blanks inside a word."""
    found = re.findall(r"\"([^\"]*)\"|'([^']*)'|(\S+)", text)
    return ["".join(groups) for groups in found]


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or _UUID.fullmatch(name):
        raise UsageError(
            tr("A name has letters, digits, dots and dashes, unlike {name!r}.", name=name)
        )
    return name


def _checked_uuid(uuid: str) -> str:
    if not _UUID.fullmatch(uuid):
        raise UsageError(
            tr("{uuid!r} is no uuid, as d12fd037-19df-4973-a246-290673b6407a is one.", uuid=uuid)
        )
    return uuid
