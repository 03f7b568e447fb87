"""What the sandbox says to install brings what it misses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sophnet_jupyter.sandbox import engines

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
EXTRA = [Requirement(line) for line in PROJECT["project"]["optional-dependencies"]["engines"]]


@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 13), (3, 14)], ids=str)
@pytest.mark.parametrize("package", sorted({requirement.name for requirement in EXTRA}))
def test_the_extra_is_named_exactly_where_it_brings_the_engine(package, python):
    here = {"python_version": ".".join(map(str, python))}
    lines = [each for each in EXTRA if each.name == package]
    brought = [each for each in lines if not each.marker or each.marker.evaluate(here)]
    assert len(brought) <= 1
    assert ("sophnet-jupyter[engines]" in engines.source(package, python)) == bool(brought)
