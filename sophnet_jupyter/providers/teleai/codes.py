"""TeleAI's error codes, with the meaning of each and advice."""

from __future__ import annotations

from dataclasses import dataclass

from ...language import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """``status`` is the HTTP status it would have had: the service sends 200 with all of them."""

    status: int
    chinese: str
    english: str
    advice: str


# The table of the document. 10004 and 10030 mean the same, 10003 and 10013 nearly
# (docs/services/teleai.md#errors, row T13).
_NO_FILE = mark("Check the uuid, and that the file was uploaded under the same app id.")
# The document's own words for these two name no argument.
_ARGUMENT = mark(
    "Change the argument it names; where it names none, ask again without max_tokens, top_p and "
    "temperature."
)
CODES = {
    "10001": ErrorCode(
        status=400,
        chinese="文件格式错误",
        english="the file's format is wrong",
        advice=mark("Save it as .xlsx in Excel, upload that, and use its new uuid."),
    ),
    "10002": ErrorCode(
        status=400,
        chinese="上传文件列表为空",
        english="the list of files is empty",
        advice=mark("Name at least one file."),
    ),
    "10003": ErrorCode(
        status=404, chinese="文件不存在", english="the file does not exist", advice=_NO_FILE
    ),
    "10004": ErrorCode(
        status=400, chinese="参数不正确", english="a parameter is wrong", advice=_ARGUMENT
    ),
    "10005": ErrorCode(
        status=409,
        chinese="已存在同名文件",
        english="a file of this name exists already",
        advice=mark("Use the uuid of that file, or upload yours under another name."),
    ),
    "10006": ErrorCode(
        status=502,
        chinese="生成服务调用文件服务失败",
        english="the file service did not answer the analysis",
        advice=mark("Its fault, not yours: try again in a while."),
    ),
    "10007": ErrorCode(
        status=502,
        chinese="下载待分析的文件失败",
        english="the file could not be fetched for the analysis",
        advice=mark("Try again in a while; if it persists, upload the file anew."),
    ),
    "10008": ErrorCode(
        status=500,
        chinese="分析失败",
        english="the analysis failed",
        advice=mark("Try again, with a simpler question or fewer files."),
    ),
    "10013": ErrorCode(
        status=404,
        chinese="没有找到对应uuid的文件",
        english="no file has this uuid",
        advice=_NO_FILE,
    ),
    "10030": ErrorCode(
        status=400,
        chinese="请求参数错误",
        english="a parameter of the request is wrong",
        advice=_ARGUMENT,
    ),
}
# 10000 is the document's word for success, though its samples of success show no code at all.
FINE = {"10000", "0"}
