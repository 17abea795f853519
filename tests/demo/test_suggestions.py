"""How often the words of a report lead to its class: measured on the texts of the demo city."""

from collections import Counter
from datetime import date

import pytest

from quanyu.demo import texts
from quanyu.events import queries
from quanyu.events.rules.classing import suggest

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 11)


def test_most_reports_are_given_their_class() -> None:
    keywords = queries.keywords(on=DAY)
    found: Counter[str] = Counter()
    for topic in texts.topics():
        right = f"{'P' * (topic.kind == 'part')}{topic.code}"
        for report in topic.reports:
            code, _words = suggest(report.text.replace("{place}", "小区北门口"), keywords)
            found["right" if code == right else "wrong" if code else "none"] += 1
    # Reached when the words were last tended: 90 % right, 8 % wrong, 2 % none.
    assert found["right"] / found.total() > 0.86
    assert found["none"] / found.total() < 0.05


@pytest.mark.parametrize(
    ("text", "class_code"),
    [
        ("小区西门垃圾三天没人清运了，苍蝇乱飞", "0102"),
        ("路边自来水管爆了，水一直流", "0402"),
        ("大雨后路口积水很深，过不去", "0406"),
        ("天天有小贩在校门口摆摊卖炸串", "0501"),
        ("老板拖欠工资三个月了", "2204"),
        ("有人从楼上拉线给电动车充电", "2302"),
        ("对面独居老人几天没出门了，请上门看看", "2601"),
        ("马路中间井盖没了，非常危险", "P0102"),
        ("我们这条路路灯不亮，晚上走路害怕", "P0118"),
        ("十字路口红绿灯坏了", "P0210"),
    ],
)
def test_plain_words_of_other_people_do_too(text: str, class_code: str) -> None:
    assert suggest(text, queries.keywords(on=DAY))[0] == class_code
