from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sophnet_jupyter.sandbox.server.limits import Limits
from sophnet_jupyter.sandbox.switches.faults import parse


class Door:
    """Limits behind a clock that a test sets."""

    def __init__(self, *faults: str) -> None:
        self.faults: Mapping[str, float] = parse(faults)
        self.now = 1000.0
        self.limits = Limits(lambda: self.now)

    def enter(self, size: int = 0, method: str = "POST") -> tuple[float | None, list[Any]]:
        """After how many seconds to come back, and what ends the request."""
        after: list[Any] = []
        headers = [(b"content-length", str(size).encode())]
        scope = {"method": method, "headers": headers, "after": after}
        return self.limits.enter(scope, self.faults), after

    def taken(self, requests: int) -> int:
        return sum(self.enter()[0] is None for _ in range(requests))


def test_a_rate_lets_its_burst_pass_and_then_so_many_a_second() -> None:
    door = Door("rate=50/10")
    assert door.taken(30) == 10
    door.now += 0.1
    assert door.taken(30) == 5
    assert door.enter()[0] == pytest.approx(0.02)
    door.now += 3600
    assert door.taken(30) == 10


def test_a_number_at_once_is_free_again_when_an_answer_is_over() -> None:
    door = Door("at_once=2")
    (_, first), _ = door.enter(), door.enter()
    assert door.enter()[0] == 1.0
    for end in first:
        end()
    assert door.taken(5) == 1


def test_tokens_of_a_minute_are_free_again_after_it() -> None:
    door = Door("tokens_per_minute=100")
    assert door.enter(320)[0] is None
    door.now += 20
    assert door.enter(80)[0] is None
    assert door.enter(40)[0] == pytest.approx(40)
    door.now += 41
    assert door.enter(40)[0] is None


def test_a_request_of_more_tokens_than_a_minute_has_is_taken_alone() -> None:
    door = Door("tokens_per_minute=100")
    assert door.enter(4000)[0] is None
    assert door.enter(4)[0] == 60


def test_a_ramp_lets_so_many_more_pass_in_each_second() -> None:
    door = Door("ramp=5")
    taken = []
    for _ in range(4):
        taken.append(door.taken(100))
        door.now += 1
    assert taken == [5, 10, 15, 20]
    door.now += 1
    assert door.taken(100) == 5


def test_a_refused_request_takes_nothing_of_the_other_limit() -> None:
    door = Door("rate=1/5", "at_once=1")
    _, first = door.enter()
    assert door.taken(50) == 0
    for end in first:
        end()
    assert door.taken(5) == 1


def test_looks_are_not_limited() -> None:
    door = Door("rate=1/1")
    assert {door.enter(method="GET")[0] for _ in range(9)} == {None}


@pytest.mark.parametrize("fault", ["rate=50/x", "rate=x", "at_once=1/2", "ramp=-1", "rate=nan"])
def test_a_limit_that_is_no_number_is_refused(fault: str) -> None:
    with pytest.raises(ValueError, match=r"number|float"):
        parse([fault])


@pytest.mark.parametrize("fault", ["rate=0.001", "ramp=1", "tokens_per_minute=1"])
def test_each_limit_says_when_to_come_back_unless_told_not_to(sandbox: Any, fault: str) -> None:
    sandbox.ask(faults=fault)
    refused = sandbox.ask(faults=fault)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "retry-after" not in sandbox.ask(faults=f"{fault},no_retry_after").headers


def test_a_place_is_taken_until_an_answer_is_over(
    sandbox: Any, eventually: Callable[..., None]
) -> None:
    headers = {"X-Sandbox-Faults": "at_once=1,stall"}
    body = {"model": "m", "messages": [{"role": "user", "content": "a story"}], "stream": True}
    with sandbox.http.stream("POST", "/v1/chat/completions", json=body, headers=headers) as first:
        assert first.status_code == 200
        assert sandbox.ask(faults="at_once=1").status_code == 429
    # Its reader has hung up.
    eventually(lambda: sandbox.ask(faults="at_once=1").status_code == 200)


def test_every_service_has_the_limits_in_its_own_words(sandbox: Any) -> None:
    headers = {"X-Sandbox-Faults": "rate=0.001", "Authorization": "Bearer sandbox"}
    url = f"{sandbox.root}/v1/completion-messages"
    body = {"inputs": {"query": "hi"}, "response_mode": "blocking", "user": "ada"}
    codes = [sandbox.http.post(url, json=body, headers=headers).json().get("code") for _ in "12"]
    assert codes == [None, "rate_limit_error"]


@pytest.mark.parametrize("model", ["DeepSeek-typo", "GLM-99", "qwen3.7-min", "x/DeepSeek-V3.20"])
def test_a_model_that_a_family_has_not_is_refused(sandbox: Any, model: str) -> None:
    refused = sandbox.ask(model=model)
    assert refused.status_code == 404
    assert f"{model} is not found or not enabled" in refused.json()["message"]


@pytest.mark.parametrize(
    "model",
    ["DeepSeek-V3.2", "deepseek-v3.2", "deepseek-ai/DeepSeek-R1", "mine", "custom:handbook"],
)
def test_listed_models_and_those_of_users_are_answered(sandbox: Any, model: str) -> None:
    assert sandbox.ask(model=model).status_code == 200
