"""Logging in from a cell, as a person does it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

OTHER = "sk-other-8Kj2Hd93MnBv65CxZa01"


@pytest.fixture(scope="module")
def kernel(front_end: Callable[..., Any], parrot: Any) -> Iterator[Any]:
    with front_end(SOPHNET_BASE_URL=parrot.url) as kernel:
        kernel.run("%load_ext sophnet_jupyter")
        yield kernel


@pytest.fixture(autouse=True)
def nobody_logged_in(kernel: Any) -> Iterator[None]:
    yield
    for name in ("default", "work"):
        kernel.run(f"%sophnet logout {name}")


def profiles(kernel: Any) -> Path:
    return kernel.folder / "sophnet_config_dir" / "profiles.json"


def test_the_prompt_hides_what_is_typed(kernel: Any, canary: str) -> None:
    asked = kernel.run("%sophnet login", typed=canary)
    assert [prompt["password"] for prompt in asked.prompts] == [True]
    assert canary not in asked.text


def test_a_key_without_a_keyring_is_in_a_private_file_and_said_to_be(
    kernel: Any, canary: str
) -> None:
    said = kernel.run("%sophnet login", typed=canary).text
    path = profiles(kernel)
    assert "plain text" in said
    assert str(path) in said
    assert canary in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_next_magic_uses_the_new_key_and_after_logout_no_more(
    kernel: Any, canary: str, parrot: Any
) -> None:
    parrot.seen.clear()
    kernel.run("%sophnet login", typed=canary)
    assert "KeyRejected" in kernel.run("%sophchat -m 401 hello").text
    assert parrot.seen == [f"Bearer {canary}"]
    assert kernel.run("%sophnet logout").status == "ok"
    assert kernel.run("%sophchat hello").status == "ok"  # the sandbox
    assert len(parrot.seen) == 1
    assert json.loads(profiles(kernel).read_text()) == {"profiles": {}}


def test_a_key_for_the_session_is_written_nowhere(kernel: Any, canary: str) -> None:
    assert kernel.run("%sophnet login --session", typed=canary).status == "ok"
    assert "%sophnet" in kernel.run("%sophnet").text
    path = profiles(kernel)
    assert not path.exists() or canary not in path.read_text()


def test_profiles_are_switched_with_their_address(kernel: Any, canary: str, parrot: Any) -> None:
    kernel.run("%sophnet login", typed=canary)
    kernel.run("%sophnet login work --base-url https://work.example/api", typed=OTHER)
    assert "https://work.example/api" in kernel.run("%sophnet").text
    listed = kernel.run("%sophnet profile default").text
    assert OTHER not in listed
    assert [line.split()[:3] for line in listed.split("\n") if line] == [
        ["profile", "kept", "in"],
        ["default", "in", "use"],
        ["work", "plain", "file"],
    ]
    parrot.seen.clear()
    kernel.run("%sophchat -m 401 hello")
    assert parrot.seen == [f"Bearer {canary}"]


def test_a_profile_that_is_not_there_is_refused_with_those_that_are(
    kernel: Any, canary: str
) -> None:
    kernel.run("%sophnet login", typed=canary)
    assert "There is default." in kernel.run("%sophnet profile wrok").text


def test_the_key_of_an_app_is_kept_beside_the_others_used_and_never_shown(
    kernel: Any, canary: str, parrot: Any
) -> None:
    root = parrot.url.removesuffix("/api/open-apis") + "/v1"
    asked = kernel.run(f"%sophnet login --service dify Writer --base-url {root}", typed=canary)
    assert asked.status == "ok", asked.text
    assert canary in profiles(kernel).read_text()
    listed = kernel.run("%sophnet profile")
    assert "dify:writer" in listed.text
    parrot.seen.clear()
    told = kernel.run("%dify --app writer feedback m-1 like")
    assert told.status == "error"
    assert f"Bearer {canary}" in parrot.seen
    other = kernel.run("%dify info")
    assert "sandbox" in other.text, "the key of one app opens no other"
    gone = kernel.run("%sophnet logout --service dify writer")
    assert gone.status == "ok"
    assert "No key of a Dify app" in kernel.run("%dify --app writer info").text
    assert canary not in "".join(each.text for each in (asked, listed, told, other, gone))
    assert canary not in profiles(kernel).read_text()


def test_the_key_of_an_app_for_the_session_is_written_nowhere(
    kernel: Any, canary: str, parrot: Any
) -> None:
    root = parrot.url.removesuffix("/api/open-apis") + "/v1"
    kernel.run(f"%sophnet login --service dify --session --base-url {root}", typed=canary)
    parrot.seen.clear()
    assert kernel.run("%dify feedback m-1 like").status == "error"
    assert parrot.seen
    assert set(parrot.seen) == {f"Bearer {canary}"}
    path = profiles(kernel)
    assert not path.exists() or canary not in path.read_text()
    assert kernel.run("%sophnet logout --service dify").status == "ok"
    assert "sandbox" in kernel.run("%dify info").text


def test_a_batch_run_is_told_in_one_line_what_to_do_instead(kernel: Any) -> None:
    said = kernel.run("%sophnet login").text.strip()
    assert said.startswith("UsageError: ")
    assert "SOPHNET_API_KEY" in said
    assert "\n" not in said


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_answer_changes_nothing(kernel: Any, typed: str) -> None:
    assert "nothing has changed" in kernel.run("%sophnet login", typed=typed).text
    assert "sandbox on this machine" in kernel.run("%sophnet").text


def test_an_answer_that_is_no_key_is_refused_without_being_shown(kernel: Any) -> None:
    said = kernel.run("%sophnet login", typed="my secret words").text
    assert "cannot have" in said
    assert "secret words" not in said


@pytest.mark.parametrize(
    "line",
    [
        "%sophnet login {key}",
        "%sophnet login work {key}",
        "%sophnet login --key {key}",
        "%sophnet login --session={key}",
        "%sophnet logout {key}",
        "%sophnet login --service dify {key}",
        "%sophnet login --service {key}",
        "%sophnet profile {key}",
        "%sophnet {key}",
        "%sophnet model {key}",
        "%sophnet doctor {key}",
        "%sophchat my key is {key}, is it good?",
        "%sophchat -s 'the key is {key}' hello",
        "%sophchat -o {key} hello",
        "%sophchat --nonsense {key}",
        "%sophchat -t {key} hello",
        "%%sophchat {key}\nhello",
    ],
)
@pytest.mark.parametrize("key", [OTHER, "q7Rk2mXw9ZtB4nVc8LpYs3Hd6FgJ1KaE5TuW0QxM_oI"])
def test_a_key_on_a_line_is_refused_without_being_repeated(
    kernel: Any, line: str, key: str
) -> None:
    answer = kernel.run(line.format(key=key), typed="")
    assert answer.status == "error"
    assert key not in answer.text
    assert answer.prompts == []
