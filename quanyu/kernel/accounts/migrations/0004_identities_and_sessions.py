import django.db.models.deletion
import quanyu.kernel.keys
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_grants_asked_for_reviewed_and_passed_on"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        # Sessions lie in a table of ours from now on: everybody signs in once more.
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SessionRow",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "会话",
                "verbose_name_plural": "会话",
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=quanyu.kernel.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "issuer",
                    models.CharField(db_collation="C", max_length=200, verbose_name="发放方"),
                ),
                (
                    "subject",
                    models.CharField(db_collation="C", max_length=255, verbose_name="标识"),
                ),
                ("code", models.CharField(blank=True, max_length=8, verbose_name="绑定码")),
                ("made_at", models.DateTimeField(verbose_name="首次出现时间")),
                ("linked_at", models.DateTimeField(null=True, verbose_name="绑定时间")),
                ("linked_by", models.UUIDField(null=True, verbose_name="绑定人")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "统一身份",
                "verbose_name_plural": "统一身份",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer"), models.F("subject"), name="identity_subject_once"
                    ),
                    models.UniqueConstraint(
                        models.F("issuer"), models.F("account"), name="identity_account_once"
                    ),
                    models.UniqueConstraint(
                        models.F("code"),
                        condition=models.Q(("code", ""), _negated=True),
                        name="identity_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", True),
                                ("linked_at__isnull", True),
                                models.Q(("code", ""), _negated=True),
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("code", ""),
                                ("linked_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="identity_linked_or_waiting",
                    ),
                ],
            },
        ),
    ]
