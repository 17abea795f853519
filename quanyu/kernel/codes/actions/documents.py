"""Enter the documents and clauses that codes and limits rest on."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes.actions.keeping import check_keeper, lock
from quanyu.kernel.codes.models import Clause, Document
from quanyu.kernel.codes.rules import AlreadyThere, WrongCode
from quanyu.kernel.errors import gettext_noop as _


@transaction.atomic
def add_document(
    *,
    title: str,
    number: str = "",
    issuer: str = "",
    issued: date | None = None,
    source: str = "",
    is_sample: bool = False,
    title_en: str = "",
    actor: Actor,
    at: datetime,
) -> Document:
    """Enter a policy document that codes and limits rest on (登记政策文件).

    :raises AlreadyThere: if it is entered already
    """
    check_keeper(actor, settings.QUANYU_CITY)
    if not title.strip():
        raise WrongCode(_("请填写标题"), field="title")
    lock()
    if Document.objects.filter(title=title, number=number).exists():
        raise AlreadyThere(_("这份文件已经登记"), field="title", value=title)
    document = Document.objects.create(
        title=title,
        title_en=title_en,
        number=number,
        issuer=issuer,
        issued_date=issued,
        source=source,
        is_sample=is_sample,
    )
    facts = {"title": title, "number": number, "issuer": issuer}
    record("codes.add_document", document, actor=actor, at=at, facts=facts)
    return document


@transaction.atomic
def add_clause(
    *, document_id: UUID, number: str, summary: str = "", actor: Actor, at: datetime
) -> Clause:
    """Enter one clause of a document (登记条款).

    :raises AlreadyThere: if it is entered already
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    if Clause.objects.filter(document_id=document_id, number=number).exists():
        raise AlreadyThere(_("这一条款已经登记"), field="number", value=number)
    clause = Clause.objects.create(document_id=document_id, number=number, summary=summary)
    facts = {"number": number, "summary": summary}
    record("codes.add_clause", clause, actor=actor, at=at, facts=facts)
    return clause
