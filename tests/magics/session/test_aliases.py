from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter import settings
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.magics.session.aliases import Aliases
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet import models as models_module
from sophnet_jupyter.magics.sophnet.models import ModelNames
from sophnet_jupyter.providers.sophnet.models import Models

from ...shells import bare_shell


@pytest.fixture
def aliases(tmp_path):
    return Aliases(tmp_path / "config")


@pytest.fixture
def names(monkeypatch, tmp_path, capsys):
    """``%sophnet model``, ``models`` and ``alias``, and what they print."""
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path / "config"))
    session = KernelSession(bare_shell())

    def say(subject: str, rest: str = "") -> str:
        getattr(ModelNames(session), subject)(rest)
        return capsys.readouterr().out

    return SimpleNamespace(say=say, session=session)


@pytest.fixture
def listed(names, monkeypatch):
    """Make the service list these models; None for a service without a list."""

    def lists(*models: str | None) -> None:
        found = None if models == (None,) else Models(sorted(models))
        monkeypatch.setattr(names.session.client, "models", lambda refresh: found)
        monkeypatch.setattr(models_module, "run", lambda answer: answer)

    return lists


def test_a_short_name_stands_for_its_model_and_others_for_themselves(aliases) -> None:
    aliases.add("v3", "DeepSeek-V3.2")
    assert aliases.real("v3") == "DeepSeek-V3.2"
    assert aliases.real("GLM-5") == "GLM-5"


def test_a_short_name_of_a_short_name_means_the_model_behind_it(aliases) -> None:
    aliases.add("v3", "DeepSeek-V3.2")
    assert aliases.add("best", "v3") == "DeepSeek-V3.2"
    aliases.add("v3", "GLM-5")
    assert aliases.real("best") == "DeepSeek-V3.2"


def test_another_kernel_knows_a_short_name_at_once(aliases, tmp_path) -> None:
    other = Aliases(tmp_path / "config")
    assert other.real("v3") == "v3"
    aliases.add("v3", "DeepSeek-V3.2")
    assert other.real("v3") == "DeepSeek-V3.2"
    assert dict(other.known) == {"v3": "DeepSeek-V3.2"}


def test_a_short_name_that_is_removed_is_gone(aliases) -> None:
    aliases.add("v3", "DeepSeek-V3.2")
    assert aliases.remove("v3")
    assert not aliases.remove("v3")
    assert aliases.real("v3") == "v3"


@pytest.mark.parametrize("name", ["", "-m", "two words", "a,b", "x" * 33, "\x1b[31m"])
def test_a_name_that_no_line_could_hold_is_refused(aliases, name: str) -> None:
    with pytest.raises(SettingsError):
        aliases.add(name, "GLM-5")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"aliases": ["v3"]}', '{"aliases": {"v3": "\\u001b[31m"}}', "\xff"]
)
def test_a_file_that_somebody_has_spoilt_is_named_and_left_alone(
    aliases, tmp_path, content: str
) -> None:
    path = tmp_path / "config" / "aliases.json"
    path.parent.mkdir()
    path.write_text(content, encoding="latin-1")
    for attempt in (aliases.read, lambda: aliases.add("v3", "GLM-5")):
        with pytest.raises(SettingsError, match=r"aliases\.json"):
            attempt()
    assert path.read_text(encoding="latin-1") == content


def test_the_file_is_written_whole_and_beside_the_profiles(aliases, tmp_path) -> None:
    aliases.add("v3", "DeepSeek-V3.2")
    folder = tmp_path / "config"
    assert [path.name for path in folder.iterdir()] == ["aliases.json"]
    assert json.loads((folder / "aliases.json").read_text()) == {"aliases": {"v3": "DeepSeek-V3.2"}}
    assert folder.stat().st_mode & 0o077 == 0


def test_without_a_home_there_are_no_short_names() -> None:
    assert Aliases(None).real("v3") == "v3"
    with pytest.raises(SettingsError):
        Aliases(None).add("v3", "GLM-5")


def test_the_default_may_be_given_by_its_short_name(names) -> None:
    names.say("alias", "v5 GLM-5")
    assert "GLM-5" in names.say("model", "v5")
    assert settings.model_name() == "GLM-5"


def test_short_names_are_listed_set_and_removed(names) -> None:
    assert "makes one" in names.say("alias")
    assert names.say("alias", "v3 DeepSeek-V3.2").split() == ["v3", "DeepSeek-V3.2"]
    assert names.say("alias").split() == ["v3", "DeepSeek-V3.2"]
    assert "v3" in names.say("alias", "v3 -")
    for wrong in ("v3 -", "v3", "a b c"):
        with pytest.raises(UsageError):
            names.say("alias", wrong)


def test_a_model_cannot_be_hidden_behind_a_short_name(names) -> None:
    names.session.models_seen.add("GLM-5")
    with pytest.raises(UsageError, match="model itself"):
        names.say("alias", "GLM-5 DeepSeek-V3.2")


def test_the_models_are_listed_with_what_we_say_of_them(names, listed) -> None:
    listed("DeepSeek-V3.2", "GLM-5", "\x1b[31mred")
    names.say("alias", "v5 GLM-5")
    names.say("alias", "mine mine-7B")
    rows = [line.split(maxsplit=1) for line in names.say("models").splitlines()]
    assert rows == [
        ["model", "remarks"],
        # Without what a terminal would obey.
        ["red"],
        ["DeepSeek-V3.2", "default"],
        ["GLM-5", "alias v5"],
        ["mine-7B", "alias mine, not in the list"],
    ]


def test_a_text_narrows_the_list_in_any_case(names, listed) -> None:
    listed("DeepSeek-V3.2", "GLM-5", "GLM-4.6")
    assert names.say("models", "glm").split()[-2:] == ["GLM-4.6", "GLM-5"]
    with pytest.raises(UsageError, match="None of the 3 models has 'qwen'"):
        names.say("models", "qwen")


def test_a_service_without_a_list_gets_a_sentence(names, listed) -> None:
    listed(None)
    assert "no list of models" in names.say("models")
