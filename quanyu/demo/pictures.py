"""A dozen small pictures, drawn: a lamp, a pothole, a bin (示例图片)."""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

Pen = ImageDraw.ImageDraw
WIDE, HIGH = 960, 720
_SKY, _NIGHT = (203, 219, 232), (38, 46, 62)
_WALL, _ROAD, _KERB = (214, 205, 190), (112, 116, 120), (158, 156, 150)
_GREEN, _RUST, _DARK, _PALE = (118, 150, 98), (150, 92, 62), (52, 52, 56), (236, 232, 222)


def _street(pen: Pen, *, sky: tuple[int, int, int] = _SKY) -> None:
    pen.rectangle((0, 0, WIDE, HIGH), fill=sky)
    for left, top, wide in ((0, 130, 300), (310, 60, 240), (560, 170, 400)):
        pen.rectangle((left, top, left + wide, 430), fill=_WALL, outline=_KERB, width=3)
        for x in range(left + 24, left + wide - 30, 56):
            for y in range(top + 24, 400, 66):
                pen.rectangle((x, y, x + 28, y + 38), fill=(150, 168, 182))
    pen.rectangle((0, 430, WIDE, 480), fill=_GREEN)
    pen.rectangle((0, 480, WIDE, 520), fill=_KERB)
    pen.rectangle((0, 520, WIDE, HIGH), fill=_ROAD)
    for x in range(20, WIDE, 150):
        pen.rectangle((x, 618, x + 80, 628), fill=_PALE)


def _lamp(pen: Pen) -> None:
    _street(pen, sky=_NIGHT)
    pen.rectangle((462, 90, 480, 500), fill=_DARK)
    pen.line((471, 96, 620, 80), fill=_DARK, width=12)
    pen.ellipse((590, 66, 680, 106), fill=(90, 90, 94))


def _pothole(pen: Pen) -> None:
    _street(pen)
    pen.ellipse((300, 560, 640, 690), fill=(66, 64, 62), outline=(92, 88, 84), width=10)
    pen.ellipse((360, 590, 590, 670), fill=(84, 96, 108))
    pen.line((640, 620, 790, 580, 850, 596), fill=(80, 78, 76), width=6)


