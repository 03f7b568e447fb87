"""What users thought of answers (docs/services/dify.md#feedback)."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .refusals import Refused, answer, body_of, invalid, user_of, whole_number
from .shelf import Opinion, Shelf, put

APP_ID = "f252d396-fe48-450e-94ec-e184218e7346"


def routes(shelf: Shelf) -> list[Route]:
    async def rate(request: Request) -> Response:
        body = await body_of(request)
        user, rating, content = user_of(body), body.get("rating"), body.get("content")
        if rating not in ("like", "dislike", None):
            raise invalid("rating must be one of like, dislike", "rating")
        if content is not None and not isinstance(content, str):
            raise invalid("content must be a string", "content")
        message = shelf.messages.get(request.path_params["id"])
        if message is None or message.user != user:
            raise Refused(404, "not_found", "Message Not Exists.")
        key = f"{user} {message.id}"
        shelf.opinions.pop(key, None)
        if rating:
            opinion = Opinion(message_id=message.id, user=user, rating=rating, content=content)
            put(shelf.opinions, key, opinion)
        return answer({"result": "success"})

    async def listed(request: Request) -> Response:
        page = whole_number(request, "page", 1, 1, 10**6)
        limit = whole_number(request, "limit", 20, 1, 101)
        newest = [*reversed(shelf.opinions.values())]
        # No total and no has_more: the next page is empty, and that is all one is told.
        return answer({"data": [_told(each) for each in newest[(page - 1) * limit :][:limit]]})

    return [
        Route("/messages/{id}/feedbacks", rate, methods=["POST"]),
        Route("/app/feedbacks", listed),
    ]


def _told(opinion: Opinion) -> dict[str, object]:
    # Without a zone, unlike all other times of this service.
    said = datetime.fromtimestamp(opinion.created_at, UTC).replace(tzinfo=None).isoformat()
    return {
        "id": opinion.id,
        "app_id": APP_ID,
        "conversation_id": "2397604b-9deb-430e-b285-4726e51fd62d",
        "message_id": opinion.message_id,
        "rating": opinion.rating,
        "content": opinion.content,
        "from_source": "user",
        "from_end_user_id": "74286412-9a1a-42c1-929c-01edb1d381d5",
        "from_account_id": None,
        "created_at": said,
        "updated_at": said,
    }
