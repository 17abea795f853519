"""How large a web worker grows over mixed requests with uploads (进程内存)."""

import io
import json
import os
import random
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from itertools import cycle, islice
from uuid import uuid4

from PIL import Image

from quanyu.bench import ground
from quanyu.bench.ground import Server, tell
from quanyu.bench.intake import AT_ONCE, POINT, TEXT

REQUESTS = 1_000
MOST_MB = 150
SIZE = (1600, 1200)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PAGES = (
    "/",
    "/report",
    "/follow",
    "/desk/sign-in",
    "/api/v1/openapi.json",
    "/map/tiles/any/14/13527/6653.mvt",
)


def run(*, requests: int = REQUESTS) -> dict[str, object]:
    """Send pages, reports and reports with pictures, print one JSON object, and return it."""
    tell("limits on reports are raised for this measurement; each report is still counted")
    with ground.opened() as city, city.server() as server:
        at_first = _largest(server)
        shares = [requests // AT_ONCE + (n < requests % AT_ONCE) for n in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            failed = sum(pool.map(lambda share: Visitor(server).act(share), shares))
        largest = _largest(server)
    result: dict[str, object] = {
        "bench": "memory",
        "requests": requests,
        "errors": failed,
        "worker_mb_at_first": at_first,
        "worker_mb": largest,
        "most_mb": MOST_MB,
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    return result


def _largest(server: Server) -> float:
    """Return the largest worker's resident memory in MB, private and shared together."""
    return round(max(one.memory_info().rss for one in server.workers()) / 2**20, 1)


class Visitor:
    """Somebody with a browser: opens pages, reports with and without a picture, by turns."""

    def __init__(self, server: Server) -> None:
        self._root = f"http://127.0.0.1:{server.port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._browser = urllib.request.build_opener(jar)
        self._picture = _picture()

    def act(self, requests: int) -> int:
        """Send as many requests; return how many failed."""
        turns: list[Callable[[], bytes]] = [
            *(lambda page=page: self._get(page) for page in PAGES),
            self._report_by_api,
            self._report_with_picture,
        ]
        self._get("/report")
        return sum(not self._went_well(turn) for turn in islice(cycle(turns), requests))

    @staticmethod
    def _went_well(turn: Callable[[], bytes]) -> bool:
        try:
            turn()
        except urllib.error.URLError as fault:
            tell(str(fault))
            return False
        return True

    def _get(self, page: str) -> bytes:
        return self._sent(page)

    def _report_by_api(self) -> bytes:
        body = json.dumps({"text": TEXT, "lon": POINT[0], "lat": POINT[1]}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        return self._sent("/api/v1/public/reports", body, headers)

    def _report_with_picture(self) -> bytes:
        """Fill in the residents' form and send it with a picture of a phone's size."""
        token = TOKEN.search(self._get("/report").decode())
        given = {"text": TEXT, "lon": str(POINT[0]), "lat": str(POINT[1]), "key": str(uuid4())}
        given["csrfmiddlewaretoken"] = token[1] if token else ""
        border = uuid4().hex
        lead = f'--{border}\r\nContent-Disposition: form-data; name="'
        parts = [f'{lead}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in given.items()]
        head = f'{lead}photos"; filename="1.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"".join([*parts, head.encode(), self._picture, f"\r\n--{border}--\r\n".encode()])
        headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
        return self._sent("/report", body, headers)

    def _sent(
        self, page: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        asked = urllib.request.Request(self._root + page, body, dict(headers or {}))  # noqa: S310 - our own server
        with self._browser.open(asked, timeout=60) as answer:
            found: bytes = answer.read()
        return found


def _picture() -> bytes:
    """Return a picture that does not press small, as one of a phone does not."""
    small = Image.frombytes("RGB", (160, 120), random.randbytes(160 * 120 * 3))  # noqa: S311
    kept = io.BytesIO()
    small.resize(SIZE).save(kept, "JPEG", quality=92, comment=os.urandom(16))
    return kept.getvalue()
