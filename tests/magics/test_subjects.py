"""A word that a magic does not know is never passed over."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.magics import extension

from ..shells import bare_shell


@pytest.fixture
def shell(monkeypatch, tmp_path):
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(extension, "WARM_UP_AFTER", 3600)
    shell = bare_shell()
    extension.load(shell)
    yield shell
    extension.unload(shell)


@pytest.mark.parametrize(
    ("magic", "line", "says"),
    [
        ("sophnet", "statsu", "%sophnet has no such subject. Did you mean status?"),
        ("sophnet", "status now", "%sophnet status stands alone: leave out what follows it."),
        ("sophnet", "jobs 3", "%sophnet jobs stands alone"),
        ("sophnet", "help models", "%sophnet help stands alone"),
        ("sophnet", "tasks al", "Did you mean all?"),
        ("sophnet", "tasks all resum", "%sophnet tasks all takes no name"),
        ("sophnet", "login --sesion", "has no such option. Did you mean --session?"),
        ("sophnet", "login --session --session", "%sophnet login takes one --session"),
        ("sophnet", "chats shwo trip", "%sophnet chats has no such word. Did you mean show?"),
        ("dify", "inof", "Did you mean info?"),
        ("dify", "info writer", "%dify info stands alone"),
        ("knowledge", "handbook fiels", "Did you mean files?"),
    ],
)
def test_a_misspelt_subject_is_told_before_anything_is_asked(shell, magic, line, says) -> None:
    with pytest.raises(UsageError) as caught:
        shell.run_line_magic(magic, line)
    assert says in str(caught.value)


def test_a_word_that_may_be_a_key_is_not_repeated(shell) -> None:
    for line in ("hunter2", "login --hunter2", "status hunter2"):
        with pytest.raises(UsageError) as caught:
            shell.run_line_magic("sophnet", line)
        assert "hunter2" not in str(caught.value)
