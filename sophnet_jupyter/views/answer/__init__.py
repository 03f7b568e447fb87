"""What a whole answer looks like, as HTML and in words."""

from .choice import bundle as bundle
from .context import Context as Context
