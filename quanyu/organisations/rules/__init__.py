"""What bodies may be, which of them comes first, and from when to when (组织规则)."""

from quanyu.organisations.rules.bodies import CODE, OFFICE_PHONE, WrongBody, check_body
from quanyu.organisations.rules.dates import (
    WrongDay,
    check_days,
    check_lasts,
    check_standing,
    check_stands,
)
from quanyu.organisations.rules.duties import (
    BASIS_WORDS,
    PART,
    Basis,
    Holder,
    WrongDuty,
    check_basis,
    check_class,
    check_place,
    choose,
    is_part,
    order,
    prefixes,
)
from quanyu.organisations.rules.keeping import AlreadyThere, NotKeeper
from quanyu.organisations.rules.kinds import KIND_WORDS, PARTY, BodyKind

__all__ = [
    "BASIS_WORDS",
    "CODE",
    "KIND_WORDS",
    "OFFICE_PHONE",
    "PART",
    "PARTY",
    "AlreadyThere",
    "Basis",
    "BodyKind",
    "Holder",
    "NotKeeper",
    "WrongBody",
    "WrongDay",
    "WrongDuty",
    "check_basis",
    "check_body",
    "check_class",
    "check_days",
    "check_lasts",
    "check_place",
    "check_standing",
    "check_stands",
    "choose",
    "is_part",
    "order",
    "prefixes",
]
