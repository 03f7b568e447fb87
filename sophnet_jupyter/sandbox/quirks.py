"""Odd forms the real service has been seen to take, each with a name to turn it on."""

from __future__ import annotations

from collections.abc import Iterable

from .options import UnknownSwitch

QUIRKS = {
    "error_200": "errors arrive with HTTP 200; only the body's status tells",
    "strict_params": "parameters the model does not take, or contradicting ones, are refused",
    "no_blank_line": "stream events follow each other without a blank line between",
    "no_last_blank_line": "the last stream event lacks its blank line",
    "no_done": "a stream ends after the finish reason, without [DONE]",
    "space": "stream lines read 'data: {...}', with a space",
    "empty_choices": "chunks without a choice stand between the others",
    "vendor_prefix": "the answer names the model with its vendor, as in Qwen/...",
    "refs_in_message": "references stand in the message, with ids, when not streaming",
    "whole_tool_call": "a tool call arrives in one chunk, without an index",
    "no_image_input": "images are refused: the model takes text only",
    "successed": "an image task is done as SUCCESSED, as one of the document's tables has it",
    "list_output": "the list of image tasks has rows like those of a single one",
    "image_error_200": "a refused image task is HTTP 200 with code and message at the top",
    "python_repr": "TeleAI streams dictionaries as Python prints them, as in its document",
    "bare_json": "TeleAI streams lines of JSON without 'data:'",
    "l_finish": "TeleAI's finish reasons are lstop and llength, as in its document",
    "no_event_name": "Dify's messages do not say that they are messages, as in its document",
    "moderated": "Dify withdraws half an answer, and puts a sentence of the app in its place",
    "autoplay": "Dify reads each answer aloud: its sound comes after the end of the text",
    "s3_errors": "Dify's store takes no upload: 503 s3_connection_failed",
    "old_annotation": "Dify's annotations as of old: 200 for a new one, 400 for an unknown job",
    "no_models": "there is no list of models (404)",
}


def parse(names: Iterable[str]) -> frozenset[str]:
    """The quirks called ``names``; raises UnknownSwitch for a name that is not one."""
    chosen = frozenset(names)
    for name in sorted(chosen - QUIRKS.keys()):
        raise UnknownSwitch("quirk", name, QUIRKS)
    return chosen
