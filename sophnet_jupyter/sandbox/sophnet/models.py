"""``GET /v1/models``: names that clients of the service used in 2026."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..server.refusal import Refused
from ..server.replies import json_response
from ..switches.options import Options

NAMES = """
DeepSeek-V4-Pro DeepSeek-V4-Flash DeepSeek-V3.2 DeepSeek-V3.2-Fast DeepSeek-V3.1 DeepSeek-V3.1-Fast
GLM-5.2 GLM-5.1 GLM-5 GLM-4.7 GLM-4.6 Kimi-K2.6 Kimi-K2.5 Kimi-K2-thinking Kimi-K2-0905
MiniMax-M3 MiniMax-M2.7 MiniMax-M2.5 MiniMax-M2.1 qwen3.7-max qwen3.6-flash qwen3.6-plus
Qwen3.5-397B-A17B Qwen3-235B-A22B Qwen3-VL-235B Qwen3-Coder LongCat-Flash-Chat Document-OSS-36B
gpt-5.4 custom:handbook
""".split()

VENDORS = {
    "qwen": "Qwen",
    "qwq": "Qwen",
    "deepseek": "deepseek-ai",
    "glm": "zai-org",
    "kimi": "moonshotai",
    "minimax": "MiniMaxAI",
}


def routes(options: Options) -> list[Route]:
    async def names(request: Request) -> Response:
        if "no_models" in request.scope["switches"].quirks:
            raise Refused(404, "there is nothing at this path")
        if options.upstream:
            from ..server.upstream import relay

            return await relay(request, options, "GET", "/models")
        return json_response({"data": [{"id": name} for name in NAMES]})

    return [Route("/v1/models", names)]


def require_model(name: str) -> None:
    """
    Raise Refused (404) for a name that begins with ``no-such``.

    The service fails for any model that is not enabled in the project. Here every
    other name is enabled, because users have models that no list has heard of.
    """
    if name.startswith("no-such"):
        raise Refused(404, f"model {name} is not found or not enabled in this project")


def with_vendor(name: str) -> str:
    """The name as the service repeats it when it puts the vendor in front."""
    vendor = next((v for start, v in VENDORS.items() if name.lower().startswith(start)), "vendor")
    return f"{vendor}/{name}"
