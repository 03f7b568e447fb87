from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.wire.retry import ANSWER, PAID_TASK, READ, RetryBudget, backoff, retry_after

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(**later: float) -> str:
    return format_datetime(NOW + timedelta(**later), usegmt=True)


SAID = {
    "seconds": ("7", 7.0),
    "nought": ("0", 0.0),
    "float": ("2.5", 2.5),
    "spaces": ("  7 ", 7.0),
    "more than we wait": ("86400", 86400.0),
    "date": (at(seconds=45), 45.0),
    "date that has passed": (at(seconds=-45), 0.0),
    "date of the obsolete form": ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
    "date of asctime": ("Sun Nov 22 12:00:30 2026", 30.0),
    "date without a zone": ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
    "date of another zone": (
        format_datetime((NOW + timedelta(seconds=30)).astimezone(timezone(timedelta(hours=8)))),
        30.0,
    ),
    "several headers": ("5, 9", 5.0),
    "empty": ("", None),
    "negative": ("-5", None),
    "not a number": ("nan", None),
    "infinity": ("inf", None),
    "overflow": ("1e400", None),
    "year 100000": ("Fri, 31 Dec 100000 23:59:59 GMT", None),
    "day 99": ("Sun, 99 Nov 2026 12:00:30 GMT", None),
    "words": ("soon", None),
    "unit": ("5s", None),
    "five thousand digits": ("9" * 5000, None),
}


@pytest.mark.parametrize(("said", "seconds"), SAID.values(), ids=SAID)
def test_retry_after_is_read_in_every_form_it_comes_in(said, seconds):
    assert retry_after({"retry-after": said}, NOW.timestamp()) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "-1", "retry-after": "9"}, 9.0),
        ({"retry-after-ms": "nan", "retry-after": at(seconds=9)}, 9.0),
    ],
)
def test_milliseconds_come_before_seconds(headers, seconds):
    assert retry_after(headers, NOW.timestamp()) == seconds


@given(st.text())
def test_no_retry_after_makes_it_fall_over(said):
    seconds = retry_after({"retry-after": said}, NOW.timestamp())
    assert seconds is None or seconds >= 0


def test_waits_double_up_to_eight_seconds_and_are_spread_over_all_of_it():
    assert [backoff(attempt, 1.0) for attempt in range(6)] == [0.5, 1, 2, 4, 8, 8]
    assert backoff(3, 0.0) == 0
    assert backoff(5000, 1.0) == 8


def test_an_outage_is_retried_twenty_times_and_a_success_pays_a_fifth_of_one_back():
    budget = RetryBudget()
    assert [budget.take() for _ in range(21)] == [True] * 20 + [False]
    for _ in range(4):
        budget.refund()
    assert not budget.take()
    budget.refund()
    assert budget.take()


def test_no_run_of_successes_saves_up_more_than_twenty_retries():
    budget = RetryBudget()
    for _ in range(1000):
        budget.refund()
    assert sum(budget.take() for _ in range(100)) == 20


def test_what_creates_a_paid_task_is_sent_again_only_where_it_did_not_begin():
    assert PAID_TASK.statuses == {429, 503}
    assert {408, 429, 500, 502, 503, 504} == ANSWER.statuses
    assert (READ.lost, ANSWER.lost, PAID_TASK.lost) == (True, False, False)
