"""``%sophnet login``, ``logout`` and ``profile``: which key is used."""

from __future__ import annotations

import getpass
import sys
import warnings
from argparse import ArgumentParser, Namespace
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError, UsageError

from ... import settings
from ...language import mark, tr
from ...settings import Secret, resource_ids
from ...settings.keystore import Profile, app_profile, profile_name
from .. import sheet
from ..line.near import did_you_mean
from ..session.session import KernelSession
from .subjects import LOGIN

NOBODY_TO_ASK = mark(
    "%sophnet login asks for the key, and here nobody can answer (a batch run has "
    "no prompt). Set {variable} before it starts, or log in once in a notebook: "
    "the key is kept for you."
)


class Account:
    """Manages the keys of one kernel's user."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def login(self, line: str) -> None:
        """Ask for a key, store it, and use it from now on."""
        args = _options(line)
        if args.service:
            self._login_app(args)
            return
        name = profile_name(args.profile or settings.profile_in_use())
        known = _known(name)
        # A key belongs to an address; it will not follow a later SOPHNET_BASE_URL elsewhere.
        base_url = args.base_url or known.base_url or settings.environment_base_url()
        base_url = settings.checked_url(base_url) if base_url else ""
        profile = Profile(
            name=name,
            kept=known.kept,
            base_url=base_url,
            project_id=args.project_id or known.project_id,
            easyllm_ids={**known.easyllm_ids, **resource_ids.parsed(args.easyllm_id or ())},
        )
        key = self._ask(tr("Key for profile {name} (it is not shown): ", name=name))
        said = tr("The key is kept in this kernel only, and used from now on.")
        if not args.session:
            said = _kept(key, profile)
        settings.choose(key, **_belongings(profile))
        self._session.renew()
        if settings.environment_has_key() and not args.session:
            said += tr("\nSOPHNET_API_KEY is set as well: a new kernel uses that one first.")
        sys.stdout.write(said + "\n")

    def logout(self, line: str) -> None:
        """Delete a profile's key in this kernel and where it was stored."""
        args = _options(line)
        if args.service:
            self._logout_app(args)
            return
        line = args.profile or ""
        name = profile_name(line or settings.profile_in_use())
        used = settings.session.get("profile") == name
        gone = settings.store().remove(name)
        if used:
            settings.forget()
        self._session.renew()
        if not (gone or used):
            raise UsageError(
                tr("No key of profile {name} is kept. {there_is}", name=name, there_is=_there_is())
            )
        said = tr(
            "The key of profile {name} is forgotten; it stays valid until you withdraw it.",
            name=name,
        )
        if settings.environment_has_key():
            said += tr("\nSOPHNET_API_KEY is set, and used from now on.")
        sys.stdout.write(said + "\n")

    def profile(self, line: str) -> None:
        """List the profiles, or use one of them in this kernel."""
        if line:
            profile = settings.store().load(profile_name(line))
            if profile is None:
                raise UsageError(
                    tr(
                        "No key of profile {line} is kept. {there_is}",
                        line=line,
                        there_is=_there_is(),
                    )
                )
            settings.choose(profile.api_key, **_belongings(profile))
            self._session.renew()
        used = self._session.client.settings.profile
        rows = [_row(profile, used) for profile in settings.store().listed()]
        rows += [_app_row(profile) for profile in settings.store().apps("dify")]
        if not rows:
            raise UsageError(tr("No profile is kept. %sophnet login makes one."))
        head = (tr("profile"), "", tr("kept in"), tr("service"), tr("for"))
        sheet.lines(self._session.shell, [head, *rows])

    def _login_app(self, args: Namespace) -> None:
        """Log in to an app of another service, which has a key of its own."""
        app = profile_name(args.profile) if args.profile else ""
        called = tr("the Dify app {app}", app=app) if app else tr("the Dify app")
        base_url = args.base_url or settings.environment_dify_url()
        if base_url:
            base_url = settings.checked_url(base_url, "DIFY_BASE_URL", settings.DIFY_URL)
        key = self._ask(tr("Key of {called} (it is not shown): ", called=called), "DIFY_API_KEY")
        said = tr(
            "The key of {called} is kept in this kernel only, and used from now on.", called=called
        )
        if not args.session:
            profile = Profile(name=app_profile("dify", app), kept="file", base_url=base_url)
            said = _kept(key, profile)
        settings.choose_dify(app, key, base_url)
        self._session.renew()
        sys.stdout.write(said + "\n")

    def _logout_app(self, args: Namespace) -> None:
        app = profile_name(args.profile) if args.profile else ""
        name = app_profile("dify", app)
        used = name in settings.session.get("dify", {})
        gone = settings.store().remove(name)
        settings.choose_dify(app, None)
        self._session.renew()
        if not (gone or used):
            raise UsageError(tr("No key of {name} is kept.", name=name))
        sys.stdout.write(
            tr("The key of {name} is forgotten; withdraw it in Dify to end it.\n", name=name)
        )

    def _ask(self, prompt: str, variable: str = "SOPHNET_API_KEY") -> Secret:
        """
        Read a key from the keyboard without echo. Raises `UsageError` where there is no keyboard.
        """
        # In a kernel getpass asks the front end. Elsewhere, without a terminal, it would show it.
        if getattr(self._session.shell, "kernel", None) is None and not sys.stdin.isatty():
            raise UsageError(tr(NOBODY_TO_ASK, variable=variable))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", getpass.GetPassWarning)
                typed = getpass.getpass(prompt)
        except (StdinNotImplementedError, getpass.GetPassWarning):
            raise UsageError(tr(NOBODY_TO_ASK, variable=variable)) from None
        except (EOFError, KeyboardInterrupt):
            typed = ""
        if not typed.strip():
            raise UsageError(tr("No key was entered, and nothing has changed."))
        return settings.checked_key(typed)


