"""What the type checks stand on: a Node on any machine, and packages that any registry can give."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("program", ["node", "npm"])
def test_a_machine_without_node_has_the_one_of_the_wheel(program: str, tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "node.py"), program, "--version"]
    bare = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.strip().removeprefix("v").partition(".")[0]) >= 10


def test_the_lock_pins_each_package_and_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert packages
    for name, facts in packages.items():
        assert facts["integrity"].startswith("sha512-"), name
        assert "resolved" not in facts, name
    asked = lock["packages"][""]["devDependencies"]
    # One that is there in two versions is asked for by a name of ours: npm:mathjax@2.7.7.
    assert {name: version.rpartition("@")[2] for name, version in asked.items()} == {
        name.removeprefix("node_modules/"): facts["version"]
        for name, facts in packages.items()
        if not facts.get("optional")
    }
