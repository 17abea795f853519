"""One's own mail address: written down, proved by a code, taken away (通知邮箱)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as account_queries
from quanyu.kernel.accounts import rules as account_rules
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.notices import channels, queries
from quanyu.kernel.notices.channels import Parcel
from quanyu.kernel.notices.models import MailProof
from quanyu.kernel.notices.rules import Channel, proof
from quanyu.kernel.privacy import actions as privacy

ASKED = "notices.mail_asked"


@transaction.atomic
def ask_mail(*, email: str, actor: Actor, at: datetime) -> MailProof | None:
    """Write down one's own mail address; where mail is on, it counts once its code is entered.

    :returns: what waits for the code; None where the address counts at once, for mail is off
    :raises Denied: if one has no account
    :raises Invalid: if this cannot be a mail address
    :raises TooSoon: if a code was sent only just now
    """
    account = account_queries.account_of(actor)
    address = account_rules.mail_address(email)
    if not address:
        raise Invalid(_("请填写邮箱"), field="email")
    if Channel.MAIL not in channels.open_ways():
        accounts.set_email(account=account, email=address, actor=actor, at=at)
        return None
    before = queries.proof_of(actor, lock=True)
    proof.check_apart(before.asked_at if before else None, at=at)
    if before is not None:
        before.delete()
    row = MailProof(account=account, address=address, asked_at=at)
    row.save(force_insert=True)
    record("notices.ask_mail", row, actor=actor, at=at, changed=["address"])
    announce(ASKED, row, at=at)
    return row


def confirm_mail(*, code: str, actor: Actor, at: datetime) -> None:
    """Enter the code that came by mail; from now on notices go there. A wrong one is counted.

    :raises Denied: if one has no account
    :raises WrongCode: if it is wrong, too old, or was tried too often
    """
    account = account_queries.account_of(actor)
    row = _tried(actor, at=at)
    proof.check_code(code, meant=proof.code(row.pk, secret=settings.SECRET_KEY))
    with transaction.atomic():
        address = _opened(row, job="notices.confirm_mail", at=at)
        accounts.set_email(account=account, email=address, actor=actor, at=at)
        row.delete()


@transaction.atomic
def remove_mail(*, actor: Actor, at: datetime) -> None:
    """Take one's own mail address away; what waited for a code is given up.

    :raises Denied: if one has no account
    """
    row = queries.proof_of(actor, lock=True)
    if row is not None:
        row.tries = proof.MOST  # it stays until its time is over, so that no code follows at once
        row.save(update_fields=["tries"])
    account = account_queries.account_of(actor)
    accounts.set_email(account=account, email="", actor=actor, at=at)


@transaction.atomic
def code_parcel(*, proof_id: UUID, actor: Actor, at: datetime) -> Parcel | None:
    """Return the mail with the code, for the job that sends it; None when it counts no more."""
    row = MailProof.objects.visible_to(actor).filter(pk=proof_id).first()
    if row is None or not proof.is_open(row.asked_at, row.tries, at=at):
        return None
    kept = queries.choices_of([row.account_id], actor=actor).get(row.account_id)
    with override(kept.language if kept else settings.LANGUAGE_CODE):
        subject = gettext("通知邮箱的核对码")
        body = gettext(
            "核对码 {code}，15 分钟内有效。请在“账号与安全”里填写。不是您本人要的，不必理会。"
        ).format(code=proof.code(row.pk, secret=settings.SECRET_KEY))
    address = _opened(row, job=actor.job, at=at)
    return Parcel(Channel.MAIL, address, subject, body, f"proof-{row.pk}")


@transaction.atomic
def forget_proofs(*, actor: Actor, at: datetime) -> int:
    """Delete the addresses whose code was never entered."""
    rows = MailProof.objects.visible_to(actor).filter(asked_at__lte=at - proof.LIVES)
    count, _kinds = rows.delete()
    return count


@transaction.atomic
def _tried(actor: Actor, *, at: datetime) -> MailProof:
    """Return what waits for a code, this try counted; the count stays when the code is wrong."""
    if actor.id is None:
        raise Denied
    row = queries.proof_of(actor, lock=True)
    if row is None or not proof.is_open(row.asked_at, row.tries, at=at):
        raise proof.WrongCode(_("核对码已失效，请重新填写邮箱"), field="code")
    row.tries += 1
    row.save(update_fields=["tries"])
    return row


def _opened(row: MailProof, *, job: str, at: datetime) -> str:
    worker = system(settings.QUANYU_CITY, job=job)
    return privacy.reveal(row, "address", by={Role.SYSTEM}, reason="notice", actor=worker, at=at)
