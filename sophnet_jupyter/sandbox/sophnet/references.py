"""What the model ``custom:…`` cites, and the addresses its citations lead to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ..model.references import PAGES
from ..server.refusal import Refused


def routes() -> list[Route]:
    return [Route("/references/{name}", _page)]


async def _page(request: Request) -> Response:
    if (text := PAGES.get(request.path_params["name"])) is None:
        raise Refused(404, "there is no such reference")
    return PlainTextResponse(text + "\n")
