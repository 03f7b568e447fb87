"""``%sophnet model``, ``models`` and ``alias``: the models, the default one, and short names."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...kernel.loop import run
from ...language import tr
from ...settings import model_name
from ...settings import session as settings_session
from ...views.safe.control_characters import plain
from .. import sheet
from ..session.session import KernelSession


class ModelNames:
    """Lists and sets model names in one kernel."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def model(self, rest: str) -> None:
        """Show the default, or set it."""
        if len(rest.split()) > 1:
            raise UsageError(tr("A model's name has no spaces: {rest!r}.", rest=rest))
        if rest:
            settings_session["model"] = self._session.aliases.real(rest)
        sheet.table(self._session.shell, {"model": self._session.aliases.real(model_name())})

    def models(self, rest: str) -> None:
        """List what the service has, or those with a text in their name."""
        listed = run(self._session.client.models(refresh=True))
        if listed is None:
            sys.stdout.write(
                tr(
                    "The service has no list of models here (404). Any name can be tried: "
                    "%sophchat -m NAME. Its website has the list.\n"
                )
            )
            return
        named = self._said_of()
        names = [*listed, *(name for name in named if name not in listed)]
        rows = [
            (plain(name), ", ".join([*named.get(name, []), *_unlisted(name, listed)]))
            for name in names
            if rest.lower() in " ".join([name, *named.get(name, [])]).lower()
        ]
        if not rows:
            raise UsageError(
                tr(
                    "None of the {count} models has {rest!r} in its name.",
                    count=len(listed),
                    rest=rest,
                )
            )
        sheet.lines(self._session.shell, [("model", "remarks"), *rows])

    def alias(self, rest: str) -> None:
        """List the short names, set one, or with ``-`` forget one."""
        aliases = self._session.aliases
        name, *models = rest.split()[:3] or [""]
        if len(models) > 1 or (name and not models):
            raise UsageError(tr("%sophnet alias NAME MODEL sets a short name, NAME - forgets it."))
        if models == ["-"]:
            if not aliases.remove(name):
                raise UsageError(tr("No model is called {name!r} for short.", name=name))
            sys.stdout.write(tr("{name} is no short name any more.\n", name=name))
            return
        if models:
            if name in self._session.known_models:
                raise UsageError(
                    tr("{name} is the name of a model itself. Choose another.", name=name)
                )
            sheet.table(self._session.shell, {name: aliases.add(name, models[0])})
            return
        known = aliases.read()
        if not known:
            sys.stdout.write(tr("There are no short names. %sophnet alias NAME MODEL makes one.\n"))
            return
        sheet.table(self._session.shell, known)

    def _said_of(self) -> dict[str, list[str]]:
        """Remarks on a model: whether it is the default, and its short names."""
        said = {self._session.aliases.real(model_name()): ["default"]}
        for name, model in self._session.aliases.read().items():
            said.setdefault(model, []).append(tr("alias {name}", name=name))
        return said


def _unlisted(name: str, listed: tuple[str, ...]) -> list[str]:
    # It may answer all the same: the list is of the service, not of the project.
    return [] if name in listed else [tr("not in the list")]
