"""What each field of an act is called, beside it and in a refusal."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext

from quanyu.events.pages import joint_forms
from quanyu.kernel.errors import Refusal
from quanyu.kernel.workflow.spec import Missing

LABELS: Mapping[str, Any] = {
    **joint_forms.LABELS,
    "class_code": gettext_lazy("类别"),
    "body": gettext_lazy("处置单位"),
    "reason": gettext_lazy("理由"),
    "reply": gettext_lazy("给反映人的答复"),
    "remark": gettext_lazy("交代几句"),
    "finding": gettext_lazy("现场看到了什么"),
    "outcome": gettext_lazy("怎么处理的"),
    "evidence": gettext_lazy("核查结果"),
    "legal_ground": gettext_lazy("退回依据"),
    "region_path": gettext_lazy("在哪里"),
    "address": gettext_lazy("地址"),
    "main": gettext_lazy("并入哪一件（编号）"),
    "question": gettext_lazy("要问反映人什么"),
    "answer": gettext_lazy("反映人怎么说"),
    "days": gettext_lazy("延长几个工作日"),
    "ground": gettext_lazy("挂账条件"),
    "review_date": gettext_lazy("哪天复核"),
    "promise": gettext_lazy("给反映人的承诺"),
    "words": gettext_lazy("内部说明"),
    "text": gettext_lazy("情况"),
    "lon": gettext_lazy("经度"),
    "lat": gettext_lazy("纬度"),
    "channel": gettext_lazy("从哪里来"),
    "name": gettext_lazy("姓名"),
    "phone": gettext_lazy("电话"),
    "may_text": gettext_lazy("有了结果发短信告诉本人"),
    "is_confidential": gettext_lazy("要求对承办单位保密"),
    "agreed": gettext_lazy("同意记下姓名电话"),
    "may_ask_back": gettext_lazy("办完以后可以打电话回访本人"),
    "seen": gettext_lazy("提示已看过"),
    "solved": gettext_lazy("解决了吗"),
    "treated": gettext_lazy("态度"),
    "comment": gettext_lazy("还想说点什么"),
    "photos": gettext_lazy("照片"),
    "times": gettext_lazy("催了几次"),
}


def spoken(no: Refusal, labels: Mapping[str, Any]) -> Refusal:
    """Return a refusal that names what is missing as the form does, and not by its code."""
    if isinstance(no, Missing):
        names = [str(labels.get(name, name)) for name in str(no.parts["names"]).split(", ")]
        no.parts["names"] = pgettext("between items", "、").join(names)
    return no
