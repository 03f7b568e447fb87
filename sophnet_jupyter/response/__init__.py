"""What an answer settles to: one value for every kind of service."""

from .arrival import Arrival as Arrival
from .arrival import settle as settle
from .folding import fold as fold
from .response import Response as Response
