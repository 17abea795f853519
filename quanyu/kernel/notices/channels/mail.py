"""Mail, handed to the city's own server by SMTP (邮件)."""

import smtplib
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from quanyu.kernel.notices.channels.faults import Permanent, Temporary

if TYPE_CHECKING:
    from quanyu.kernel.notices.channels import Parcel

SECONDS = 30
DENIED = frozenset({530, 534, 535, 538})
"""The server does not know us: a setting to mend, no fault of the address."""


class Mail:
    """The way by mail."""

    def is_on(self) -> bool:
        """Answer whether there is a server and a sender."""
        return bool(settings.QUANYU_MAIL_HOST and settings.QUANYU_MAIL_FROM)

    def send(self, parcel: "Parcel") -> str:
        """Send one mail and return its Message-ID, which a repeat bears too."""
        _check_address(parcel.address)
        message_id = f"<{parcel.reference}@{_domain()}>"
        message = EmailMessage(
            subject=" ".join(parcel.subject.split()),
            body=parcel.body,
            from_email=settings.QUANYU_MAIL_FROM,
            to=[parcel.address],
            headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
            connection=get_connection(
                "django.core.mail.backends.smtp.EmailBackend",
                host=settings.QUANYU_MAIL_HOST,
                port=settings.QUANYU_MAIL_PORT,
                username=settings.QUANYU_MAIL_USER,
                password=settings.QUANYU_MAIL_PASSWORD,
                use_tls=settings.QUANYU_MAIL_TLS == "starttls",
                use_ssl=settings.QUANYU_MAIL_TLS == "tls",
                timeout=SECONDS,
            ),
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as fault:
            code = max(code for code, _words in fault.recipients.values())
            raise _failed(code) from None
        except smtplib.SMTPResponseException as fault:
            raise _failed(fault.smtp_code) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise Temporary(type(fault).__name__) from None
        return message_id


def _check_address(text: str) -> None:
    """Give up what is no address: the library would break off, and what waits would wait on."""
    try:
        validate_email(text)
    except ValidationError:
        raise Permanent("no mail address") from None


def _failed(code: int) -> Temporary:
    """Return what a server's answer means; its words may hold the address and are dropped."""
    is_final = 500 <= code < 600 and code not in DENIED
    return Permanent(f"smtp {code}") if is_final else Temporary(f"smtp {code}")


def _domain() -> str:
    sender: str = settings.QUANYU_MAIL_FROM
    return sender.rpartition("@")[2].rstrip("> ") or "quanyu"
