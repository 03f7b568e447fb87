"""What the site's policy lets a client do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...language import tr
from ...providers.keeping import Wanted
from ...settings import policy

# As a policy calls what answers are kept of under another name; all others have the same.
_NAMES = {"complete": "dify", "parameters": "dify"}


def check_call(wanted: Wanted) -> None:
    """Raise `SettingsError`, which says who decided, for a service or a model that is off."""
    site = policy()
    if not site.locked:
        return
    name = _NAMES.get(wanted.resource, wanted.resource)
    site.check_service(name)
    # An app's model is chosen where it was made.
    if name == wanted.resource:
        site.check_model(wanted.lane)


def check_service(name: str) -> None:
    """Raise `SettingsError` for a service that is off."""
    policy().check_service(name)


def check_tools(options: Mapping[str, Any]) -> None:
    """Raise `SettingsError` where functions of the user are to be run, and that is off."""
    if options.get("run_tools"):
        policy().refuse("run_tools", tr("Running the functions that a model calls (run_tools)"))
