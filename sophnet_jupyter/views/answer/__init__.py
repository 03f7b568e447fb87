"""TODO: what this package is, in a sentence."""

from .answer import bundle as bundle
from .context import Context as Context
