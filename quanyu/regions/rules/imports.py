"""What an imported table may hold, and what an import does to the tree."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.codes import Division, WrongCode, read_code
from quanyu.regions.rules.kinds import Level
from quanyu.regions.rules.places import parent

MOST_FAULTS = 20
"""Rows that a refused import names in words; all of them stand in ``faults``."""


class WrongRow(Refusal):
    """A row of an imported table is not as it must be."""


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row of an imported table (导入行)."""

    division: Division
    name: str
    name_en: str = ""
    civil_code: str = ""
    """The civil-affairs code, where the table has one."""
    admin_level: str = ""
    """Of which level it is held to be, where that is not the table's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of an import was refused, and where it stands."""

    file: str
    line: int
    field: str
    value: str
    sentence: str
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}={self.value!r} {self.sentence}"


class UnreadableTable(WrongRow):
    """A table of an import is missing, or no text in UTF-8."""

    def __init__(self, file: str) -> None:
        super().__init__(_("缺少表或编码不是UTF-8: {file}"), field="file", value=file, file=file)


class ImportRefused(Refusal):
    """A table was refused as a whole; ``faults`` names each row and what is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            _("导入被拒绝: 共{count}行有误, 首个在{file}第{line}行"),
            field=first.field,
            value=first.value,
            allowed=first.allowed,
            count=len(faults),
            file=first.file,
            line=first.line,
        )
        self.faults = list(faults)

    def __str__(self) -> str:
        """Return the sentence, and below it the first rows with what is wrong in each."""
        rows = [str(fault) for fault in self.faults[:MOST_FAULTS]]
        return "\n".join([super().__str__(), *rows])


def check_table(
    file: str, lines: Sequence[Mapping[str, str]], *, level: Level, known: Mapping[str, Row]
) -> tuple[dict[str, Row], list[Fault]]:
    """Return the rows of one table by path, and a fault for every row that is not as it must be.

    ``known`` holds what the tables of the higher levels named.
    """
    rows: dict[str, Row] = {}
    faults: list[Fault] = []
    civil = {row.civil_code for row in known.values() if row.civil_code}
    for line, raw in enumerate(lines, start=2):  # line 1 is the heading
        try:
            row = check_row(raw, level=level, known=known)
            check_new(row, rows)
            check_civil(row, civil)
        except Refusal as no:
            faults.append(_fault(file, line, no))
        else:
            rows[row.division.path] = row
            civil |= {row.civil_code} - {""}
    return rows, faults


def _fault(file: str, line: int, no: Refusal) -> Fault:
    return Fault(file, line, no.field, str(no.value), no.sentence, tuple(no.allowed))


def check_new(row: Row, rows: Mapping[str, Row]) -> None:
    """Refuse a code that stood in the same table before.

    :raises WrongRow: if so
    """
    if row.division.path in rows:
        raise WrongRow(_("代码重复"), field="code", value=row.division.code)


def check_civil(row: Row, given: Container[str]) -> None:
    """Refuse a civil-affairs code that another place of these tables bears.

    :raises WrongCode: if so
    """
    if row.civil_code in given:
        raise WrongCode(_("民政代码与表中另一处重复"), field="civil_code", value=row.civil_code)


def check_row(raw: Mapping[str, str], *, level: Level, known: Container[str]) -> Row:
    """Return an imported row, read and checked.

    :raises WrongCode: if the code is none, or not of this table's level
    :raises WrongRow: if the name is missing or the place above is not known
    """
    code, name = (raw.get("code") or "").strip(), (raw.get("name") or "").strip()
    division = read_code(code, name)
    if division.level is not level:
        raise WrongCode(_("代码的层级与本表不符"), field="code", value=code, allowed=[level.value])
    if not name:
        raise WrongRow(_("名称不能为空"), field="name", value=name)
    above = parent(division.path)
    if above and above not in known:
        raise WrongRow(_("上级区划不在导入的表中"), field="code", value=code, allowed=[above])
    return Row(
        division,
        name,
        (raw.get("name_en") or "").strip(),
        _civil_code((raw.get("civil_code") or "").strip()),
        _admin_level((raw.get("admin_level") or "").strip()),
    )


def _civil_code(said: str) -> str:
    if said and not (said.isascii() and said.isdigit() and len(said) <= 16):
        raise WrongCode(
            _("民政代码由数字组成，至多 16 位"),
            field="civil_code",
            value=said,
            allowed=["340104001001"],
        )
    return said


def _admin_level(said: str) -> str:
    allowed = [level.value for level in Level]
    if said and said not in allowed:
        raise WrongRow(_("没有这个行政级别"), field="admin_level", value=said, allowed=allowed)
    return said


@dataclass(frozen=True, slots=True)
class Standing:
    """What the table holds today at one path."""

    kind: str
    name: str
    name_en: str
    valid_from: date
    civil_code: str = ""
    admin_level: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import does to the tree, as paths (差异)."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    closed: tuple[str, ...]
    same: int


def compare(rows: Mapping[str, Row], standing: Mapping[str, Standing]) -> Changes:
    """Tell which places are new, which say something else now, and which are gone."""
    both = [path for path in rows if path in standing]
    changed = tuple(path for path in both if _differs(rows[path], standing[path]))
    return Changes(
        added=tuple(path for path in rows if path not in standing),
        changed=changed,
        closed=tuple(path for path in standing if path not in rows),
        same=len(both) - len(changed),
    )


def _differs(row: Row, standing: Standing) -> bool:
    # An edition without English names or civil codes does not take the ones we have away.
    english = row.name_en or standing.name_en
    civil = row.civil_code or standing.civil_code
    level = row.admin_level or standing.admin_level
    now = (row.division.kind.value, row.name, english, civil, level)
    held = (standing.kind, standing.name, standing.name_en)
    return now != (*held, standing.civil_code, standing.admin_level)


def check_not_emptied(changes: Changes) -> None:
    """Refuse an import that would abolish more places than it keeps.

    :raises WrongRow: if so; a table cut short in a transfer looks like this
    """
    if len(changes.closed) > changes.same + len(changes.changed):
        raise WrongRow(
            _("导入的表会撤销一半以上现有区划, 请核对文件是否完整"),
            field="closed",
            value=len(changes.closed),
        )
