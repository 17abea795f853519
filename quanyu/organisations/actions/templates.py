"""Found the units of a street by a template (按模板设立街道内设机构)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries
from quanyu.organisations.actions.bodies import found_body
from quanyu.organisations.models import Body
from quanyu.organisations.queries.templates import templates
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.templates import NoTemplate, unit_code


@transaction.atomic
def found_units(
    *, office_id: UUID, template: str, start: date | None = None, actor: Actor, at: datetime
) -> list[Body]:
    """Found the units of a street that a template names and that it has not (设立内设机构).

    :raises NoTemplate: if there is no such template, or the body is no street office
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    office = queries.body(office_id)
    if office is None:
        raise Denied
    chosen = next((one for one in templates() if one.key == template), None)
    if chosen is None or office.kind != BodyKind.STREET_OFFICE:
        raise NoTemplate(
            _("请选择街道办事处和机构设置模板"),
            field="template",
            value=template,
            allowed=[one.key for one in templates()],
        )
    wanted = {unit_code(office.code, one.code): one for one in chosen.units}
    held = set(Body.objects.filter(code__in=wanted).values_list("code", flat=True))
    return [
        found_body(
            code=code,
            kind=BodyKind.STREET_UNIT,
            name=f"{_bare(office.name)}{unit.name}",
            name_en=unit.name_en,
            place=office.region_path,
            parent=office.id,
            start=start,
            because=chosen.source,
            actor=actor,
            at=at,
        )
        for code, unit in wanted.items()
        if code not in held
    ]


def _bare(name: str) -> str:
    return name.removesuffix("办事处")
