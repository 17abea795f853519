"""The tool takes every marked sentence and names every wrong entry (语言目录工具)."""

from pathlib import Path

import pytest

from tools import catalogue

MODULE = """
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as said
from django.utils.translation import ngettext, pgettext
from quanyu.kernel.errors import gettext_noop

A = _("甲")
B = said("乙"
         "丙")
C = ngettext("{n} 件", "{n} 件", 2)
D = pgettext("state", "丁")
E = gettext_noop("戊")
F = f"{_('己')}！"
"""
TEMPLATE = """{% load i18n %}
  <p title="{% translate '甲' %}">{% translate "丁" context "state" %}</p>
{% blocktranslate trimmed with n=rows|length %}
  共 {{ n }} 件，占 5%
{% endblocktranslate %}
{% blocktranslate count n=n %}{{ n }} 天{% plural %}{{ n }} 天{% endblocktranslate %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source of one module and one template, and an empty catalogue."""
    (tmp_path / "quanyu").mkdir()
    (tmp_path / "quanyu" / "pages.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "quanyu" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def translated(root: Path, sentence: str, english: str | tuple[str, ...]) -> list[str]:
    """Return what is wrong with one sentence of the source once it has this English."""
    catalogue.update(root)
    known = catalogue.read(root)
    entry = known.get(sentence) or known.get(sentence, "state")
    assert entry is not None
    entry.string = english
    catalogue.write(known, root)
    return [wrong for wrong in catalogue.check(root) if wrong.endswith(sentence)]


@pytest.mark.parametrize(
    ("sentence", "context"),
    [
        *(("甲", None), ("乙丙", None), ("{n} 件", None), ("丁", "state"), ("戊", None)),
        *(("己", None), ("共 %(n)s 件，占 5%%", None), ("%(n)s 天", None)),
    ],
)
def test_every_way_to_mark_is_found(root: Path, sentence: str, context: str | None) -> None:
    found = catalogue.found(root)

    assert found.get(sentence, context) is not None


def test_nothing_else_is_found(root: Path) -> None:
    assert len(catalogue.found(root)) == 8


def test_a_sentence_without_english_is_named(root: Path) -> None:
    assert "not translated: quanyu/page.html: 甲" in catalogue.update(root)


def test_a_translation_is_kept(root: Path) -> None:
    translated(root, "甲", "First")

    catalogue.update(root)

    entry = catalogue.read(root).get("甲")
    assert entry is not None
    assert entry.string == "First"


def test_an_unchanged_catalogue_is_the_same_file(root: Path) -> None:
    catalogue.update(root)
    before = (root / catalogue.FILE).read_bytes()

    catalogue.update(root)

    assert (root / catalogue.FILE).read_bytes() == before


def test_a_sentence_that_is_gone_is_named(root: Path) -> None:
    catalogue.update(root)
    (root / "quanyu" / "pages.py").write_text("", encoding="utf-8")

    assert "obsolete: quanyu/pages.py: 戊" in catalogue.check(root)


@pytest.mark.parametrize(
    ("sentence", "english", "wrong"),
    [
        ("甲", "First", None),
        ("甲", "第一", "Chinese left in the English"),
        ("甲", "“First”", "curly quotes or dots, which Chinese fonts draw wide"),
        ("{n} 件", ("one matter", "{n} matters"), None),
        ("{n} 件", ("{n} matter", "matters"), "placeholders differ"),
        ("共 %(n)s 件，占 5%%", "%(n)s matters, 5%%", None),
        ("共 %(n)s 件，占 5%%", "%(m)s matters, 5%%", "placeholders differ"),
        ("共 %(n)s 件，占 5%%", "%(n)s matters, 5%", "placeholders differ"),
    ],
)
def test_what_does_not_fit_is_named(
    root: Path, sentence: str, english: str | tuple[str, ...], wrong: str | None
) -> None:
    found = translated(root, sentence, english)

    assert [one.split(": ")[0] for one in found] == ([wrong] if wrong else [])
