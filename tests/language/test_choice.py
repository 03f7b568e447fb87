"""Which language is spoken, by whom it is said, and for how long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter import settings
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.language import changed, current, listen
from sophnet_jupyter.magics.sophnet.languages import language
from sophnet_jupyter.settings import keep_language, language_choice
from sophnet_jupyter.settings.language_choice import named_language


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path / "config"))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "SOPHNET_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        *(
            (each, "zh")
            for each in ("zh", "zh_CN", "zh_CN.UTF-8", "ZH-cn", "zh_Hans_SG", "zh.UTF-8")
        ),
        *((each, "en") for each in ("en", "en_US.UTF-8", "C", "C.UTF-8", "POSIX")),
        *((each, "") for each in ("zh_TW.UTF-8", "zh-Hant", "de_DE", "cs_CZ", "", "zhuang")),
    ],
)
def test_a_language_is_known_by_the_names_that_systems_give_it(said: str, named: str) -> None:
    assert named_language(said) == named


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, ("en", "")),
        ({"LANG": "zh_CN.UTF-8"}, ("zh", "LANG")),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, ("en", "LC_MESSAGES")),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "de_DE.UTF-8"}, ("en", "LC_ALL")),
        ({"LANG": "en_US.UTF-8", "SOPHNET_LANGUAGE": "zh"}, ("zh", "SOPHNET_LANGUAGE")),
        ({"LANG": "zh_CN", "SOPHNET_LANGUAGE": "klingon"}, ("zh", "LANG")),
    ],
)
def test_without_a_choice_the_environment_decides(environ, chosen) -> None:
    assert language_choice(environ) == chosen


def test_a_choice_wins_and_is_kept_for_later_kernels(own_home: Path, monkeypatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert keep_language("zh") == str(own_home / "language")
    assert (current(), language_choice()) == ("zh", ("zh", "%sophnet"))
    settings.session.clear()  # as in a kernel that was started later
    assert language_choice() == ("zh", "kept")
    monkeypatch.setenv("SOPHNET_LANGUAGE", "en")
    assert language_choice() == ("en", "SOPHNET_LANGUAGE")
    monkeypatch.delenv("SOPHNET_LANGUAGE")
    keep_language("")
    assert language_choice() == ("en", "LANG")
    assert not (own_home / "language").exists()


def test_a_choice_that_cannot_be_kept_holds_for_this_kernel_and_says_so(own_home: Path) -> None:
    own_home.write_text("a file in the place of the folder")
    with pytest.raises(SettingsError, match="SOPHNET_LANGUAGE"):
        keep_language("zh")
    assert current() == "zh"


def test_who_listens_hears_of_a_change_for_as_long_as_it_lives() -> None:
    heard = []

    class Ear:
        def language_changed(self) -> None:
            heard.append(current())

    ear = Ear()
    listen(ear)
    settings.session["language"] = "zh"
    changed()
    del ear
    changed()
    assert heard == ["zh"]


def test_the_tests_themselves_are_in_english() -> None:
    assert named_language(os.environ.get("LANG", "")) in ("", "en")


def test_the_magic_says_the_language_and_who_chose_it(capsys) -> None:
    for rest in ("", "zh", "auto"):
        language(rest)
    assert capsys.readouterr().out.splitlines() == [
        "English, since no variable names another one.",
        "中文，由 %sophnet language 设定，对以后的内核同样有效。"
        "%sophnet language auto 改为跟随系统。",
        "English, since no variable names another one.",
    ]


def test_the_magic_refuses_a_language_that_we_do_not_speak() -> None:
    with pytest.raises(UsageError, match="auto, en, zh"):
        language("klingon")
    assert current() == "en"
