"""What users install is watched: its licenses, its versions, and how to report a hole."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from licenses import EXTRAS, judged  # noqa: E402
from lock import requirements  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = dict(
    line.split("==")
    for line in (ROOT / "requirements-ci.txt").read_text("utf-8").splitlines()
    if "==" in line
)


def test_the_versions_of_ci_are_those_that_we_ask_for():
    for line in requirements("dev"):
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate():
            name = re.sub(r"[-_.]+", "-", wanted.name).lower()
            assert wanted.specifier.contains(LOCK[name], prereleases=True), line


def test_every_job_of_ci_that_tests_keeps_to_them():
    workflow = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    assert all("-c requirements-ci.txt" in line for line in re.findall(r"pip install .*", workflow))
    assert "$(if $(CI),-c requirements-ci.txt)" in (ROOT / "Makefile").read_text("utf-8")


def test_what_is_under_the_gpl_has_an_extra_of_its_own_and_is_told():
    extras = PROJECT["optional-dependencies"]
    of_gpl = {name for name, lines in extras.items() if any("espeak" in each for each in lines)}
    assert of_gpl == {"espeak", "dev"}
    for document in ("README.md", "README.zh-CN.md", "docs/services.md", "SECURITY.md"):
        text = (ROOT / document).read_text("utf-8")
        assert "espeak-ng" in text
        assert "GPL 3" in text


@pytest.mark.parametrize(
    ("said", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-3-Clause", True),
        ("GPL-2.0-or-later OR MIT", True),
        ("GPL-3.0-only", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("AGPL-3.0", False),
        ("LGPL-2.1", False),
        ("proprietary", False),
        ("", False),
    ],
)
def test_a_license_that_nobody_looked_at_is_named(said, fine):
    assert bool(judged("some-package", said)) is not fine


def test_the_licenses_of_every_extra_that_users_install_are_looked_at():
    # Of the one under the GPL it is known; the others are for who works on the project.
    assert {*EXTRAS, "espeak", "dev", "docs", "bench"} == set(PROJECT["optional-dependencies"])
    workflow = (ROOT / ".github/workflows/supply.yml").read_text("utf-8")
    installed = re.findall(r'install -q "\.\[(.*?)\]"', workflow)
    assert len(installed) == 2
    for extras in installed:
        assert set(extras.split(",")) >= set(EXTRAS) - {"lab", "sandbox"}


def test_advisories_and_licenses_are_looked_at_each_week():
    workflow = (ROOT / ".github/workflows/supply.yml").read_text("utf-8")
    assert "schedule:" in workflow
    assert "pip_audit" in workflow
    assert "tests/licenses.py" in workflow


def test_it_is_said_how_to_report_and_what_a_script_of_the_page_can_do():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "Report a vulnerability" in text
    assert "can do what you can" in text
