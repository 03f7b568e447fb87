"""TODO: what this package is, in a sentence."""

from .chat import Chat as Chat
