"""TeleAI's replies: gateway ids on everything, errors as HTTP 200 with a code."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from starlette.responses import Response

from ..server.replies import json_response

# The document's table.
MESSAGES = {
    "10001": "文件格式错误",
    "10002": "上传文件列表为空",
    "10003": "文件不存在",
    "10004": "参数不正确",
    "10005": "已存在同名文件",
    "10006": "生成服务调用文件服务失败",
    "10007": "下载待分析的文件失败",
    "10008": "分析失败",
    "10013": "没有找到对应uuid的文件",
    "10030": "请求参数错误",
}


class Declined(Exception):
    """
    Raised anywhere below the route; turned into an error reply with this code.

    ``why`` stands behind the document's words, to say what the sandbox in particular minds.
    """

    def __init__(
        self, code: str, why: str = "", *, http: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        said = ": ".join(filter(None, [MESSAGES.get(code, ""), why]))
        super().__init__(said)
        self.code = code
        self.message = said
        self.http = http
        self.headers = headers

    def response(self, trace: str) -> Response:
        # A string, of which a leading zero would count (docs/services/teleai.md#errors).
        body = {"code": self.code, "message": self.message}
        return json_response(body, self.http, headers={**gateway(trace), **(self.headers or {})})


def gateway(trace: str) -> dict[str, str]:
    """
    The headers with the ids of the gateway.

    See docs/services/teleai.md#hosts-and-headers.
    """
    plain = trace if trace.isascii() and trace.isprintable() else ""
    return {
        "Trace-Id": plain or uuid.uuid4().hex,
        "X-Cloud-Gateway-Request-Id": uuid.uuid4().hex,
    }
