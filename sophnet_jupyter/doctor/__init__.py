"""
Diagnosis with advice: ``%sophnet doctor`` and ``sophnet-jupyter doctor``.

Each check ends within five seconds, none raises, and those that need nothing from each other run at
the same time. What the network checks learn, they learn in the order in which a request meets it:
name, port, certificate, key. Behind the first that fails, the others would only repeat it.
"""

from .examination import examine as examine
from .finding import Finding as Finding
from .finding import all_passed as all_passed
from .report import report as report
