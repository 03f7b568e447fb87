"""``%sophnet``: status and settings, and the subcommands."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from traitlets import observe

from ...client import pace, sandbox
from ...errors import SettingsError
from ...kernel.loop import run
from ...language import tr
from ...settings import (
    Settings,
    described,
    dify_apps,
    model_name,
    policy,
    resource_ids,
    unknown_variables,
)
from ...settings import session as settings_session
from .. import sheet
from ..interrupt import in_one_line
from ..session.defaults import ChatDefaults
from ..session.session import KernelSession
from .subjects import ALONE, SUBJECTS


@magics_class
class SophNetMagics(ChatDefaults, Magics):
    """The ``%sophnet`` magic, with the `ChatDefaults` that the user can set."""

    def __init__(
        self, shell: Any, session: KernelSession, summaries: Callable[[], dict[str, str]]
    ) -> None:
        self._session = session
        self._summaries = summaries
        session.defaults = self
        chosen = settings_session.get("model")
        super().__init__(shell=shell, parent=shell)
        # Loading again reads the configuration again: what was said since then is newer.
        if chosen:
            settings_session["model"] = chosen

    @observe("model")
    def _use_model(self, change: Any) -> None:
        settings_session.pop("model", None)
        if change.new:
            # A Client of the notebook's own knows no short names.
            settings_session["model"] = self._session.aliases.real(change.new)

    @no_var_expand
    @line_magic
    def sophnet(self, line: str) -> object:
        """
        Status and settings of sophnet_jupyter.

            %sophnet                where requests go, with which key and model
            %sophnet login [NAME]   ask for a key, without showing it, and keep it
                --session             only for this kernel
                --base-url URL        the service that the key belongs to
                --project-id ID       the project that it belongs to
                --easyllm-id ID       its resource; speech=ID is that of one service
                --service dify        NAME is a Dify app, which has a key of its own
            %sophnet logout [NAME]  forget it
            %sophnet profile [NAME] the keys that are kept; use that one in this kernel
            %sophnet model [NAME]   the chat model; use that one from now on
            %sophnet models [TEXT]  what the service has, with that text in the name
            %sophnet alias          short names: NAME MODEL makes one, NAME - forgets it
            %sophnet prompts        the prompt files beside the notebook
                diff NAME OTHER       what differs; OTHER may be a version, or a revision of git
                versions NAME         the last 50 that %%sophprompt has written
                forget NAME           those that are kept of it, or --all; files stay
            %sophnet history [WORDS] what was asked and answered, with all these words in it
                --model M, --notebook N, --since DATE, --failed   narrow it down
                show N, rerun N       see it again, or ask it again
                diff N M              how two answers differ
                keep N                never forget it
                export FILE [WORDS]   write it to a .jsonl, .csv or .md file
                forget N              or --before DATE, --model M, --all: questions and
                                      answers; chats and prompts have a forget of their own
                on, off               whether this kernel keeps what is asked
            %sophnet chats          the conversations of -c; --all: of other notebooks too
                show NAME             what was said
                fork NAME at N        go on from its turn N under another name; as OTHER
                undo NAME             take its last turn back
                export NAME FILE      to a .md, .json or .ipynb file; messages: as a list
                forget NAME           or --all
            %sophnet explain [N]    what went wrong last, or in cell N, is shown; a click sends it,
                                      and puts code of the answer into a cell; words behind it
                                      are asked in the place of ours
            %sophnet cassette       record FILE, replay FILE, refresh FILE: answers in a file
                fallback FILE         ask, and take those where a service fails
                off                   end it, and write what was recorded
            %sophnet cache clear    give none of it in the place of new answers
            %sophnet usage          tokens and cost: --by model, day, notebook or run; --since DATE
            %sophnet budget 20 CNY  what may be spent: --per day or month; off
            %sophnet jobs           what runs in the background
            %sophnet runs [NAME]    runs over many rows; or that one, with all its rows
            %sophnet cancel [N|all] stop it: the answer of cell N, or all
            %sophnet tasks [all]    long work that is unfinished, of this folder or all of it
                --service             those that the service lists: images, videos, or both
                resume ID             wait for it again, and show what comes
                forget ID, cancel ID  take it off the list, or call it off
            %sophnet account        what is left of the account
                FROM TO               what was spent, as days: 2026-11-01
            %sophnet upload FILE NAME  to an address of the service, for what takes one
            %sophnet doctor         what is wrong, and what to do about it
                --stream              also ask for a short answer, which costs some tokens
                --report              as one text to paste into a question, without secrets
            %sophnet require 0.1 engines key    what this notebook needs, as its first cell
            %sophnet stage [off]    panels, answers and players a third larger, without hints
            %sophnet language [en|zh|auto]    the language of panels, help and messages
            %sophnet panels         the panels, and how each is made
            %sophnet help           all magics, panels and settings
            %config SophNetMagics   the defaults of chat: model, temperature, thinking, ...
        """
        # Imported on use, since this module is a part of %load_ext.
        from ..line.near import did_you_mean
        from ..line.options import refuse_keys
        from .account import Account
        from .cassettes import cassette
        from .chats import ChatCommands
        from .explain import Explanations
        from .history import HistoryCommands
        from .languages import language
        from .models import ModelNames
        from .prompts import PromptCommands
        from .require import require
        from .runs import RunCommands
        from .spending import Spent
        from .stage import stage
        from .tasks import TaskCommands
        from .uploads import UploadCommands
        from .usage import SpendingCommands

        refuse_keys(line)
        kept = HistoryCommands(self._session)
        account, names = Account(self._session), ModelNames(self._session)
        subject, _, rest = (line.strip() or "status").partition(" ")
        subjects: dict[str, Callable[[str], object]] = {
            "status": self._status,
            "login": account.login,
            "logout": account.logout,
            "profile": account.profile,
            "model": names.model,
            "models": names.models,
            "alias": names.alias,
            "prompts": PromptCommands(self._session).prompts,
            "history": kept.history,
            "chats": ChatCommands(self._session).chats,
            "explain": Explanations(self._session).explain,
            "cassette": cassette,
            "cache": kept.cache,
            "usage": SpendingCommands(self._session).usage,
            "budget": SpendingCommands(self._session).budget,
            "jobs": self._session.jobs.jobs,
            "runs": RunCommands(self._session).runs,
            "cancel": self._session.jobs.cancel,
            "tasks": TaskCommands(self._session).tasks,
            "upload": UploadCommands(self._session).upload,
            "account": Spent(self._session).account,
            "doctor": self._doctor,
            "require": partial(require, self._session),
            "stage": lambda rest: stage(self._session.shell, rest),
            "language": language,
            "panels": self._panels,
            "help": self._help,
        }
        if subject not in subjects:
            advice = did_you_mean(
                subject, subjects, tr("There is {subjects}.", subjects=", ".join(subjects))
            )
            # The word is not repeated: it may be a key that stands here by mistake.
            raise UsageError(tr("%sophnet has no such subject. {advice}", advice=advice))
        if rest.strip() and subject in ALONE:
            raise UsageError(
                tr("%sophnet {subject} stands alone: leave out what follows it.", subject=subject)
            )
        with in_one_line(), _usable_history(self._session):
            return subjects[subject](rest.strip())

    # IPython asks for it where a question mark follows.
    sophnet.getdoc = lambda: _about()  # type: ignore[union-attr]

    def _status(self, rest: str) -> None:
        sheet.table(self._session.shell, status_rows(self._session))

    def _doctor(self, rest: str) -> None:
        words = set(rest.split())
        if words - {"--stream", "--report"}:
            raise UsageError(tr("%sophnet doctor takes --stream and --report, and nothing else."))
        from ... import doctor
        from ...kernel.output import Cell
        from ...views.safe.control_characters import plain
        from ...widgets.panel.page_probe import PageProbe

        shell = self._session.shell
        cell, shown = Cell(shell), ""
        probe = PageProbe() if cell.watched else None
        try:
            if probe:
                shown = cell.publish(probe.bundle())
            findings = run(_examined(probe, stream="--stream" in words))
        finally:
            if probe:
                # In the place of what was not to be seen.
                cell.publish({"text/plain": ""}, display_id=shown, update=True)
                probe.close()
        if "--report" in words:
            sys.stdout.write(plain(doctor.report(findings, host=_host(self._session))) + "\n")
            return
        head = (tr("check"), tr("what was found"), tr("what to do"))
        sheet.lines(shell, [head, *(finding.cells for finding in findings)])

    def _help(self, rest: str) -> None:
        subjects = {f"%sophnet {name}": tr(said) for name, said in SUBJECTS.items()}
        sheet.table(self._session.shell, self._summaries() | _panels() | subjects)

    def _panels(self, rest: str) -> None:
        sheet.table(self._session.shell, _panels())


def _about() -> str:
    from .about import about

    # IPython takes away what all lines but the first are moved in by.
    return "\n" + about(SophNetMagics.sophnet.__doc__ or "")


async def _examined(probe: Any, *, stream: bool) -> list[Any]:
    """All findings, with what the page itself says where one was asked."""
    from ... import doctor
    from . import page

    if probe is None:
        return await doctor.examine(stream=stream)
    findings, row = await asyncio.gather(doctor.examine(stream=stream), page.asked(probe))
    at = next(n for n, each in enumerate(findings) if each.about == "packages") + 1
    rest = [each for each in findings[at:] if each.about != "page"]
    return [*findings[:at], row, *rest]


@contextmanager
def _usable_history(session: KernelSession) -> Iterator[None]:
    """Say in one line what is the matter with the file of the history. Raises `SettingsError`."""
    # Imported on use, since this module is a part of %load_ext.
    import sqlite3

    from ...files.database import NewerFile, refused

    try:
        yield
    except sqlite3.Error as error:
        advice = tr("It is read, and not changed. Install that version.")
        if not isinstance(error, NewerFile):
            advice = tr("If it stays so, move the file away: another one is made.")
        path = session.client.history.path
        raise SettingsError(
            tr(
                "{path} cannot be used: {refused}. {advice}",
                path=path,
                refused=refused(error),
                advice=advice,
            )
        ) from None


def _host(session: KernelSession) -> str:
    """What shows the notebook, as far as a kernel can tell."""
    from ...kernel.output import Cell

    cell = Cell(session.shell)
    kernel = type(getattr(session.shell, "kernel", None)).__module__.partition(".")[0]
    if cell.place == "notebook":
        return tr("a notebook, kernel by {kernel}", kernel=kernel)
    return tr("terminal") if cell.place == "terminal" else cell.place


def _panels() -> dict[str, str]:
    from .panels import PANELS

    return {f"sophnet_jupyter.{call}": tr(said) for call, said in PANELS.items()}


def status_rows(session: KernelSession) -> dict[str, str]:
    """Where requests go, with which key and model. Raises `SettingsError`."""
    settings = session.client.settings
    address = settings.base_url or sandbox.running() or tr("starts on first use")
    rows = {
        tr("service"): tr("sandbox on this machine (scripted, no real model)")
        if settings.sandbox
        else "SophNet",
        tr("endpoint"): address,
        tr("key from"): tr("none needed") if settings.sandbox else _key_from(settings),
        tr("profile"): settings.profile or tr("none"),
        tr("project"): resource_ids.told(settings.project_id, settings.easyllm_ids),
        tr("model"): session.aliases.real(model_name()),
        "Dify": _dify(session),
        "TeleAI": _teleai(session),
    }
    if settings.sandbox and (engine := sandbox.vectors()):
        rows[tr("vectors")] = tr("by {engine}", engine=engine)
    if learned := pace.paces():
        rows[tr("pace")] = "\n".join(learned)
    site = policy()
    if site.files:
        rows[tr("policy")] = site.described
    if unknown := [described(*each) for each in unknown_variables().items()]:
        rows[tr("not read")] = ", ".join(unknown)
    return rows


def _key_from(settings: Settings) -> str:
    of_another = settings.key_setting.endswith(("_FILE", "_COMMAND"))
    return settings.key_setting if of_another else settings.key_from


def _dify(session: KernelSession) -> str:
    apps = []
    for name in ["", *dify_apps()]:
        try:
            settings = session.client.dify_app(name).settings
        except SettingsError as error:
            apps.append(str(error))
            continue
        whose = name or tr("the app of DIFY_API_KEY")
        where = tr("{whose} at {base_url}", whose=whose, base_url=settings.base_url)
        apps.append(tr("an app of the sandbox") if settings.sandbox else where)
    return "; ".join(apps)


def _teleai(session: KernelSession) -> str:
    try:
        account = session.client.excel.account
    except SettingsError as error:
        return str(error)
    return (
        tr("an analyst of the sandbox")
        if account.sandbox
        else f"{account.base_url}, {account.region}"
    )