def _bin(pen: Pen) -> None:
    _street(pen)
    pen.rectangle((400, 360, 560, 580), fill=(58, 104, 84), outline=_DARK, width=5)
    pen.polygon(((384, 360), (576, 352), (566, 320), (396, 328)), fill=(46, 84, 68))
    for x, y, size in ((330, 560, 60), (560, 548, 80), (470, 590, 70), (640, 590, 54)):
        pen.ellipse((x, y, x + size, y + size * 3 // 4), fill=_DARK)
    pen.rectangle((300, 600, 372, 640), fill=_RUST)


def _manhole(pen: Pen) -> None:
    _street(pen)
    pen.ellipse((360, 560, 620, 690), fill=_DARK, outline=_RUST, width=14)
    pen.pieslice((360, 560, 620, 690), 200, 320, fill=(96, 92, 88))
    for x in range(400, 600, 40):
        pen.line((x, 580, x, 660), fill=(120, 116, 110), width=5)


def _cone(pen: Pen) -> None:
    _street(pen)
    pen.ellipse((250, 580, 560, 690), fill=(70, 66, 60))
    for left in (200, 520):
        pen.polygon(((left, 620), (left + 90, 620), (left + 55, 440), (left + 35, 440)), fill=_RUST)
        pen.rectangle((left + 20, 520, left + 70, 548), fill=_PALE)


def _tree(pen: Pen) -> None:
    _street(pen)
    pen.polygon(((430, 500), (480, 500), (600, 250), (560, 240)), fill=_RUST)
    for x, y in ((520, 130), (600, 100), (660, 170), (560, 200)):
        pen.ellipse((x, y, x + 170, y + 140), fill=(92, 128, 78))


def _cars(pen: Pen) -> None:
    _street(pen)
    for left, colour in ((60, _PALE), (360, (94, 110, 134)), (660, _RUST)):
        pen.rectangle((left, 500, left + 240, 570), fill=colour)
        pen.polygon(
            ((left + 40, 500), (left + 80, 440), (left + 180, 440), (left + 210, 500)), fill=colour
        )
        for wheel in (left + 30, left + 160):
            pen.ellipse((wheel, 545, wheel + 54, 599), fill=_DARK)


def _stall(pen: Pen) -> None:
    _street(pen)
    pen.polygon(((240, 380), (640, 380), (680, 450), (200, 450)), fill=_RUST)
    pen.rectangle((240, 520, 640, 570), fill=_WALL)
    for x in range(260, 620, 60):
        pen.ellipse((x, 486, x + 46, 532), fill=_GREEN)
    pen.line((240, 450, 240, 610), fill=_DARK, width=8)
    pen.line((640, 450, 640, 610), fill=_DARK, width=8)


def _water(pen: Pen) -> None:
    _street(pen)
    pen.ellipse((120, 520, 860, 700), fill=(126, 148, 164))
    pen.ellipse((240, 560, 700, 670), fill=(146, 166, 180))
    for x in (300, 480, 620):
        pen.arc((x, 590, x + 90, 630), 180, 360, fill=_PALE, width=4)


def _stairs(pen: Pen) -> None:
    pen.rectangle((0, 0, WIDE, HIGH), fill=(196, 192, 184))
    for step in range(7):
        pen.rectangle((80, 660 - step * 70, 620, 720 - step * 70), fill=(168 - step * 6,) * 3)
    for left, top, size in ((620, 420, 150), (680, 320, 110), (640, 540, 190), (790, 460, 120)):
        box = (left, top, left + size, top + size)
        pen.rectangle(box, fill=(172, 138, 96), outline=_RUST, width=4)


def _wires(pen: Pen) -> None:
    _street(pen)
    for x in (170, 780):
        pen.rectangle((x, 90, x + 16, 520), fill=_DARK)
    for sag in (0, 60, 140, 300):
        pen.arc((178, 20 - sag, 790, 260 + sag), 0, 180, fill=_DARK, width=5)


def _swing(pen: Pen) -> None:
    _street(pen)
    pen.line((300, 540, 380, 260, 660, 260, 740, 540), fill=(72, 116, 150), width=16)
    pen.line((450, 262, 450, 470), fill=_DARK, width=5)
    pen.line((590, 262, 622, 500), fill=_DARK, width=5)
    pen.rectangle((420, 470, 490, 484), fill=_RUST)


_DRAWN: dict[str, Callable[[Pen], None]] = {
    "lamp": _lamp,
    "pothole": _pothole,
    "bin": _bin,
    "manhole": _manhole,
    "cone": _cone,
    "tree": _tree,
    "cars": _cars,
    "stall": _stall,
    "water": _water,
    "stairs": _stairs,
    "wires": _wires,
    "swing": _swing,
    "done": _street,
}
NAMES = tuple(_DRAWN)

# The first that fits wins; a class of neither list gets the cone.
_FITS = (
    ("lamp", ("路灯", "地灯", "景观灯", "霓虹")),
    ("manhole", ("井盖", "箅子", "井")),
    ("pothole", ("道路破损", "塌陷", "掘路", "河堤", "天桥", "跨河桥")),
    ("bin", ("垃圾", "遗撒", "道路不洁", "绿地脏乱", "废品", "公共厕所", "环境卫生")),
    ("tree", ("树", "绿地", "花", "古树")),
    ("cars", ("机动车", "车辆", "停车", "黑车")),
    ("stall", ("游商", "店外", "烧烤", "占道", "广告", "油烟")),
    ("water", ("水", "积雪", "喷泉", "防汛")),
    ("stairs", ("堆", "安全隐患", "家具", "搭建")),
    ("wires", ("线", "电力", "通讯")),
    ("swing", ("健身", "坐椅", "雕塑")),
)


def fitting(name: str) -> str:
    """Return the picture that goes with a class of this name."""
    return next((picture for picture, words in _FITS if any(w in name for w in words)), "cone")


@cache
def draw(name: str) -> bytes:
    """Draw one picture as a JPEG; the same name always gives the same bytes."""
    image = Image.new("RGB", (WIDE, HIGH))
    pen = ImageDraw.Draw(image)
    _DRAWN[name](pen)
    pen.text((24, HIGH - 32), "Quanyu demo", fill=_PALE)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=70)
    return held.getvalue()
