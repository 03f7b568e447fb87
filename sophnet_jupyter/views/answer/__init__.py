"""TODO: what this package is, in a sentence."""

from .answer import Context as Context
from .answer import bundle as bundle
