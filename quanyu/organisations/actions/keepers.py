"""Who may change the register, and which rows a change locks (谁可以登记)."""

from typing import Final
from uuid import UUID

from django.db import connection

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.models import Body
from quanyu.organisations.rules import PARTY

KEEPERS: Final = frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.SYSTEM})
"""Who keeps the register and the duty list of a place: the district all of it, a commander the
street's."""

PARTY_KEEPERS: Final = KEEPERS | {Role.PARTY_OFFICER}
"""Who keeps the party organisations of a place, and what they cover."""

TREE: Final = 0x7EEE
"""Who changes what hangs under what waits for whoever does: no half ring sees the other half."""


def check_keeper(actor: Actor, place: str, kind: str = "") -> None:
    """Refuse who does not keep the bodies of a place; a party officer keeps party organisations.

    :raises NotKeeper: if they have another part in it
    :raises Denied: if they have none: a stranger is not told what there is in another's place
    """
    roles = actor.roles_at(place)
    if not roles:
        raise Denied
    if roles & (PARTY_KEEPERS if kind in PARTY else KEEPERS):
        return
    if kind in PARTY:
        raise rules.NotKeeper(_("只有区级统筹、街道指挥长和党务干事可以登记党组织"))
    raise rules.NotKeeper(_("只有区级统筹和街道指挥长可以修改单位和权责清单"))


def lock_body(body_id: UUID) -> Body:
    """Return a body, locked; of two who change one, the second finds what the first did.

    :raises Denied: if there is none
    """
    body = Body.objects.select_for_update(of=("self",)).filter(pk=body_id).first()
    if body is None:
        raise Denied
    return body


def check_above(actor: Actor, above: Body) -> None:
    """Refuse to hang a body under one of another's place, as if there were none.

    :raises Denied: if the actor does not keep it
    """
    try:
        check_keeper(actor, above.region_path, above.kind)
    except rules.NotKeeper as no:
        raise Denied from no


def lock_tree() -> None:
    """Let nobody else change who hangs under whom until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE])
