"""Take in a file of people, by the rules of the single verbs (导入人员)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.guard import check_manager
from quanyu.kernel.accounts.actions.people import NewAccount, create_accounts, set_email
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.tables import PEOPLE
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _


@PEOPLE.taken_by
def take_people(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "People":
    """Return how a file of people is taken in: made, or given the address that they lack."""
    return People(actor=actor, at=at)


class People:
    """The intake of one file of people.

    Nobody can sign in by it: each gets a link, or an identity, as one who was entered by hand.
    """

    def __init__(self, *, actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        self._seen: set[str] = set()
        self._rows: dict[str, Account] = {}
        self._reached: set[UUID] = set()

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the people who have an account, by their user names, whatever the capitals."""
        rows = Account.objects.filter(username__in={_name(key) for key in keys})
        rows = rows.select_for_update() if is_locked else rows
        self._rows |= {row.username: row for row in rows}
        reached = queries.people_asked({}, actor=self._actor, at=self._at)
        self._reached |= set(
            reached.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
        )
        return {
            key: {
                "username": key[0],
                "name": self._rows[_name(key)].name,
                "email": self._rows[_name(key)].email,
            }
            for key in keys
            if _name(key) in self._rows
        }

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the single verbs would refuse.

        :raises Denied: if the actor is no system administrator over this person
        :raises WrongName: if the user name is misshapen
        :raises Invalid: if the name or the address is none, or one that stands would change
        :raises Ended: if the account is closed
        """
        check_manager(self._actor)
        name = rules.username(row["username"])
        if name in self._seen:
            raise rules.NameTaken(_("用户名已被使用"), field="username", value=name)
        self._seen.add(name)
        rules.person_name(row["name"])
        rules.mail_address(row.get("email") or "")
        if held is not None:
            self._check_same(row, held)

    def _check_same(self, row: Row, held: Row) -> None:
        account = self._rows[_name((row["username"],))]
        if account.pk not in self._reached:
            raise Denied
        if row["name"] != held["name"]:
            raise Invalid(
                _("已有账号的姓名不同：请核对用户名是否重复"), field="name", value=row["name"]
            )
        if row.get("email") == held["email"] or not row.get("email"):
            return
        if held["email"]:
            raise Invalid(_("已有邮箱的，只能由本人更换或删除"), field="email")
        if not account.is_active:
            raise rules.Ended(_("该账号已停用"), field="email")

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each person."""
        people = [
            NewAccount(one["username"], one["name"], email=one.get("email") or "") for one in new
        ]
        if people:
            create_accounts(people=people, actor=self._actor, at=self._at)
        for row in changed:
            account = self._rows[_name((row["username"],))]
            set_email(account=account, email=row["email"], actor=self._actor, at=self._at)

    def finish(self) -> None:
        """Write what needs all rows to stand: nothing."""


def _name(key: Key) -> str:
    return key[0].strip().lower()
