"""The whole server: every service at its real path, behind one journal."""

from __future__ import annotations

from importlib import metadata

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import dify, sophnet, teleai
from .engines import Missing
from .engines.texts.choice import vectors_engine
from .server.callers import Callers
from .server.guard import Guard
from .server.journal import Journal, RequestLog
from .server.refusal import Refused
from .server.replies import json_response
from .server.results import Results
from .sophnet.door import require_key
from .sophnet.envelope import envelope_response
from .switches.options import Options
from .switches.switches import Switches, switches_for

SERVICES = {"sophnet": sophnet.ROOT, "dify": dify.ROOT, "teleai": teleai.ROOT}


def make_app(options: Options) -> ASGIApp:
    """Build the server's application; it keeps no state outside itself."""
    # The files lie at addresses that nobody guesses, and are fetched by who has no name.
    results = Results()
    app = Callers(lambda: _app(options, results)) if options.shared else _app(options, results)
    return Guard(app, options.allow_hosts, lambda said: envelope_response(403, said))


def _app(options: Options, results: Results) -> Starlette:
    seen = RequestLog()

    async def show_seen(request: Request) -> Response:
        require_key(request.headers.get("authorization", ""), options.api_key)
        if request.method == "DELETE":
            seen.clear()
        return json_response(seen.report())

    async def show_engines(request: Request) -> Response:
        return json_response({"vectors": vectors_engine(options.vectors)})

    return Starlette(
        routes=[
            Route("/", _welcome),
            Route("/sandbox/seen", show_seen, methods=["GET", "DELETE"]),
            Route("/sandbox/engines", show_engines),
            Route("/sandbox/web/{name}", _web_page),
            results.route(),
            sophnet.mount(options, results),
            dify.mount(options),
            *teleai.mount(options),
        ],
        middleware=[
            Middleware(Journal, seen=seen, failed=envelope_response(500, "the sandbox failed")),
            Middleware(SwitchBoard, options=options),
        ],
        exception_handlers={
            Refused: _refuse,
            HTTPException: _refuse_path,
            Missing: _name_engine,
        },
    )


class SwitchBoard:
    """Puts the quirks and faults that hold for a request into its scope."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self.app = app
        self.options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            try:
                scope["switches"] = switches_for(self.options, Headers(scope=scope))
            except ValueError as error:
                await envelope_response(400, str(error))(scope, receive, send)
                return
        # What is to be done once the answer is over, in whatever way it ends.
        after = scope["after"] = []
        try:
            await self.app(scope, receive, send)
        finally:
            for end in after:
                end()


async def _welcome(request: Request) -> Response:
    version = metadata.version("sophnet-jupyter")
    told = {"name": "sophnet-jupyter sandbox", "version": version, "services": SERVICES}
    return json_response(told)


async def _web_page(request: Request) -> Response:
    # A page of the open web: a client that shows it a key has leaked the key.
    if "authorization" in request.headers:
        raise Refused(400, "a web reference must be fetched without the API key")
    return PlainTextResponse(f"The sandbox's page about {request.path_params['name']}.\n")


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    switches: Switches = request.scope["switches"]
    http = 200 if "error_200" in switches.quirks else error.http
    return envelope_response(http, error.message, status=error.status, headers=error.headers)


async def _name_engine(request: Request, error: Exception) -> Response:
    # Not 500: nothing is broken, and trying again will not help.
    return await _refuse(request, Refused(501, str(error)))


async def _refuse_path(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = "there is nothing at this path" if error.status_code == 404 else error.detail
    refused = Refused(error.status_code, message, headers=error.headers)
    return await _refuse(request, refused)
