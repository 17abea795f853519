"""Let a member go from one roll to another by two officers (转接组织关系)."""

import django.db.models.deletion
import quanyu.kernel.keys
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0008_say_what_is_asked_of_a_streets_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberTransfer",
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
                    "region_path",
                    models.CharField(db_collation="C", max_length=40, verbose_name="转出辖区"),
                ),
                (
                    "also_at",
                    models.CharField(db_collation="C", max_length=40, verbose_name="转入辖区"),
                ),
                ("start", models.DateField(verbose_name="转入日期")),
                ("proposed_by", models.UUIDField(null=True, verbose_name="提出人")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("answer", models.CharField(blank=True, max_length=12, verbose_name="答复")),
                (
                    "words",
                    models.CharField(blank=True, max_length=200, verbose_name="不接收的理由"),
                ),
                ("answered_by", models.UUIDField(null=True, verbose_name="答复人")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
            ],
            options={
                "verbose_name": "转接组织关系",
                "verbose_name_plural": "转接组织关系",
            },
        ),
        migrations.AddField(
            model_name="partymember",
            name="also_at",
            field=models.CharField(
                blank=True,
                db_collation="C",
                db_default="",
                default="",
                max_length=40,
                verbose_name="拟转入辖区",
            ),
        ),
        migrations.AddIndex(
            model_name="partymember",
            index=models.Index(
                models.F("also_at"),
                condition=models.Q(("also_at", ""), _negated=True),
                name="party_member_on_its_way",
            ),
        ),
        migrations.AddField(
            model_name="membertransfer",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.body",
                verbose_name="转出党组织",
            ),
        ),
        migrations.AddField(
            model_name="membertransfer",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="transfers",
                to="organisations.partymember",
                verbose_name="党员",
            ),
        ),
        migrations.AddField(
            model_name="membertransfer",
            name="to",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.body",
                verbose_name="转入党组织",
            ),
        ),
        migrations.AddIndex(
            model_name="membertransfer",
            index=models.Index(models.F("region_path"), name="member_transfer_by_place"),
        ),
        migrations.AddIndex(
            model_name="membertransfer",
            index=models.Index(models.F("also_at"), name="member_transfer_by_goal"),
        ),
        migrations.AddConstraint(
            model_name="membertransfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer", "")),
                fields=("member",),
                name="member_transfer_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="membertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                    models.Q(
                        ("answer__in", ["accepted", "declined", "withdrawn"]),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="member_transfer_answered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="membertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "accepted"), _negated=True),
                    models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="member_transfer_accepted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="membertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("also_at__endswith", "/"), ("region_path__endswith", "/")),
                name="member_transfer_places_end_with_slash",
            ),
        ),
    ]
