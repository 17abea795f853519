"""Masks, normal forms and the checksum of citizen ids (脱敏、规范化与身份证校验)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.privacy import rules


@pytest.mark.parametrize(
    ("kind", "text", "masked"),
    [
        ("phone", "13800138000", "138****8000"),
        ("phone", "138 0013 8000", "138****8000"),
        ("phone", "１３８００１３８０００", "138****8000"),
        ("phone", "+86 138-0013-8000", "138****8000"),
        ("phone", "0551-62345678", "0551-****5678"),
        ("phone", "(010)88886666", "010-****6666"),
        ("phone", "62345678", "****5678"),
        ("phone", "110", "***"),
        ("citizen_id", "34019919900307001X", "340***********001X"),
        ("citizen_id", "34019919900307001x", "340***********001X"),
        ("citizen_id", "340199900307001", "340********7001"),
        ("citizen_id", "E1234", "***"),
        ("name", "张三", "张*"),
        ("name", "欧阳明日", "欧阳**"),
        ("name", "诸葛亮", "诸葛*"),
        ("name", "欧阳", "欧*"),
        ("name", "爱新觉罗溥仪", "爱新觉罗**"),
        ("name", "阿依古丽·买买提", "阿*******"),
        ("name", "李", "*"),
        ("name", "John Smith", "J*** S***"),
        ("name", "", "***"),
        ("address", "合肥市蜀山区潜山路100号琥珀山庄3栋2单元501室", "合肥市蜀山区潜山路****"),
        ("address", "蜀山区琥珀山庄三栋二单元", "蜀山区琥珀山庄****"),
        ("address", "长江西路与潜山路交口", "长江西路与潜山路****"),
        ("address", "玉兰苑西门旁张三家", "玉兰苑****"),
        ("address", "5栋501", "****"),
        ("card", "6222 0212 3456 7890 123", "***************0123"),
        ("email", "zhang.san@example.com", "z***@example.com"),
        ("email", "@example.com", "***"),
        ("text", "患高血压", "***"),
    ],
)
def test_shows_only_what_the_mask_keeps(kind: str, text: str, masked: str) -> None:
    assert rules.mask(kind, text) == masked


@pytest.mark.parametrize("kind", sorted(rules.MASKS))
@given(text=st.text(max_size=40))
def test_masks_any_text_without_failing(kind: str, text: str) -> None:
    assert "*" in rules.mask(kind, text)


@given(tail=st.from_regex(r"[3-9]\d{9}", fullmatch=True))
def test_hides_the_middle_of_every_mobile_number(tail: str) -> None:
    assert rules.mask("phone", f"1{tail}")[3:7] == "****"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("0551-6234 5678", "055162345678"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_writes_a_phone_number_one_way(text: str, normal: str) -> None:
    assert rules.normal_phone(text) == normal


@pytest.mark.parametrize("text", ["", "12345", "138O0138000", "不便透露", "1" * 16])
def test_refuses_what_is_no_phone_number(text: str) -> None:
    with pytest.raises(rules.WrongPhone):
        rules.normal_phone(text)


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("11010519491231002", "X"),
        ("44052418800101001", "4"),
        ("34052419800101001", "X"),
        ("34019919900307001", "X"),
        ("34019919560229002", "4"),
    ],
)
def test_computes_the_check_character(body: str, check: str) -> None:
    assert rules.check_citizen_id(body + check) == body + check


def test_extends_an_old_number_of_fifteen_digits() -> None:
    assert rules.normal_citizen_id("110105491231002") == "11010519491231002X"


def test_reads_full_width_digits_and_a_small_x() -> None:
    assert rules.check_citizen_id(" ３４０１９９１９９００３０７００１ｘ") == "34019919900307001X"


@pytest.mark.parametrize(
    "text",
    [
        "230307196304054513",
        "340199199902290014",
        "34019919900307001",
        "X4019919900307001X",
        "",
        "٣٤٠١٩٩١٩٩٠٠٣٠٧٠٠١X",
    ],
)
def test_refuses_a_wrong_citizen_id(text: str) -> None:
    with pytest.raises(rules.WrongCitizenId):
        rules.check_citizen_id(text)


@given(
    number=st.just("34019919900307001X"),
    at=st.integers(0, 16),
    digit=st.sampled_from("0123456789"),
)
def test_notices_every_single_wrong_digit(number: str, at: int, digit: str) -> None:
    changed = number[:at] + digit + number[at + 1 :]

    assert rules.is_citizen_id(changed) == (changed == number)


def test_compares_values_in_their_normal_form() -> None:
    assert rules.normal("phone", "138 0013 8000") == rules.normal("phone", "+8613800138000")


@pytest.mark.parametrize("reason", ["", "curious", "因为好奇"])
def test_refuses_a_reason_that_is_not_listed(reason: str) -> None:
    with pytest.raises(rules.ReasonMissing):
        rules.check_reason(reason)


@pytest.mark.parametrize(
    "wrong",
    [{"basis": "because"}, {"kind": "shoe"}, {"purpose": ""}, {"since": ""}, {"days": -1}],
)
def test_refuses_a_declaration_without_basis_purpose_or_end(wrong: dict[str, object]) -> None:
    told: dict[str, object] = {
        "basis": "duty",
        "purpose": "联系报告人",
        "days": 180,
        "since": "closed_at",
        "kind": "phone",
    }

    with pytest.raises(ValueError):  # noqa: PT011 -- a fault of the source, not a refusal
        rules.Personal(**{**told, **wrong})  # type: ignore[arg-type]
