"""A variable that nobody reads is told, once, without its value."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sophnet_jupyter.settings.variables import VARIABLES, described, unknown_variables

ROOT = Path(__file__).parents[2]
SECRET = "a-value-that-nobody-may-see"
SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.run_line_magic("load_ext", "sophnet_jupyter")
"""
CLIENT = """
from sophnet_jupyter import Client, Dify
Client()
Client()
Dify()
"""


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own says with these variables."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environ},
    )


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("SOPHNET_APIKEY", "SOPHNET_API_KEY"),
        ("SOPHNET_KEY", "SOPHNET_API_KEY"),
        ("sophnet_api_key", "SOPHNET_API_KEY"),
        ("SOPHNET_BASEURL", "SOPHNET_BASE_URL"),
        ("SOPHNET_SPEACH_EASYLLM_ID", "SOPHNET_SPEECH_EASYLLM_ID"),
        ("SOPHNET_NO_SANBOX", "SOPHNET_NO_SANDBOX"),
        ("DIFY_APY_KEY", "DIFY_API_KEY"),
        ("DIFY_MY_WRITER_APIKEY", "DIFY_MY_WRITER_API_KEY"),
        ("TELEAI_APPKEY", "TELEAI_APP_KEY"),
        ("DIFY_QQQQQQ", ""),
    ],
)
def test_a_slip_is_told_with_the_variable_that_was_meant(name: str, near: str) -> None:
    assert unknown_variables({name: "x", "PATH": "/bin"}) == {name: near}


def test_what_is_read_and_what_is_of_others_is_not_told() -> None:
    known = [name.replace("<SERVICE>", "OCR").replace("<NAME>", "MY_WRITER") for name in VARIABLES]
    others = ["JUPYTERHUB_API_TOKEN", "JPY_SESSION_NAME", "MY_SOPHNET_KEY", "SOPHNETX"]
    assert unknown_variables(dict.fromkeys([*known, *others], "x")) == {}


def test_every_variable_that_the_package_or_its_pages_name_is_in_the_table() -> None:
    code = "".join(path.read_text() for path in (ROOT / "sophnet_jupyter").rglob("*.py"))
    pages = "".join((ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md"))
    named = set(re.findall(r"[\"']((?:SOPHNET|DIFY|TELEAI)_[A-Z_]+)[\"']", code))
    named |= set(re.findall(r"`((?:SOPHNET|DIFY|TELEAI)_[A-Z_<>]+)`", pages))
    assert len(named) > 20
    assert unknown_variables(dict.fromkeys(named - set(VARIABLES), "x")) == {}


def test_loading_the_extension_tells_of_it_in_one_line_and_once() -> None:
    again = SHELL + 'shell.run_line_magic("reload_ext", "sophnet_jupyter")\n'
    done = run(again, SOPHNET_APIKEY=SECRET)
    told = [line for line in done.stdout.splitlines() if "SOPHNET_APIKEY" in line]
    meant = "SOPHNET_APIKEY (did you mean SOPHNET_API_KEY?)"
    assert told == [f"! {meant} is set, and nothing reads it."]
    assert SECRET not in done.stdout + done.stderr
    assert "Warning" not in done.stderr


def test_the_first_client_of_a_process_warns_of_it() -> None:
    done = run(CLIENT, SOPHNET_APIKEY=SECRET, DIFY_APIKEY=SECRET)
    [told] = [line for line in done.stderr.splitlines() if "SettingsWarning" in line]
    assert told.startswith("<string>:3: "), "it points at the caller's line"
    assert "SOPHNET_APIKEY (did you mean SOPHNET_API_KEY?)" in told
    assert told.endswith("are set, and nothing reads them.")
    assert SECRET not in done.stderr


def test_status_and_doctor_tell_of_it_whenever_they_are_asked() -> None:
    asked = SHELL + "shell.run_line_magic('sophnet', 'status')\n" * 2
    done = run(asked, TELEAI_APPKEY=SECRET)
    rows = [line for line in done.stdout.splitlines() if line.startswith("not read")]
    assert [" ".join(row.split()) for row in rows] == [
        "not read TELEAI_APPKEY (did you mean TELEAI_APP_KEY?)"
    ] * 2
    doctor = "import asyncio; from sophnet_jupyter import doctor"
    doctor += "; print(*asyncio.run(doctor.examine()), sep='\\n')"
    done = run(doctor, TELEAI_APPKEY=SECRET, SOPHNET_NO_SANDBOX="1")
    assert "TELEAI_APPKEY is set, and nothing reads it" in done.stdout
    assert "did you mean TELEAI_APP_KEY?" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert "SettingsWarning" not in done.stderr


def test_a_line_stays_one_line_whatever_a_name_holds() -> None:
    assert described("SOPHNET_\n\x1b[31m", "") == r"'SOPHNET_\n\x1b[31m'"
    assert len(described("SOPHNET_" + "X" * 500, "")) == 60
