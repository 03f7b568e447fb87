"""The small form of ``make soak``: each group runs, and all that it tries holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "soak" / "results" / "reference.json"
sys.path.append(str(ROOT))

from soak.groups import GROUPS  # noqa: E402
from soak.tally import Tally  # noqa: E402

# Texts, readers, the sandbox's door and a standing clock have tests of their own that try as much.
OF_THEIR_OWN = {"texts", "readers", "private", "still"}
ENGINES = {"load": ("pocketsphinx", "espeakng_loader", "numpy"), "kills": ()}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals")
@pytest.mark.parametrize("group", sorted(set(GROUPS) - OF_THEIR_OWN))
def test_all_that_the_small_form_of_a_group_tries_holds(group: str, tmp_path: Path) -> None:
    for module in ENGINES.get(group, ()):
        pytest.importorskip(module)
    found = tmp_path / "found.json"
    command = [sys.executable, "-m", "soak", "--small", group, "--output", str(found)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    [told] = json.loads(found.read_text("utf-8"))["groups"]
    assert told["fallen"] == [], ended.stdout
    assert told["held"] == told["tried"] > 0
    assert ended.returncode == 0


def test_what_did_not_hold_is_named_and_counted() -> None:
    tally = Tally()
    tally.count("one", True)
    tally.count("two", False, "it fell")
    assert (tally.tried, tally.held, tally.fallen) == (2, 1, ["two: it fell"])


def test_a_group_that_falls_is_told_and_ends_the_run_with_one(tmp_path: Path) -> None:
    code = (
        "import sys; from soak import __main__ as soak\n"
        "soak.GROUPS['nowhere'] = 'no module'\n"
        "given = ['--small', '--at-once', '2', '--output', sys.argv[1]]\n"
        "sys.argv = ['soak', 'nowhere', 'links', *given]\n"
        "sys.exit(soak.main())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "found.json")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "did not hold: the group itself" in ended.stdout
    assert "links" in ended.stdout


def test_the_figures_that_are_shown_are_those_of_a_whole_run() -> None:
    told = json.loads(RESULTS.read_text("utf-8"))
    assert told["conditions"]["form"] == "full"
    assert [each["name"] for each in told["groups"]] == list(GROUPS)
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text("utf-8")
        for each in told["groups"]:
            assert f"| {each['tried']:,} | {each['held']:,} |" in text, (name, each["name"])
