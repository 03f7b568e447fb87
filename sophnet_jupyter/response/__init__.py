"""TODO: what this package is, in a sentence."""

from .arrival import Arrival as Arrival
from .arrival import settle as settle
from .folding import fold as fold
from .response import Response as Response
