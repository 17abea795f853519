"""Every question … is known with who asks and who answers (跨域问答)."""

import ast
import sys
from collections.abc import Iterator
from typing import Any

from quanyu.kernel.questions import Question
from quanyu.web import urls
from tests.architecture.source import places, trees

ANSWERERS = {
    "events.elsewhere": {"gateway"},
    "kernel.accounts.acts_of": {"events"},
    "kernel.accounts.bodies_called": {"organisations"},
    "kernel.accounts.body_names": {"organisations"},
    "kernel.accounts.body_places": {"organisations"},
    "kernel.accounts.doors_of": {"web"},
    "kernel.accounts.place_names": {"regions"},
    "kernel.accounts.places_below": {"regions"},
    "kernel.accounts.places_called": {"regions"},
    "kernel.accounts.posts_held": {"organisations"},
    "kernel.audit.account_names": {"kernel.accounts"},
    "kernel.audit.accounts_called": {"kernel.accounts"},
    "kernel.audit.place_names": {"regions"},
    "kernel.audit.places_below": {"regions"},
    "kernel.audit.topic_names": {
        *("events", "gateway", "kernel.notices", "organisations", "regions"),
    },
    "kernel.codes.counted_stages": {"events"},
    "kernel.codes.place_names": {"regions"},
    "kernel.codes.rung_names": {"events"},
    "kernel.codes.stage_names": {"events"},
    "kernel.files.ended": {"events"},
    "kernel.files.may_open": {"events"},
    "kernel.workflow.may_be_asked": set(),
    "organisations.hanging": {"events", "organisations"},
    "organisations.sections": {"events", "organisations"},
    "regions.open_matters": {"events"},
    "regions.bodies_at": {"organisations"},
    "regions.bound": {"events", "gateway", "organisations"},
    "regions.follows": {"events", "organisations"},
    "regions.standing": {"organisations"},
}
"""Each question under the package that declares and asks it, and the packages that answer."""


def test_has_the_answerers_that_this_list_names() -> None:
    found = {name: _answerers(question) for name, question in _questions()}

    assert urls.urlpatterns, "the edge is loaded, so that everybody has answered"
    assert found == ANSWERERS


def test_is_asked_by_the_package_that_declares_it_and_no_other() -> None:
    assert set(_asked()) == set(ANSWERERS)


def _questions() -> Iterator[tuple[str, Question[..., Any]]]:
    for module in [m for name, m in sys.modules.items() if name.startswith("quanyu.")]:
        for name, held in vars(module).items():
            if isinstance(held, Question):
                yield f"{_package(module.__name__)}.{name}", held


def _answerers(question: Question[..., Any]) -> set[str]:
    return {_package(answer.__module__) for answer in question.answers}


def _asked() -> Iterator[str]:
    for path, tree in trees().items():
        for _place, node in places(tree):
            if isinstance(node, ast.Attribute) and node.attr == "ask":
                question = getattr(node.value, "id", getattr(node.value, "attr", ""))
                yield f"{_package(path.replace('/', '.'))}.{question}"


def _package(module: str) -> str:
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[0] == "kernel" else 1])
