"""
Keep keys out of log records: ours, and those of libraries.

Our loggers stand below ``sophnet_jupyter``. At INFO they tell a request's method, path, status,
milliseconds and request id; never a query, a body or a key. In a notebook:

    import logging
    logging.basicConfig()
    logging.getLogger("sophnet_jupyter").setLevel(logging.INFO)

The libraries of the network tell more at DEBUG, headers among it. They are everybody's, so they are
left as they are but for one thing: a filter takes the keys out.
"""

from __future__ import annotations

import logging

from .secret import scrub

# A filter holds for its own logger only, not for those below it: so they are all named.
GUARDED = """
httpx2
httpcore2.connection httpcore2.http11 httpcore2.http2 httpcore2.proxy httpcore2.socks
websockets.client websockets.server websockets.protocol
""".split()


class KeyFilter(logging.Filter):
    """
    A logging filter that removes every known key from a record: message, arguments, traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            said, parts = record.getMessage(), repr(record.args)
        except Exception:  # logging itself reports arguments that do not fit
            return True
        if scrub(said) != said or scrub(parts) != parts:
            record.msg, record.args = scrub(said), ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            if scrub(trace) != trace:
                record.exc_info, record.exc_text = None, scrub(trace)
        return True


_KEY_FILTER = KeyFilter()


def guard() -> None:
    """Install the filter for all libraries' loggers. Costs nothing until one logs."""
    for name in GUARDED:
        # Adding the same filter again changes nothing.
        logging.getLogger(name).addFilter(_KEY_FILTER)
