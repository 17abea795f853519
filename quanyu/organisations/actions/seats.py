"""Which seats are taken and who may fill them; what is written is locked in one order (编制)."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.actions.posts import check_role, seated
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules.posts import Decision, Period


class Taken:
    """Which seats of some posts are taken and when, asked once for all of them.

    A proposal may count on the seat of somebody whose end is asked for by then: it is confirmed
    when that end has been.
    """

    def __init__(
        self, posts: Mapping[UUID, Post], *, actor: Actor, is_proposing: bool = False
    ) -> None:
        self._posts, self._seated = posts, seated(posts)
        self._held: dict[UUID, list[Period]] = {}
        self._whose: dict[tuple[UUID, UUID], list[Period]] = {}
        self._waiting: set[tuple[UUID, UUID]] = set()
        rows = Appointment.objects.visible_to(actor).filter(
            post__in=posts, decision__in=[Decision.CONFIRMED.value, Decision.OPEN.value]
        )
        for row in rows.only(*NEEDED):
            if row.decision == Decision.OPEN:
                self._waiting.add((row.post_id, row.account_id))
                continue
            is_asked = is_proposing and row.ended_at is None and row.leave_day is not None
            self._keep(row, row.leave_day if is_asked else row.valid_to)

    def check(self, row: Appointment, *, is_waiting: bool = False) -> None:
        """Refuse a term that does not fit the post, its seats or what its holder holds.

        :param is_waiting: whether it is itself among the proposals
        """
        post, wanted = self._posts[row.post_id], (row.valid_from, row.valid_to)
        rules.check_term(wanted, within=(post.valid_from, post.valid_to))
        own = self._whose.get((row.post_id, row.account_id), [])
        if any(rules.meets(one, wanted) for one in own):
            raise rules.Settled(_("此人在这段时间已任这个岗位"), field="account")
        if not is_waiting and (row.post_id, row.account_id) in self._waiting:
            raise rules.Settled(_("此人已被提名任这个岗位，等待确认"), field="account")
        rules.check_free(
            wanted,
            authorised=self._seated.get(row.post_id, ()),
            taken=self._held.get(row.post_id, ()),
        )

    def wait(self, row: Appointment) -> None:
        """Count a proposal that was just made."""
        self._waiting.add((row.post_id, row.account_id))

    def fill(self, row: Appointment) -> None:
        """Count a seat that was just taken."""
        self._keep(row, row.valid_to)

    def _keep(self, row: Appointment, until: date | None) -> None:
        self._held.setdefault(row.post_id, []).append((row.valid_from, until))
        own = self._whose.setdefault((row.post_id, row.account_id), [])
        own.append((row.valid_from, row.valid_to))


NEEDED = ("post", "account", "valid_from", "valid_to", "decision", "ended_at", "leave_day")


def check_proposer(actor: Actor, place: str) -> None:
    """Refuse who fills no posts at a place.

    :raises Denied: if the actor has no part in it
    :raises NotAppointer: if the actor has another role there
    """
    check_role(actor, place, rules.may_propose, _("这一级的任免由本级或上一级负责人提出"))


def locked(keys: Collection[UUID]) -> dict[UUID, Post]:
    """Return posts, locked in one order: of two for the last seat the second finds it taken."""
    rows = Post.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    found = {row.pk: row for row in rows.select_related("body").order_by("pk")}
    if len(found) != len(set(keys)):
        raise Denied
    return found


def held_rows(
    keys: Collection[UUID], *, actor: Actor
) -> tuple[dict[UUID, Post], list[Appointment]]:
    """Return appointments and their posts, the posts locked first."""
    seen = Appointment.objects.visible_to(actor).filter(pk__in=keys)
    posts = locked(set(seen.order_by().values_list("post_id", flat=True)))
    rows = list(seen.select_for_update(of=("self",)).order_by("pk"))
    if not rows or len(rows) != len(set(keys)):
        raise Denied
    return posts, rows
