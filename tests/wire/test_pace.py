from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from limiters import (
    AtOnce,
    Both,
    Bucket,
    Changing,
    Flaky,
    Free,
    Limiter,
    Ramp,
    Ran,
    Sliding,
    Window,
    simulate,
)

from sophnet_jupyter.wire.pace import MOST, Pace, Sent

SEEDS = range(5)
TOOK = 0.3

LIMITERS: dict[str, Callable[[int], Limiter]] = {
    "nothing": lambda seed: Free(),
    "a rate with a burst": lambda seed: Bucket(50, 10),
    "a rate without a burst": lambda seed: Bucket(50, 1),
    "a window of a second": lambda seed: Window(50, 1.0),
    "a window of a minute": lambda seed: Window(300, 60.0),
    "a sliding second": lambda seed: Sliding(50, 1.0),
    "a sliding second that counts refusals": lambda seed: Sliding(50, 1.0, strict=True),
    "eight at once": lambda seed: AtOnce(8),
    "one at once": lambda seed: AtOnce(1),
    "a rate and a number": lambda seed: Both(Bucket(50, 10), AtOnce(12)),
    "a ramp": lambda seed: Ramp(5),
    "a coin": lambda seed: Flaky(0.05, random.Random(seed)),
    "less later": lambda seed: Changing(Bucket(50, 10), Bucket(10, 3), 3.0),
}


def ran(
    limiter: Limiter, seed: int, rows: int, retry_after: float | None = None, took: float = TOOK
) -> Ran:
    chance = random.Random(seed)
    pace = Pace(chance=chance.random)
    spread = lambda: took * (0.9 + 0.2 * chance.random())  # noqa: E731
    return simulate(pace, limiter, rows=rows, took=spread, chance=chance, retry_after=retry_after)


@pytest.mark.parametrize("retry_after", [None, 1.0], ids=["silent", "Retry-After"])
@pytest.mark.parametrize("make", LIMITERS.values(), ids=LIMITERS)
def test_whatever_limits_them_all_rows_are_answered_and_no_row_starves(
    make: Callable[[int], Limiter], retry_after: float | None
) -> None:
    for seed in SEEDS:
        found = ran(make(seed), seed, 400, retry_after)
        assert found.done == 400
        assert found.most <= MOST - 2
        # A row waits for a window of the service, and not for other rows again and again.
        assert found.longest < 75


def test_a_rate_is_used_nearly_whole_and_hardly_ever_passed() -> None:
    for seed in SEEDS:
        found = ran(Bucket(50, 10), seed, 1000, 1.0)
        assert 300 / found.times[299] >= 0.85 * 50
        assert 1000 / found.seconds >= 0.90 * 50
        assert found.refused <= 30
    shares = [1000 / ran(Bucket(50, 10), seed, 1000, 1.0).seconds / 50 for seed in SEEDS]
    assert sum(shares) / len(shares) >= 0.92


def test_a_number_at_once_is_used_nearly_whole() -> None:
    best = simulate(Pace(), AtOnce(8), rows=400, asked=8).seconds
    for seed in SEEDS:
        assert ran(AtOnce(8), seed, 400).seconds <= best / 0.9


def test_what_is_allowed_is_found_again_when_it_changes() -> None:
    for seed in SEEDS:
        found = ran(Changing(Bucket(10, 3), Bucket(50, 10), 5.0), seed, 1500)
        assert 300 / (found.times[-1] - found.times[-301]) >= 0.8 * 50


def test_nobody_is_asked_more_than_was_allowed_at_once() -> None:
    pace, now = Pace(), 0.0
    sent = []
    while isinstance(one := pace.send(now), Sent):
        sent.append(one)
    assert len(sent) == 8
    for one in sent:
        pace.refused(one, now, 1.0)
    assert pace.told(now).most == 1
    assert isinstance(pace.send(now), Sent)
    assert pace.send(now) == float("inf")


def test_a_refusal_means_one_less_than_were_being_answered() -> None:
    pace = Pace()
    sent = [pace.sent(0.0) for _ in range(8)]
    pace.refused(sent.pop(), 0.1)
    assert pace.told(0.1).most == 7
    # Sent together with it: so many less are being answered.
    pace.refused(sent.pop(), 0.1)
    assert pace.told(0.1).most == 6


def test_one_that_was_refused_alone_is_no_reason_to_ask_one_by_one() -> None:
    pace = Pace()
    for second in range(3):
        pace.refused(pace.sent(second), second + 0.1)
    assert pace.told(3).most == 8
    assert not pace.told(3).learned


def test_all_wait_only_where_nothing_is_let_through() -> None:
    pace, now = Pace(), 0.0
    for _ in range(3):
        pace.refused(pace.sent(now), now + 0.1, 30.0)
        now += 1
    assert pace.may_send(now) == 0
    pace.refused(pace.sent(now), now + 0.1, 30.0)
    assert 0 < pace.may_send(now) < 1, "for a moment, since a second is the least one can ask for"
    for _ in range(4):
        now += 1
        pace.refused(pace.sent(now), now, 30.0)
    assert pace.may_send(now) == 30
    assert pace.shut_for(now) == pytest.approx(now - 0.1)
    pace.answered(pace.sent(now), now + 0.3)
    assert pace.shut_for(now) == 0


def test_what_ends_twice_counts_once() -> None:
    pace = Pace()
    sent = pace.sent(0.0)
    pace.answered(sent, 1.0)
    pace.gone(sent, 1.0)
    pace.refused(sent, 1.0)
    found = pace.told(1.0)
    assert (found.under_way, found.refused_share, found.learned) == (0, 0.0, False)


def test_what_headers_leave_is_kept_to_by_rows() -> None:
    pace = Pace()
    pace.leaves(pace.sent(0.0), 2, 0.0, 40.0)
    sent = [pace.send(0.0, patient=True) for _ in range(3)]
    assert sent[2] == 40.0
    assert isinstance(pace.send(0.0), Sent), "a single question finds out for itself"
    assert isinstance(pace.send(40.0, patient=True), Sent)


def test_no_header_holds_rows_back_for_hours() -> None:
    pace = Pace()
    pace.leaves(pace.sent(0.0), 0, 0.0, 86_400.0)
    assert pace.send(0.0, patient=True) == 60.0


def test_what_was_learned_long_ago_is_forgotten() -> None:
    pace = Pace()
    other, refused = pace.sent(0.0), pace.sent(0.0)
    pace.refused(refused, 0.1)
    pace.answered(other, 0.3)
    assert pace.told(0.3).learned
    pace.answered(pace.sent(400.0), 400.3)
    pace.send(1000.0)
    assert not pace.told(1000.0).learned
    assert pace.told(1000.0).most == 8


def test_a_line_of_progress_says_what_was_learned() -> None:
    pace = Pace()
    for number in range(20):
        pace.answered(pace.sent(number / 10), number / 10 + 0.3)
    pace.refused(pace.sent(2.2), 2.3)
    pace.sent(2.3)
    assert str(pace.told(2.3, waiting=4)) == (
        "5 asked, 1 under way, 10 rows/s, 4.5 % refused and asked again"
    )
