from __future__ import annotations

import re
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import lazy_magics, summaries
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_table_of_magics_is_what_help_says() -> None:
    shell = InteractiveShell()
    said = summaries(lazy_magics(shell, KernelSession(shell)))
    said |= {f"%sophnet {subject}": words for subject, words in SUBJECTS.items()}
    rows = dict(re.findall(r"^\| `(%[^`]+)` \| (.*) \|$", README, flags=re.MULTILINE))
    assert rows == said


def test_every_variable_of_the_readme_is_one_the_settings_read() -> None:
    folder = Path(__file__).parent.parent / "sophnet_jupyter" / "settings"
    settings = "".join(path.read_text() for path in folder.glob("*.py"))
    sandbox_only = {"SOPHNET_SANDBOX_UPSTREAM_KEY", "SOPHNET_SPEECH_EASYLLM_ID"}
    for name in set(re.findall(r"\bSOPHNET_[A-Z_]+\b", README)) - sandbox_only:
        assert name in settings, name


def test_what_the_readme_shows_is_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (Path(__file__).parent.parent / path).is_file(), path
