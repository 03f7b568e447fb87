"""What ``%sophnet`` shows is whole in Chinese."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.client.keeping import tapes
from sophnet_jupyter.magics.catalogue import MAGICS, lazy_magics
from sophnet_jupyter.magics.line.options import parse
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet import page
from sophnet_jupyter.magics.sophnet.sophnet import SophNetMagics
from sophnet_jupyter.magics.sophnet.subjects import ALONE, SUBJECTS
from sophnet_jupyter.runs import known
from sophnet_jupyter.views.usage import BY, bundle

from ...shells import bare_shell

WORD = re.compile(r"(?<![\w.%/-])[a-z]{2,}(?![\w.=(/-])")
# What is typed, and what is called so in each language.
CODE = {
    *(*SUBJECTS, *MAGICS, "git", "text", "id", "uuid", "pip", "install", "all", "off", "on"),
    *("show", "diff", "rerun", "keep", "export", "forget", "resume", "cancel", "versions", "fork"),
    *("undo", "record", "replay", "refresh", "fallback", "messages", "speech", "engines", "key"),
    *("microphone", "jsonl", "csv", "md", "json", "ipynb", "to", "at", "as", "keyring", "clear"),
    *("en", "zh", "auto", "day", "https", "localhost", "default", "requires", "path", "service"),
}


def english(said: str) -> list[str]:
    """Words that are neither Chinese nor code."""
    text = re.sub(r"`[^`]*`|%\w+|/\S+|\w+\(\S*", " ", said)
    return [word for word in WORD.findall(text) if word not in CODE]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> InteractiveShell:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    # What other tests have asked stands in the history of all, and in what this process knows.
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    (tmp_path / "history.sqlite").touch()
    monkeypatch.setattr(known, "_runs", type(known._runs)())
    monkeypatch.setattr(tapes, "_shared", [])
    return bare_shell()


@pytest.fixture
def own(shell: InteractiveShell) -> SophNetMagics:
    session = KernelSession(shell)
    return SophNetMagics(shell, session, dict)


# Those that show what there is, and those that have nothing to show here.
@pytest.mark.parametrize(
    "line",
    [
        *("help", "panels", "jobs", "runs", "history", "chats", "usage", "budget", "alias"),
        *("prompts", "cassette", "language"),
    ],
)
def test_what_a_subject_shows_is_chinese(line: str, own: SophNetMagics, capsys: Any) -> None:
    own.sophnet(line)
    said = capsys.readouterr().out
    assert re.search("[\u4e00-\u9fff]", said), said
    words = english(re.sub(r"(?m)^sophnet_jupyter\.\S+", "", said))
    assert words == [], said


@pytest.mark.parametrize(
    "line",
    [
        "nothing",
        *(f"{name} more" for name in ALONE),
        *("doctor --what", "login --what", "login a --session --session", "history --what"),
        *("usage --what", "usage --by", "history export x"),
        *("chats show", "chats what x", "chats show x", "chats export x", "cancel", "cancel 3"),
        *("cassette what", "cache", "account a b c", "upload", "upload x", "tasks what"),
        *("model a b", "alias a - b", "alias a b c", "prompts what x"),
        *("stage what", "language what", "explain", "explain 3", "logout nobody"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_chinese(line: str, own: SophNetMagics) -> None:
    with pytest.raises(Exception, match=r"[\u4e00-\u9fff]") as caught:
        own.sophnet(line)
    said = str(caught.value)
    # The line says these itself.
    words = [word for word in english(said) if word not in ("what", "nobody", "profile", "model")]
    assert words == [], said


@pytest.mark.parametrize("name", MAGICS)
@pytest.mark.parametrize("line", ["--nothing", "--out a --out b", "-x key", "--sed 3"])
def test_what_is_wrong_with_an_option_is_said_in_chinese(
    name: str, line: str, shell: InteractiveShell
) -> None:
    magic = lazy_magics(KernelSession(shell))[name]
    with pytest.raises(UsageError) as caught:
        parse(magic.method, f"{line} --nothing")
    said = str(caught.value)
    assert re.search("[\u4e00-\u9fff]", said), said
    assert english(said) == [], said


@pytest.mark.parametrize("microphone", [*page._MICROPHONE, None])
def test_the_page_speaks_chinese_to_the_doctor(microphone: str | None, shell: Any) -> None:
    facts = microphone and {"microphone": microphone, "secure": True}
    found = page.found(facts or None)
    assert english(f"{found.said} {found.advice}".replace("anywidget ipywidgets", "")) == []


@pytest.mark.parametrize("by", BY)
def test_usage_has_a_chinese_head(by: str, shell: Any) -> None:
    assert english(bundle([], by)["text/plain"]) == []