USAGE = mark(
    "%sophnet login [PROFILE] [--session] [--base-url URL] [--project-id ID] "
    "[--easyllm-id ID, or speech=ID], or for an app %sophnet login --service dify "
    "[APP] [--session] [--base-url URL]. The key is asked for after Enter, it does "
    "not belong on the line."
)


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # Its own message would repeat the words, which may be a key.
        raise UsageError(tr(USAGE))


def _options(line: str) -> Namespace:
    names = [word.partition("=")[0] for word in line.split() if word.startswith("-")]
    for name in names:
        # A word that is none of these is not repeated either.
        if name not in LOGIN:
            advice = did_you_mean(name, LOGIN, tr(USAGE))
            raise UsageError(tr("%sophnet login has no such option. {advice}", advice=advice))
        if names.count(name) > 1 and name != "--easyllm-id":
            raise UsageError(
                tr("%sophnet login takes one {name}: leave one of the two out.", name=name)
            )
    parser = _Parser(prog="%sophnet login", add_help=False, allow_abbrev=False)
    parser.add_argument("profile", nargs="?")
    parser.add_argument("--service", choices=["dify"])
    parser.add_argument("--session", action="store_true")
    parser.add_argument("--base-url")
    parser.add_argument("--project-id")
    parser.add_argument("--easyllm-id", action="append")
    return parser.parse_args(line.split())


def _kept(key: Secret, profile: Profile) -> str:
    """Store a key, and return a message that says where it is stored."""
    store, name = settings.store(), profile.name
    if store.save(name, key, **_belongings(profile, named=False)) == "keyring":
        return tr("The key of profile {name} is in the keyring, and used from now on.", name=name)
    return tr(
        "The key of profile {name} is used from now on.\n! This Python has no keyring: "
        "the key stands in plain text in {path},\n  which only you can read. To have it "
        "encrypted: pip install keyring, then log in again.",
        name=name,
        path=store.path,
    )


def _belongings(profile: Profile, *, named: bool = True) -> dict[str, Any]:
    """What goes with a key, as arguments."""
    return {
        **({"profile": profile.name} if named else {}),
        "base_url": profile.base_url,
        "project_id": profile.project_id,
        "easyllm_ids": profile.easyllm_ids,
    }


def _known(name: str) -> Profile:
    """The stored profile of that name, whose address and project a new key keeps."""
    known = [profile for profile in settings.store().listed() if profile.name == name]
    return known[0] if known else Profile(name=name, kept="file")


def _there_is() -> str:
    names = ", ".join(profile.name for profile in settings.store().listed())
    return tr("There is {names}.", names=names) if names else tr("%sophnet login makes one.")


def _app_row(profile: Profile) -> tuple[str, ...]:
    place = tr("keyring") if profile.kept == "keyring" else tr("plain file")
    return (
        f"dify:{profile.name}",
        "",
        place,
        profile.base_url or settings.DIFY_URL,
        tr("a Dify app"),
    )


def _row(profile: Profile, used: str) -> tuple[str, ...]:
    place = tr("keyring") if profile.kept == "keyring" else tr("plain file")
    address = profile.base_url or settings.BASE_URL
    ids = resource_ids.spread(profile.easyllm_ids)
    return (
        profile.name,
        tr("in use") if profile.name == used else "",
        place,
        address,
        tr("project {told}", told=resource_ids.told(profile.project_id, ids)),
    )
