"""The unified social credit code of a legal body (统一社会信用代码, GB 32100)."""

from typing import Final

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""3 to the power of the position, modulo 31."""

CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONG: Final = 18

KINDS: Final = frozenset(
    first + second
    for first, seconds in {
        "1": "1239",
        "2": "19",
        "3": "123459",
        "4": "19",
        "5": "123459",
        "6": "129",
        "7": "129",
        "8": "19",
        "9": "123",
        "A": "19",
        "N": "1239",
        "Y": "1",
    }.items()
    for second in seconds
)
"""The first two characters: registering office and kind; 54 and 55 are an older allocation that
villages' and residents' committees bear."""


class WrongCredit(Invalid):
    """A text that is no unified social credit code."""


def check_character(first: str) -> str:
    """Return the character that must follow the first seventeen."""
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def check_credit(code: str, *, verified: str = "") -> None:
    """Refuse what is no such code; "" is allowed, for bodies that are no legal persons.

    :param verified: why a code whose last character is wrong is right all the same: somebody read
        it in the register; registers hold such codes (domain.md section 2.2)
    :raises WrongCredit: if so
    """
    if not code:
        return
    strange = sorted({sign for sign in code if sign not in ALPHABET})
    if len(code) != LONG or strange:
        raise WrongCredit(
            _("统一社会信用代码为 18 位，只用数字和大写字母（不用 I、O、S、V、Z）"),
            field="uscc",
            value=code,
        )
    if code[:2] not in KINDS:
        raise WrongCredit(
            _("统一社会信用代码的前两位不在登记管理部门与机构类别之列"),
            field="uscc",
            value=code[:2],
            allowed=sorted(KINDS),
        )
    if code[-1] != check_character(code[:-1]) and not verified.strip():
        raise WrongCredit(
            _("统一社会信用代码的校验位不符；如登记证上确为此号，请写明核对情况"),
            field="uscc",
            value=code,
        )


def agrees_inside(code: str) -> bool:
    """Tell whether digits 9 to 17, the older organisation code (GB 11714), agree in themselves."""
    body, last = code[8:16], code[16]
    total = sum(
        LETTERS.index(sign) * weight for sign, weight in zip(body, CODE_WEIGHTS, strict=True)
    )
    return last == "0123456789X0"[11 - total % 11]
