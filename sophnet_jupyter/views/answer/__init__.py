"""Render a whole answer as HTML and plain text."""

from .choice import bundle as bundle
from .context import Context as Context
