"""In which way a file of text is written: UTF-8, or what a Chinese Windows writes (字符编码)."""

import codecs
from collections.abc import Iterable

UTF_8 = "utf-8-sig"
GB_18030 = "gb18030"


def encoding_of(parts: Iterable[bytes]) -> str:
    """Return how a file is to be read, of which the bytes come part by part.

    What was cut off within a sign is UTF-8 still: read the other way it would be other signs.
    """
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for part in parts:
            decoder.decode(part)
    except UnicodeDecodeError:
        return GB_18030
    return UTF_8
