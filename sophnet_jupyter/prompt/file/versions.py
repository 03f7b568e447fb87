"""What a prompt file was before: in git, where its folder is in a repository."""

from __future__ import annotations

import re
import subprocess
from difflib import unified_diff
from pathlib import Path

from ...files.lines import lines
from .prompt import Prompt

# As git names what was: HEAD~2, v1.0, main@{yesterday} and hashes.
_REVISION = re.compile(r"[\w][\w./~^@{}-]{0,100}")
_PATIENCE = 10.0


def difference(before: str, after: str) -> str:
    """The changed lines of two texts, with one line around them; empty where they are equal."""
    changed = list(unified_diff(lines(before), lines(after), lineterm="", n=1))
    # The first two name files.
    return "\n".join(line for line in changed[2:] if not line.startswith("@@"))


def committed(prompt: Prompt, revision: str) -> str | None:
    """The text of a prompt's file in a revision of git; None where there is no such thing."""
    if not _REVISION.fullmatch(revision):
        return None
    where = f"{revision}:./{prompt.path.name}"
    try:
        found = subprocess.run(  # noqa: S603 - a revision cannot begin with a dash
            ["git", "show", where],  # noqa: S607 - the git of the user's path
            cwd=prompt.path.parent or Path(),
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.decode("utf-8-sig", "replace").replace("\r\n", "\n")
