"""The text that is pasted into a question, and what a shared notebook asks for."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter import doctor
from sophnet_jupyter.doctor import Finding, requirements
from sophnet_jupyter.doctor.report import OWN
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.magics import extension

from ..shells import bare_shell

KEY = "sk-canary-7Qw9Xz31LmNp84RtYv26"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: SimpleNamespace) -> Any:
    monkeypatch.setenv("SOPHNET_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    monkeypatch.setattr(extension, "WARM_UP_AFTER", 3600)
    shell = bare_shell()
    extension.load(shell)
    yield shell
    extension.unload(shell)


def require(shell: Any, words: str) -> None:
    shell.run_line_magic("sophnet", f"require {words}")


def test_a_report_has_no_key_no_home_and_no_address_of_ones_own(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "mei"))
    monkeypatch.setenv("SOPHNET_API_KEY", KEY)
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_BASE_URL", "https://gateway.bank.example/llm")
    found = [
        Finding(mark="✓", about="python", said=f"3.11 at {tmp_path}/mei/venv/bin/python"),
        Finding(
            mark="✕", about="key", said=f"{KEY} is refused at https://gateway.bank.example/llm"
        ),
        Finding(mark="✓", about="settings", said="https://www.sophnet.com/api, profile of mei"),
    ]
    text = doctor.report(found, host="a notebook")
    assert text.startswith("sophnet_jupyter ")
    [told] = [line for line in text.splitlines() if line.startswith("variables that are set: ")]
    assert {"SOPHNET_API_KEY", "SOPHNET_BASE_URL"} <= set(told.partition(": ")[2].split(", "))
    assert "✓ python: 3.11 at ~/venv/bin/python" in text
    assert "is refused at https://(an address of your own)" in text
    assert "https://www.sophnet.com, profile of USER" in text
    for secret in (KEY, KEY[:14], "bank", "mei"):
        assert secret not in text


def test_a_user_is_not_named_between_chinese_words(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    for name in ("mei", "小美"):
        monkeypatch.setenv("HOME", str(tmp_path / name))
        text = doctor.report([Finding(mark="✓", about="it", said=f"用户{name}的配置")])
        assert "用户USER的配置" in text


def test_a_report_is_whole_in_chinese(monkeypatch, shell: Any) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    with pytest.raises(Exception, match="no-such-model"):
        shell.run_line_magic("sophchat", "-m no-such-model hello")
    lines = doctor.report([Finding(mark="✓", about="key", said="有效")], host="终端").split("\n")
    assert [re.split("[：:]", line)[0] for line in lines[1:]] == [
        "前端",
        "附加组件",
        "已设置的变量",
        "✓ 密钥",
        "最近 7 天",
    ]
    assert lines[-1] == "最近 7 天：SophNet chat，失败了 1 次（沙盒）"


def test_a_report_counts_what_failed_and_quotes_nothing_of_it(shell: Any, capsys: Any) -> None:
    for _ in range(2):
        with pytest.raises(Exception, match="no-such-model"):
            shell.run_line_magic("sophchat", "-m no-such-model my secret plan")
    shell.run_line_magic("sophnet", "doctor --report")
    text = capsys.readouterr().out
    assert "last 7 days: SophNet chat, failed 2 times (sandbox)" in text
    assert "front end: terminal" in text
    assert "secret plan" not in text
    assert "no-such-model" not in text


def test_what_is_there_lets_a_notebook_go_on(shell: Any, capsys: Any) -> None:
    require(shell, "0.1 engines explore microphone")
    said = capsys.readouterr().out
    assert said.startswith("All that this notebook needs is there. A microphone is asked for")


def test_what_is_missing_is_told_with_the_line_that_installs_it(shell: Any, monkeypatch) -> None:
    lines = ['no-such-package>=2; extra == "engines"', 'numpy>=99; extra == "engines"']
    monkeypatch.setattr(requirements.metadata, "requires", lambda name: lines)
    with pytest.raises(SettingsError) as caught:
        require(shell, "99.1 engines key")
    said = str(caught.value)
    assert said.startswith("This notebook needs 99.1 engines key. This is version ")
    assert "The extra engines is not installed: no-such-package>=2, numpy>=99." in said
    assert "There is no key: %sophnet login asks for one" in said
    assert said.endswith(
        '%pip install -U "sophnet-jupyter[engines]>=99.1", and restart the kernel.'
    )
    assert "\n" not in said


@pytest.mark.parametrize("words", ["", "engnes", "0.x"])
def test_words_that_mean_nothing_to_require_are_refused(shell: Any, words: str) -> None:
    with pytest.raises(UsageError, match="a version, extras, and what the notebook uses"):
        require(shell, words)


def test_an_extra_that_brings_others_needs_theirs_too(monkeypatch) -> None:
    lines = [
        'sophnet-jupyter[engines]; extra == "demo"',
        'sophnet-jupyter[demo]; extra == "engines"',
        'no-such-package; extra == "engines"',
        "no-such-core>=3",
        'no-such-wheel; python_version < "3" and extra == "engines"',
    ]
    monkeypatch.setattr(requirements.metadata, "requires", lambda name: lines)
    assert requirements.lacking("demo") == ["no-such-package"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("gateway.bank.example is 10.1.2.3 and 2 more", f"{OWN} is {OWN} and 2 more"),
        ("the certificate for Gateway.Bank.Example is", f"the certificate for {OWN} is"),
        ("HTTPS://Gateway.Bank.example/llm?key=abc refuses", f"HTTPS://{OWN} refuses"),
        ("http://mei:pass@proxy.bank.example:8080 refuses", f"http://{OWN} refuses"),
        ("no way through proxy.bank.example", f"no way through {OWN}"),
        ("https://www.sophnet.com.evil.example/x", f"https://{OWN}"),
        ("fd00:12::7:1 takes no connection", f"{OWN} takes no connection"),
        ("answers at http://127.0.0.1:8000/api", "answers at http://127.0.0.1"),
        ("opens the app 'Layoffs 2027'", "opens the app '…'"),
        ("jupyterlab 4.6.6, at 18:02:11", "jupyterlab 4.6.6, at 18:02:11"),
        # Chinese has no blanks, and marks of its own.
        ("主机gateway.bank.example是10.1.2.3等", f"主机{OWN}是{OWN}等"),
        ("经由http://mei:pass@proxy.bank.example，被拒绝", f"经由http://{OWN}，被拒绝"),
        ("位于https://a.example/llm?key=abc（默认）", f"位于https://{OWN}（默认）"),
        ("打开应用 'Layoffs 2027'", "打开应用 '…'"),
    ],
)
def test_a_report_tells_no_host_or_name_of_ones_own(monkeypatch, tmp_path, said, told) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SOPHNET_BASE_URL", "https://gateway.bank.example/llm")
    monkeypatch.setenv("SOPHNET_API_KEY", KEY)
    monkeypatch.setenv("HTTPS_PROXY", "http://mei:pass@proxy.bank.example:8080")
    text = doctor.report([Finding(mark="✓", about="it", said=said)])
    assert f"✓ it: {told}" in text
