"""The knowledge of a custom model as values: files, their contents, and rows of a Q&A table."""

from __future__ import annotations

import msgspec


class KnowledgeFile(msgspec.Struct, frozen=True, kw_only=True):
    """
    One file of a custom model.

    ``state`` is the service's word: ``UPLOADING``, then ``ENABLED``, ``NOT_ENABLED`` or ``ERROR``.
    Only what is ``ENABLED`` is searched. ``created`` is an ISO time.
    """

    id: str
    title: str = ""
    state: str = ""
    snippet: str = ""
    created: str = ""
    sandbox: bool = False


class KnowledgeContent(msgspec.Struct, frozen=True, kw_only=True):
    """What the service has read out of a file. ``download_url`` opens only with the key."""

    id: str
    title: str = ""
    content: str = ""
    download_url: str = ""
    created: str = ""
    sandbox: bool = False


class Qa(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the Q&A table of a custom model."""

    id: str
    question: str = ""
    answer: str = ""
    created: str = ""
    sandbox: bool = False
