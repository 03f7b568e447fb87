"""What a site wants of cells: personal data masked, and a policy that says who has decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

PHONE, MAIL = "13812345678", "li.wei@example.com"
WORDS = f"Write to {MAIL} or call {PHONE}"
UUID = "d12fd037-19df-4973-a246-290673b6407a"
SITE = 'contact = "ask@example.org"\n[locked]\nmasking = true\nmodels = ["DeepSeek-V3.2"]\n'


def told(sandbox: Any) -> str:
    return json.dumps(sandbox.posted())


@pytest.fixture
def site(kernel: Any, tmp_path: Path) -> Iterator[Path]:
    """A policy that the kernel reads while this lasts."""
    path = tmp_path / "policy.toml"
    path.write_text(SITE)
    assert kernel.run(f"import os; os.environ['SOPHNET_POLICY'] = {str(path)!r}").status == "ok"
    yield path
    assert kernel.run("del os.environ['SOPHNET_POLICY']").status == "ok"


@pytest.mark.parametrize(
    "cell",
    [
        f"%%sophchat --mask\n{WORDS}",
        f"%%imagine --mask --negative 'no {PHONE}'\n{WORDS}",
        f"%%speak --mask --voice longwan\n{WORDS}",
        f"%%excel --mask --files {UUID}\n{WORDS}",
        f"%%embed --mask\n{WORDS}",
        f"%%dify --mask\n{WORDS}",
    ],
    ids=lambda cell: cell.split()[0],
)
def test_a_masked_cell_sends_no_personal_data_and_says_what_was_masked(
    cell: str, kernel: Any, sandbox: Any
) -> None:
    ran = kernel.run(cell)
    sent = told(sandbox)
    assert "[EMAIL-1]" in sent, ran.text
    assert "[MOBILE-1]" in sent
    assert PHONE not in sent
    assert MAIL not in sent
    # The sandbox has no such workbook; its error counts nothing.
    if "%excel" not in cell:
        assert "masked: 1 e-mail address, 1 mobile number (names and addresses" in ran.text
        assert "[MOBILE-1]" not in ran.text
    if "%imagine" in cell:
        again = ran.text.partition("%%imagine")[2]
        assert "--mask" in again, "made again as it stands there, it is masked again"
        assert f'--negative "no {PHONE}"' in again


def test_a_video_in_the_background_is_masked_before_its_task_begins(
    kernel: Any, sandbox: Any, eventually: Any
) -> None:
    assert kernel.run(f"%%animate --mask\n{WORDS}").status == "ok"
    eventually(sandbox.posted)
    kernel.run("%sophnet cancel")
    assert "[MOBILE-1]" in told(sandbox)
    assert PHONE not in told(sandbox)


def test_a_sites_policy_holds_for_cells_and_says_who_has_decided(
    kernel: Any, sandbox: Any, site: Path
) -> None:
    ran = kernel.run(f"%%sophchat\n{WORDS}")
    assert ran.status == "ok", ran.text
    assert "masked: 1 e-mail address, 1 mobile number" in ran.text
    assert PHONE not in told(sandbox)
    refused = kernel.run("%sophchat -m GLM-5 hello")
    assert "decided by your site's policy" in refused.text
    assert "ask@example.org" in refused.text
    assert "GLM-5" not in told(sandbox)
    assert str(site) in kernel.run("%sophnet").text


def test_a_masked_conversation_stays_masked_after_its_names_are_gone(
    kernel: Any, sandbox: Any
) -> None:
    kernel.run(f"%%sophchat --mask -c masked-talk\n{WORDS}")
    kernel.run("%sophchat -c masked-talk And again?")
    assert PHONE not in told(sandbox)
    assert told(sandbox).count("[MOBILE-1]") > 1
