"""Let what a request brings flow to the disk, and no further than the limit (上传)."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class ToDisk(TemporaryFileUploadHandler):
    """Writes each file to the disk in small pieces; past the limit it only counts.

    A file over the limit arrives with its true size and is refused by its name, and neither memory
    nor disk ever held it.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        """Write one piece, unless the file is already over the limit."""
        if start + len(raw_data) <= settings.QUANYU_FILE_BYTES:
            super().receive_data_chunk(raw_data, start)
