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
    "first_wins": "a judge of two answers prefers the one that it is shown first",
    "schema_once": "the first answer to a schema does not fit it; the corrected one does",
    "whole_tool_call": "a tool call arrives in one chunk, without an index",
    "no_image_input": "images are refused: the model takes text only",
    "video_id_json": "the id of a new video task is a JSON string, not plain text",
    "video_id_object": "the id of a new video task is in an object, as taskId",
    "video_data": "a new video task of the newer path is {code: 0, data: {task_id}}",
    "video_none": "a running video task names an address that ends in /None",
    "video_output": "a failed video task tells its reason as output.code and output.message",
    "list_envelope": "the list of video tasks is the result of an envelope",
    "successed": "an image or video task is done as SUCCESSED, as in a table of the document",
    "list_output": "the list of image or video tasks has rows like those of a single one",
    "image_error_200": "a refused image task is HTTP 200 with code and message at the top",
    "position_array": "OCR gives the place of a block as four numbers, not as text",
    "task_id": "a transcription is named by task_id, as in the tables, not by taskId",
    "upper_status": "the status of a transcription is in capital letters",
    "shuffled": "embeddings come in another order than their inputs, told by their index",
    "python_repr": "TeleAI and voice stream dictionaries as Python prints them, as documented",
    "bare_json": "TeleAI, and chat with voice, stream lines of JSON without 'data:'",
    "audio_dict": "chat with voice and voice chat have their sound as audioFrame.array",
    "chat_update_echo": "voice chat answers chat.update with chat.update, as in a table",
    "data_frames": "voice chat sends words and sound as 'data:{...}', as chat with voice does",
    "head_each_text": "the sound of each text begins with a head of its own",
    "l_finish": "TeleAI's finish reasons are lstop and llength, as in its document",
    "no_event_name": "Dify's messages do not say that they are messages, as in its document",
    "moderated": "Dify withdraws half an answer, and puts a sentence of the app in its place",
    "autoplay": "Dify reads each answer aloud: its sound comes after the end of the text",
    "s3_errors": "Dify's store takes no upload: 503 s3_connection_failed",
    "old_annotation": "Dify's annotations as of old: 200 for a new one, 400 for an unknown job",
    "scripted_speech": "live speech: samples of the value N are heard as the word N",
    "words_objects": "live speech: words are a list of objects",
    "words_json": "live speech: words are such a list as JSON text",
    "words_string": "live speech: words are a list as Java prints it, in one text",
    "words_null": "live speech: words are null",
    "not_enabled": "a new knowledge file ends as NOT_ENABLED, and is not searched",
    "small_limits": "limits that no document names: n up to 4, 3 pictures to change, 100 steps, "
    "texts of 500 characters to say, 15 minutes of a recording",
    "no_models": "there is no list of models (404)",
}


def parse(names: Iterable[str]) -> frozenset[str]:
    """The quirks called ``names``; raises UnknownSwitch for a name that is not one."""
    chosen = frozenset(names)
    for name in sorted(chosen - QUIRKS.keys()):
        raise UnknownSwitch("quirk", name, QUIRKS)
    return chosen
