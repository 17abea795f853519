import django.contrib.postgres.fields
import quanyu.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Export",
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
                ("account_id", models.UUIDField(db_index=True, verbose_name="申请人")),
                ("hat", models.CharField(blank=True, max_length=100, verbose_name="身份")),
                (
                    "region_path",
                    models.CharField(db_collation="C", max_length=40, verbose_name="辖区"),
                ),
                ("table", models.CharField(max_length=40, verbose_name="列表")),
                ("format", models.CharField(max_length=4, verbose_name="格式")),
                ("language", models.CharField(max_length=10, verbose_name="语言")),
                ("state", models.CharField(max_length=9, verbose_name="状态")),
                ("at", models.DateTimeField(verbose_name="申请时间")),
                ("began_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="文件保留至")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理行数")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                ("size", models.BigIntegerField(default=0, verbose_name="大小")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                (
                    "sentence",
                    models.CharField(blank=True, max_length=300, verbose_name="未完成原因"),
                ),
                ("parts", models.JSONField(default=dict, verbose_name="原因的细节")),
                ("asked", models.CharField(blank=True, max_length=2000, verbose_name="筛选条件")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, verbose_name="列"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="用途")),
                ("is_personal", models.BooleanField(default=False, verbose_name="含群众原话")),
                ("approved_by", models.UUIDField(null=True, verbose_name="批准人")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="批准时间")),
            ],
            options={
                "verbose_name": "导出",
                "verbose_name_plural": "导出",
                "indexes": [models.Index(fields=["account_id", "-at"], name="export_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "asked",
                                    "waiting",
                                    "running",
                                    "done",
                                    "refused",
                                    "failed",
                                    "cancelled",
                                    "checked",
                                    "wrong",
                                ],
                            )
                        ),
                        name="export_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["xlsx", "csv"])),
                        name="export_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("account_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="export_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_path__endswith", "/")),
                        name="export_place_ends_with_a_slash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
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
                ("account_id", models.UUIDField(db_index=True, verbose_name="申请人")),
                ("hat", models.CharField(blank=True, max_length=100, verbose_name="身份")),
                (
                    "region_path",
                    models.CharField(db_collation="C", max_length=40, verbose_name="辖区"),
                ),
                ("table", models.CharField(max_length=40, verbose_name="列表")),
                ("format", models.CharField(max_length=4, verbose_name="格式")),
                ("language", models.CharField(max_length=10, verbose_name="语言")),
                ("state", models.CharField(max_length=9, verbose_name="状态")),
                ("at", models.DateTimeField(verbose_name="申请时间")),
                ("began_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="文件保留至")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理行数")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                ("size", models.BigIntegerField(default=0, verbose_name="大小")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                (
                    "sentence",
                    models.CharField(blank=True, max_length=300, verbose_name="未完成原因"),
                ),
                ("parts", models.JSONField(default=dict, verbose_name="原因的细节")),
                ("new", models.PositiveIntegerField(default=0, verbose_name="新增")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="变更")),
                ("same", models.PositiveIntegerField(default=0, verbose_name="未变")),
                ("wrong", models.PositiveIntegerField(default=0, verbose_name="有问题的行")),
                ("preview", models.JSONField(default=list, verbose_name="变更预览")),
                ("faults", models.JSONField(default=list, verbose_name="问题")),
                ("basis", models.CharField(blank=True, max_length=64, verbose_name="试算依据")),
                ("is_confirmed", models.BooleanField(default=False, verbose_name="已确认")),
            ],
            options={
                "verbose_name": "导入",
                "verbose_name_plural": "导入",
                "indexes": [models.Index(fields=["account_id", "-at"], name="import_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "asked",
                                    "waiting",
                                    "running",
                                    "done",
                                    "refused",
                                    "failed",
                                    "cancelled",
                                    "checked",
                                    "wrong",
                                ],
                            )
                        ),
                        name="import_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["xlsx", "csv"])),
                        name="import_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_path__endswith", "/")),
                        name="import_place_ends_with_a_slash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("account_id", models.UUIDField(verbose_name="所有人")),
                ("table", models.CharField(max_length=40, verbose_name="列表")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("asked", models.CharField(max_length=2000, verbose_name="网址参数")),
                ("is_default", models.BooleanField(default=False, verbose_name="默认")),
                ("is_shared", models.BooleanField(default=False, verbose_name="共享")),
                (
                    "region_path",
                    models.CharField(db_collation="C", max_length=40, verbose_name="辖区"),
                ),
                ("at", models.DateTimeField(verbose_name="保存时间")),
            ],
            options={
                "verbose_name": "保存的视图",
                "verbose_name_plural": "保存的视图",
                "indexes": [
                    models.Index(models.F("region_path"), models.F("table"), name="view_by_place")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account_id"),
                        models.F("table"),
                        models.F("name"),
                        name="view_named_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("account_id", "table"),
                        name="view_default_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_path__endswith", "/")),
                        name="view_place_ends_with_a_slash",
                    ),
                ],
            },
        ),
    ]
