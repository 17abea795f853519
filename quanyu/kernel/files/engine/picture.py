"""Decode one picture and write it anew, twice; started by ``remake`` as a process of its own."""

import io
import json
import os
import resource
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from quanyu.kernel.files.engine import DAMAGED, NO_ROOM, SECONDS, TOO_LARGE
from quanyu.kernel.files.rules import LONGEST_SIDE, MOST_PIXELS, THUMBNAIL_SIDE

MEMORY = 2 * 2**30
QUALITY = 85
WHITE = (255, 255, 255)


def main(raw: Path, full: Path, thumbnail: Path) -> int:
    """Write both pictures, print the size of the first; return what went wrong as a number."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    os.nice(5)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    data = raw.read_bytes()
    try:
        picture = decode(data)
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_LARGE
    except Exception:
        return DAMAGED
    try:
        _write(picture, full)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        size = json.dumps({"width": picture.info["width"], "height": picture.info["height"]})
        _write(picture, thumbnail)
    except OSError as fault:
        sys.stderr.write(str(fault))
        return NO_ROOM
    sys.stdout.write(size)
    return 0


def decode(data: bytes) -> Image.Image:
    """Return the picture upright, in sRGB, on white, no side over the limit, and nothing else."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as source:
        # A JPEG is decoded at a fraction of its size when that is enough: less memory and time.
        source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        source.load()
        profile = source.info.get("icc_profile")
        picture: Image.Image = ImageOps.exif_transpose(source)
    picture = _in_srgb(_flat(picture), profile)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.info = {"width": clean.width, "height": clean.height}
    return clean


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGB", "CMYK"}:
        return picture
    if picture.mode.startswith("I;16") or picture.mode == "I":
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in picture.info:
        above = picture.convert("RGBA")
        below = Image.new("RGB", above.size, WHITE)
        below.paste(above, mask=above.getchannel("A"))
        return below
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Turn the colours of a phone's own space into the web's, since its profile is not kept."""
    if profile:
        try:
            own, web = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, own, web, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return picture.convert("RGB")


def _write(picture: Image.Image, path: Path) -> None:
    picture.save(path, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=None)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:4])))
