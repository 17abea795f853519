"""From which day to which day a body stands and a duty holds (起止日期)."""

from datetime import date

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _


class WrongDay(Refusal):
    """A duty ends after it begins, and within its body's time."""


def check_days(start: date, end: date, *, field: str = "end") -> None:
    """Refuse an end that is not after the start.

    :raises WrongDay: if so
    """
    if end <= start:
        raise WrongDay(
            _("结束日期须晚于开始日期{start}"),
            field=field,
            value=end.isoformat(),
            start=start.isoformat(),
        )


def check_lasts(start: date, end: date | None) -> None:
    """Refuse a body that would end before it began.

    :raises WrongDay: if so
    """
    if end is not None and end <= start:
        raise WrongDay(
            _("撤销日期须晚于设立日期{start}"),
            field="end",
            value=end.isoformat(),
            start=start.isoformat(),
        )


def check_stands(founded: date, dissolved: date | None, day: date, *, field: str = "start") -> None:
    """Refuse a duty of a body that does not stand on its first day.

    :raises WrongDay: if so
    """
    if day < founded or (dissolved is not None and day >= dissolved):
        raise WrongDay(_("该单位在这一天不存在"), field=field, value=day.isoformat())


def check_standing(body: str, dissolved: date | None) -> None:
    """Refuse what is to go on from a body that has ended.

    :raises WrongDay: if so
    """
    if dissolved is not None:
        raise WrongDay(
            _("该单位已于{end}撤销"), field="body", value=body, end=dissolved.isoformat()
        )
