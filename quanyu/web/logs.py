"""What the log may not hold (日志脱敏)."""

import logging
import re

BEARER = re.compile(r"(/(?:follow|public/reports|photo|desk/welcome)/)[^\"'\n]+")
"""What follows is a code that opens a matter, or an account, to whoever reads it."""


class Discreet(logging.Filter):
    """Strike out follow codes, one-time links and signed addresses wherever a path is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the shortened message in the place of the whole."""
        told = record.getMessage()
        if BEARER.search(told):
            record.msg, record.args = BEARER.sub(r"\1…", told), ()
        return True
