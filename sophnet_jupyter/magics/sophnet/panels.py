"""The list of panels that ``%sophnet panels`` and ``%sophnet help`` show."""

from __future__ import annotations

from ...language import mark

# How each is made, and the first sentence of its help: here too, since a list of them must not
# import them all.
PANELS = {
    "ChatPanel()": mark(
        "A chat with a model: streamed answers, images and files by drop, stop, ask again, export."
    ),
    "Compare()": mark(
        "Ask several models, prompts or settings the same, and see the answers side by side."
    ),
    "HistoryPanel()": mark(
        "What was asked and answered: search while you type, read it beside the "
        "list, take it as a cell."
    ),
    "ImageStudio()": mark(
        "Describe an image, have several made, and go on with the best: reuse, take, animate."
    ),
    "VideoStudio()": mark(
        "Describe a video, drop an image that it begins with, choose a model, and watch the queue."
    ),
    "VoiceStudio()": mark(
        "Write texts, choose a voice and how it sounds, hear them, and keep them as files."
    ),
    "Microphone()": mark(
        "Press Start and speak: sentences appear while they are spoken, and stay."
    ),
    "VoiceChat()": mark(
        "Press Start and talk to a model: both sides appear as text, and the answer is heard."
    ),
    "RecordingPanel()": mark(
        "Drop a recording, watch it become text, and hear it beside its sentences."
    ),
    "DocumentViewer()": mark(
        "Drop a file in, or give a path, a pattern or an address; it is read by "
        "the service and shown."
    ),
    "ExcelAnalyst()": mark(
        "Choose workbooks, ask, watch the steps and the report, and keep it as Markdown or HTML."
    ),
    "DifyApp()": mark(
        "Fill in an app's form, run it, watch and hear its answer, rate it, and mind its "
        "annotations."
    ),
    "KnowledgePanel(service_id)": mark(
        "See and change what a custom model knows: its files, and its questions and answers."
    ),
    "Explorer(exploration)": mark(
        "A map that can be searched, selected from and read; any number of "
        "panels show one exploration."
    ),
    "TranscriptPlayer(response)": mark(
        "Hear a recording and follow its sentences: click one to jump "
        "there, search, see who speaks."
    ),
    "AudioPlayer()": mark(
        "Plays a stream of sound from its first bytes on, and keeps it to be heard again."
    ),
}
