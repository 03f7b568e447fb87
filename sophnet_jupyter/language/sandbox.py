"""What the sandbox says of an engine that is not there, or that cannot read what it was given."""

from __future__ import annotations

from ..language import mark

# As `sandbox.engines` writes them: a process of its own, which does not know who reads. A sentence
# stands before those that are a part of it.
SENTENCES = (
    mark(
        "this endpoint of the sandbox needs {package}, which is not installed: "
        "pip install pocketsphinx, with a C compiler, since it has no wheel for this Python"
    ),
    mark("this endpoint of the sandbox needs {package}, which is not installed: {command}"),
    mark("SOPHNET_SANDBOX_WHISPER is set, and faster-whisper is not installed: {command}"),
    mark(
        "SOPHNET_SANDBOX_WHISPER names {folder}, where there is no model.bin: it is a folder with "
        "a model for faster-whisper, or the name of one in the local cache, such as small"
    ),
    mark(
        "SOPHNET_SANDBOX_WHISPER={model} cannot be loaded ({why}), and the sandbox downloads "
        "nothing. This brings it: {command}"
    ),
    mark("the picture is {width} × {height} pixels large, {most} million pixels are taken"),
    mark("the picture has too many pixels"),
    mark("the bytes are no picture, or a broken one"),
    mark("input_images[{place}] is no picture"),
    mark("input_images[{place}] is too large"),
    mark("the file cannot be read as audio ({why})"),
    mark("the file has no audio track"),
    mark("the audio is longer than 5 hours"),
    mark("the audio is larger than 1 GB"),
    mark("format must read like MP3_16000HZ_MONO_128KBPS"),
    mark("format {name} has no sampling rate of {rate} Hz"),
    mark("format {name} has 16 bits a sample"),
    mark("format {name} ends with a bit rate, like 128KBPS"),
    mark("the sandbox has no reader for {kind}, though the service has: save it as docx"),
    mark("the {kind} is locked with a password, or of before 2007"),
    mark("the file is no {kind}, whatever it is called"),
    mark("the {kind} is locked with a password"),
    mark("the {kind} is broken and cannot be read"),
    mark("the text is in no letters that are known here"),
)
