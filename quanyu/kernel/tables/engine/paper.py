"""Set one page from what stands on stdin, write the PDF to stdout; started by ``tables.paper``."""

import resource
import sys
from typing import Any

LACKING, SECONDS, MEMORY = 3, 60, 2**31


def main() -> int:
    """Set the page; return what went wrong as a number."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    try:
        from weasyprint import HTML  # noqa: PLC0415 - that it is missing is an answer
    except OSError as fault:
        sys.stderr.write(str(fault))
        return LACKING
    sys.stdout.buffer.write(HTML(string=sys.stdin.read(), url_fetcher=_nothing).write_pdf())
    return 0


def _nothing(url: str, *_more: Any, **_named: Any) -> Any:
    """Fetch nothing: a print is made of what is in it."""
    raise ValueError(f"a page asks for nothing from outside: {url}")


if __name__ == "__main__":
    sys.exit(main())
