"""The addresses of this package that everybody signed in may open, and the provider's."""

from django.urls import path

from quanyu.kernel.notices import pages

NOTICE = "desk/notices/<uuid:notice_id>"
own = [
    path("desk/notices", pages.inbox, name="desk_notices"),
    path("desk/notices/read", pages.read_all, name="desk_notices_read"),
    path("desk/notices/choice", pages.choice, name="desk_notice_choice"),
    path(f"{NOTICE}/open", pages.opened, name="desk_notice_open"),
    path(f"{NOTICE}/read", pages.read, name="desk_notice_read"),
    path("desk/account/mail", pages.own_mail, name="own_mail"),
    path("desk/account/mail/confirm", pages.confirm_mail, name="own_mail_confirm"),
    path("desk/account/mail/remove", pages.remove_mail, name="own_mail_remove"),
    path("receipts/sms", pages.sms_receipt, name="sms_receipt"),
]
