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

# Names of the documents, and of clients of earlier years.
EARLIER = """
DeepSeek-V3 DeepSeek-V3-Fast DeepSeek-R1 DeepSeek-R1-0528 DeepSeek-R1-Distill-Qwen-32B DeepSeek-OCR
DeepSeek-R1-Distill-Qwen-7B DeepSeek-R1-Distill-Llama-70B DeepSeek-Prover-V2 DeepSeek-v3 QwQ-32B
GLM-4 GLM-4.5 GLM-4.5V GLM-4-9B-chat Kimi-K2 Kimi-K2-Instruct Kimi-VL-A3B-Thinking
Qwen3-32B Qwen3-14B Qwen3-235B-A22B-Instruct-2507 Qwen2.5-32B-Instruct Qwen2.5-72B-Instruct
Qwen2.5-7B-Instruct Qwen2.5-VL-7B-Instruct Qwen2.5-VL-32B-Instruct Qwen2.5-VL-72B-Instruct
Qwen2-VL-7B-Instruct Qwen2-VL-72B-Instruct Qwen-Image Qwen-Image-2 Qwen-Image-Plus Qwen-Image-Edit
Qwen-Image-Edit-2509 MiniMaxHailuo2.3 MiniMax-Hailuo-02
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
    Raise Refused (404) for a model that is not enabled: a misspelt one, or one of nobody.

    The service fails for any model that is not enabled in the project. Here that is every name of a
    known family that no list has, and what begins with ``no-such``. Other names are enabled: users
    have models of their own.
    """
    plain = name.rpartition("/")[2].lower()
    known = plain in _KNOWN or ":" in plain
    if plain.startswith("no-such") or (plain.startswith(_FAMILIES) and not known):
        raise Refused(404, f"model {name} is not found or not enabled in this project")


_KNOWN = {name.lower() for name in (*NAMES, *EARLIER)}
_FAMILIES = (*VENDORS, "longcat", "gpt-")


def with_vendor(name: str) -> str:
    """The name as the service repeats it when it puts the vendor in front."""
    vendor = next((v for start, v in VENDORS.items() if name.lower().startswith(start)), "vendor")
    return f"{vendor}/{name}"
