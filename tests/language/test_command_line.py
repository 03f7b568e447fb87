"""``sophnet-jupyter`` speaks Chinese: its help, and what it says of a line."""

from __future__ import annotations

import re

import pytest

from sophnet_jupyter import cli

COMMANDS = ("demo", "doctor", "report", "map", "evaluate", "history", "history merge", "rehearse")
PROSE = re.compile(r"\b[A-Za-z]{3,}[,.;:]? [a-z]{2,}\b")
# A command with what stands on its line.
LINES = re.compile(r"^用法：.*?\n\n|sophnet-jupyter( \w+)*|merge A B", re.DOTALL)


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_chinese_and_keeps_to_its_width(command: str, capsys) -> None:
    with pytest.raises(SystemExit):
        cli.main([*command.split(), "--help"])
    said = capsys.readouterr().out
    assert said.startswith("用法：")
    assert PROSE.findall(LINES.sub(" ", said)) == []
    # A Chinese letter takes two columns.
    assert max(len(line.encode("gb18030", "replace")) for line in said.splitlines()) <= 80


def test_the_lines_of_the_usage_stand_below_each_other(capsys) -> None:
    with pytest.raises(SystemExit):
        cli.main(["evaluate", "--help"])
    usage = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    # "用法：" is three letters, and six columns wide.
    columns = 6 + len("sophnet-jupyter evaluate ")
    assert len(usage) > 2
    assert {len(line) - len(line.lstrip()) for line in usage[1:]} == {columns}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "mapp",
        "map a",
        "map a --prompt",
        "map a b --prompt c -o d",
        "map a --prompt c -o d --first x",
        "map a --prompt c -o d --shard 4/3",
        "map a --prompt c -o d --retry all",
        "map a --prompt c -o d --re",
        "evaluate a --prompt b --at-least 2",
        "demo --reset=3",
        "demo --foo",
        "history merge -o c",
        "report nowhere.ipynb",
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_chinese(line: str, capsys) -> None:
    try:
        status = cli.main(line.split())
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert status
    assert said.out == ""
    told = said.err.splitlines()[-1]
    assert re.search("[\u4e00-\u9fff]", told)
    assert PROSE.findall(LINES.sub(" ", told)) == []


def test_in_english_argparse_speaks_for_itself(monkeypatch, capsys) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "en")
    for line in (["--help"], ["map", "a"]):
        with pytest.raises(SystemExit):
            cli.main(line)
    said = capsys.readouterr()
    assert said.out.startswith("usage: sophnet-jupyter [-h] [--version] COMMAND ...\n")
    assert "\npositional arguments:\n" in said.out
    assert "-h, --help  show this help message and exit\n" in said.out
    assert said.err.endswith("the following arguments are required: --prompt, -o/--output\n")
