"""TODO: what this package is, in a sentence."""

from .response import Arrival as Arrival
from .response import Response as Response
from .response import fold as fold
from .response import settle as settle
