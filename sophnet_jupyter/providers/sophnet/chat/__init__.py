"""Chat completions of SophNet."""

from .chat import Chat as Chat
