"""Run a request in a cell: draw its answer, store it, and report how it ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from ...errors import AnswerIncomplete, SophNetError, Stopped
from ...events import Event
from ...kernel import running
from ...kernel.loop import run
from ...kernel.running import HungUp, Running
from ...response import Arrival, Response
from ...response.ended import is_cut
from ...views.answer import Context
from ...views.live.answer import View, show
from ..background.jobs import Ask
from ..session.session import KernelSession


def follow(events: AsyncGenerator[Event, None], *, model: str = "", strict: bool = False) -> Ask:
    """Send a request by iterating ``events``. With ``strict`` an incomplete answer is an error."""

    async def ask(view: View, arrival: Arrival) -> Response:
        response = await show(events, view, arrival, model=model)
        if strict and response.ending == "incomplete":
            raise AnswerIncomplete(service=response.service)
        return response

    return ask


def named(one: Running, view: View) -> Callable[[Response, Event], None]:
    """What hears of each event: the view, and who wants to know which model answers."""

    def on_event(response: Response, event: Event) -> None:
        running.name(one, response.model)
        view.on_event(response, event)

    return on_event


def settle(
    session: KernelSession, ask: Ask, context: Context, view: View, *, out: str | None
) -> Response:
    """
    Wait for an answer while ``view`` draws it, and store it as ``out``.

    An interrupt keeps what had come and raises `Stopped`; an error of ours keeps it as well. What
    stops this answer alone makes the part that had come the response.
    """
    one = running.begin(session.shell)
    arrival = Arrival(on_event=named(one, view))
    try:
        response = run(ask(view, arrival), one=one)
    except HungUp:
        response = arrival.response
    except KeyboardInterrupt:
        partial = arrival.end("stopped")
        session.keep(partial, out)
        raise Stopped(response=partial) from None
    except SophNetError as error:
        error.response = arrival.response
        session.keep(arrival.response, out)
        raise
    finally:
        said = arrival.response
        running.end(one, "cut" if is_cut(said.ending, said.finish_reason) else said.ending)
    session.remember_shown(response, context, out)
    return response
