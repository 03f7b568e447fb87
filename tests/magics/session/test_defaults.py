from __future__ import annotations

from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from sophnet_jupyter import settings
from sophnet_jupyter.magics import extension
from sophnet_jupyter.magics.chat.sophchat import ChatMagics
from sophnet_jupyter.magics.line.options import parse
from sophnet_jupyter.magics.sophnet.sophnet import SophNetMagics
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """Makes a shell with this configuration and the extension."""
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(extension, "WARM_UP_AFTER", 3600)
    shells = []

    def make(**traits):
        shell = InteractiveShell(config=Config(SophNetMagics=traits))
        shells.append(shell)
        extension.load(shell)
        session = extension._loaded[id(shell)][0]

        def asked(line: str):
            args, _ = parse(ChatMagics.sophchat, line)
            session.fill(args)
            return args

        return SimpleNamespace(shell=shell, session=session, asked=asked)

    yield make
    for one in shells:
        extension.unload(one)


def test_what_a_line_leaves_open_is_filled_in(shell) -> None:
    args = shell(temperature=0.3, max_tokens=90, thinking=True, system="Be brief.").asked("hi")
    assert (args.temperature, args.max_tokens, args.system) == (0.3, 90, "Be brief.")
    assert (args.think, args.no_think) == (True, False)


def test_what_a_line_says_comes_first(shell) -> None:
    configured = shell(temperature=0.3, max_tokens=90, thinking=True, system="Be brief.")
    args = configured.asked('-t 0 --max-tokens 5 --no-think -s "" hi')
    assert (args.temperature, args.max_tokens, args.system) == (0, 5, "")
    assert (args.think, args.no_think) == (False, True)


def test_nothing_is_sent_that_nobody_has_set(shell) -> None:
    args = shell().asked("hi")
    assert (args.temperature, args.max_tokens, args.system) == (None, None, None)
    assert not args.think
    assert not args.no_think


def test_the_configured_model_is_that_of_magics_and_clients(shell, monkeypatch) -> None:
    monkeypatch.setenv("SOPHNET_MODEL", "from-the-environment")
    configured = shell(model="GLM-5")
    assert configured.asked("hi").model == settings.model_name() == "GLM-5"
    assert configured.asked("-m other hi").model == "other"


def test_the_last_word_on_the_model_is_heard(shell, capsys) -> None:
    shell = shell(model="GLM-5").shell
    shell.run_line_magic("sophnet", "model Kimi-K2.5")
    assert settings.model_name() == "Kimi-K2.5"
    extension.load(shell)
    assert settings.model_name() == "Kimi-K2.5"
    shell.run_line_magic("config", "SophNetMagics.model = 'GLM-4.6'")
    assert settings.model_name() == "GLM-4.6"
    shell.run_line_magic("config", "SophNetMagics.model = ''")
    assert settings.model_name() == settings.MODEL


def test_a_short_name_is_configured_as_the_model_it_stands_for(shell) -> None:
    configured = shell()
    configured.session.aliases.add("v5", "GLM-5")
    configured.shell.run_line_magic("config", "SophNetMagics.model = 'v5'")
    assert settings.model_name() == "GLM-5"
    assert configured.asked("-m v5 hi").model == "GLM-5"


@pytest.mark.parametrize("line", ["temperature = 3", "temperature = 'warm'", "max_tokens = 0"])
def test_a_default_that_cannot_be_is_refused(shell, line: str) -> None:
    configured = shell()
    # IPython logs why, in one line.
    configured.shell.run_line_magic("config", f"SophNetMagics.{line}")
    assert (configured.asked("hi").temperature, configured.asked("hi").max_tokens) == (None, None)


def test_config_explains_each_default_and_shows_no_key(shell, capsys, monkeypatch) -> None:
    monkeypatch.setenv("SOPHNET_API_KEY", "sk-0123456789abcdef")
    loaded = shell().shell
    capsys.readouterr()
    loaded.run_line_magic("config", "SophNetMagics")
    said = capsys.readouterr().out
    for name, trait in SophNetMagics.class_traits(config=True).items():
        assert f"SophNetMagics.{name}" in said
        assert trait.help
    assert "0123456789" not in said


def test_no_key_can_be_configured() -> None:
    for name in SophNetMagics.class_traits(config=True):
        assert not any(word in name for word in ("key", "token_", "secret", "auth", "password"))


def test_help_and_the_question_mark_name_every_subject(shell, capsys) -> None:
    loaded = shell().shell
    capsys.readouterr()
    loaded.run_line_magic("sophnet", "help")
    said = capsys.readouterr().out
    page = SophNetMagics.sophnet.__doc__
    for subject in SUBJECTS:
        assert f"%sophnet {subject} " in said
        assert f"%sophnet {subject}" in page or subject == "status"
