"""
Dify's error codes: the HTTP status and the advice for each (docs/services/dify.md#errors;
docs/services/dify.md#completion).

The set is open: a code that is not here is judged by its status alone.
"""

from __future__ import annotations

from ...language import mark

# Statuses of codes that may come inside HTTP 200, where no status is named beside them.
STATUS = {
    "unauthorized": 401,
    "invalid_param": 400,
    "app_unavailable": 400,
    "provider_not_initialize": 400,
    "provider_quota_exceeded": 400,
    "model_currently_not_support": 400,
    "completion_request_error": 400,
    "too_many_requests": 429,
    "rate_limit_error": 429,
    "unprocessable_entity": 422,
    "not_found": 404,
    "internal_server_error": 500,
    "unknown": 500,
}

_USED = mark("Only a file that a message of this app has used can be fetched: ask with it first.")
_SLOW = mark("A gateway gave up on waiting for the whole answer: let it stream (stream=True).")
_STORE = mark(
    "Dify's file store failed; its administrator has to look. A remote URL needs no upload."
)

# Replaced by what the key was set by, where that is known.
KEY = mark("the one in use")

ADVICE = {
    "unauthorized": mark(
        "Each app has a key of its own, on its page API Access: check the one in use."
    ),
    "invalid_param": mark(
        "Compare the inputs with await client.dify.parameters(), or %dify parameters."
    ),
    "unprocessable_entity": mark("Change the argument it names, and ask again."),
    "app_unavailable": mark(
        "Open the app in Dify's console: it must be a text-generation app with a model, published."
    ),
    "provider_not_initialize": mark(
        "In Dify's console, give the model's provider its credentials."
    ),
    "provider_quota_exceeded": mark(
        "Dify's hosted quota is used up: add a provider key of your own."
    ),
    "model_currently_not_support": mark(
        "Open the app in Dify's console and choose a model that is available."
    ),
    "completion_request_error": mark(
        "The model refused: shorten the inputs, or change the app's model."
    ),
    "too_many_requests": mark("Too many run at once: wait for one to end, or ask fewer at a time."),
    "rate_limit_error": mark("Wait a little, or raise the limit in Dify's console."),
    "app_not_found": mark("The app is gone: take the key of another one."),
    "app_abnormal_status": mark("Open the app in Dify's console: it is not running."),
    "app_api_disabled": mark("Open the app in Dify's console and switch its API on."),
    "workspace_archived": mark("The workspace is archived: ask its owner."),
    "not_found": mark("Check the id, and that it is of this app and this user."),
    "no_file_uploaded": mark("Name one file."),
    "too_many_files": mark("Upload the files one by one."),
    "file_too_large": mark("Make it smaller; %dify parameters shows the limits."),
    "unsupported_file_type": mark(
        "This app does not take such a file; %dify parameters shows which."
    ),
    "unsupported_preview": mark("Download it in place of a preview."),
    "unsupported_estimate": mark("Upload a file of another type."),
    "s3_connection_failed": _STORE,
    "s3_permission_denied": _STORE,
    "s3_file_too_large": mark("Dify's file store takes no file of that size: make it smaller."),
    "file_access_denied": _USED,
    "file_not_found": _USED,
}

BY_STATUS = {
    401: ADVICE["unauthorized"],
    403: mark("The key may not do this: take the app's own key; annotations need an editor's app."),
    404: mark("Check the id and DIFY_BASE_URL, which ends in /v1."),
    413: ADVICE["file_too_large"],
    415: ADVICE["unsupported_file_type"],
    429: ADVICE["too_many_requests"],
    504: _SLOW,
    # Cloudflare's own, in front of Dify's cloud: nothing came within 100 seconds
    # (docs/services/dify.md#completion, row D32).
    524: _SLOW,
}


def advice(code: str, status: int) -> str | None:
    """The advice for an error; None where the error's class has a better one."""
    return ADVICE.get(code) or BY_STATUS.get(status)
