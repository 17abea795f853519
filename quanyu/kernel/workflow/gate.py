"""What burdens a community passes the gate first, in every kind of case (事项准入)."""

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.questions import Question
from quanyu.kernel.workflow.spec import Guarded

may_be_asked: Question[[str, str], bool] = Question("may_be_asked", default=True)
"""May this be asked of this community: given the topic and the place. Admission will answer."""


def check(topic: str, place: str) -> None:
    """Refuse what may not be asked of the community at ``place``.

    :raises Guarded: if anybody who is asked says no
    """
    if not all(may_be_asked.ask(topic, place)):
        raise Guarded(_("这件事不在社区工作事项准入清单内，不能下派"), value=topic)
