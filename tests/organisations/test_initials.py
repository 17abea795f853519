"""Names are found by the first letters of their sounds (拼音首字母)."""

import pytest

from quanyu.organisations.rules.initials import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("三里庵街道党工委", "slajddgw"),
        ("竹荫里社区党委", "zylsqdw"),
        ("绩溪路社区第三网格党支部", "jxlsqdswgdzb"),
        ("第 3 网格 A 区", "d3wgaq"),
        ("杏林社区居委会", "xlsqjwh"),
        ("龙河路、二里街联合党支部", "lhl、eljlhdzb"),
        ("合肥市排水管理办公室", "hfspsglbgs"),
        ("淝河圩", "fhw"),
        ("𫖯", "𫖯"),
    ],
)
def test_gives_the_first_letters(name: str, letters: str) -> None:
    assert initials(name) == letters
