"""A request that the sandbox does not accept, with the status it is answered with."""

from __future__ import annotations

from collections.abc import Container, Mapping


class Refused(Exception):
    """Raised anywhere below a route; becomes an envelope with this HTTP status."""

    def __init__(
        self,
        http: int,
        message: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.http = http
        self.message = message
        self.status = status or http
        self.headers = headers


def is_one_of(value: object, names: Container[str]) -> bool:
    """Whether a value of a request is a text and one of these; a list is looked up nowhere."""
    return isinstance(value, str) and value in names
