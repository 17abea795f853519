"""What the acts on party organisations are called in the log (审计主题)."""

from django.utils.translation import gettext as _

from quanyu.kernel.audit import queries as audit


@audit.topic_names.answered_by
def party_topic_names() -> dict[str, str]:
    """Return what the acts on counts, terms, members, meetings and elections are called."""
    return {
        "body.follow": _("党组织记录随组织迁移"),
        "norm.load": _("载入党组织规定的数"),
        "norm.change": _("修改党组织规定的数"),
        "member_count.keep": _("登记党员数"),
        "term.keep": _("登记届期"),
        "term_change.ask": _("申请变更换届日期"),
        "term_change.approve": _("批准变更换届日期"),
        "term_change.refuse": _("不批准变更换届日期"),
        "member.enter": _("登记党员"),
        "member.confirm": _("预备党员转正"),
        "member.transfer": _("转移组织关系"),
        "member.end": _("转出名册"),
        "member.look": _("打开党员页面"),
        "member_transfer.propose": _("提出转接组织关系"),
        "member_transfer.accept": _("接收组织关系"),
        "member_transfer.decline": _("不接收组织关系"),
        "member_transfer.withdraw": _("撤回转接"),
        "meeting.plan": _("安排会议"),
        "meeting.change": _("修改会议安排"),
        "meeting.call_off": _("取消会议"),
        "meeting.record": _("登记会议"),
        "resolution.adopt": _("登记决议"),
        "resolution.settle": _("决议完成"),
        "resolution.withdraw": _("撤销决议"),
        "election.start": _("发起换届选举"),
        "election.amend": _("修改选举方案"),
        "election.nominate": _("提名候选人"),
        "election.strike": _("撤下候选人"),
        "election.close_list": _("确定候选人"),
        "election.reopen": _("重新提名"),
        "election.adjourn": _("选举人数不足"),
        "election.count": _("登记选举结果"),
        "election.again": _("再次投票"),
        "election.conclude": _("产生新一届"),
        "election.propose": _("提名当选人任职"),
        "election.withdraw": _("终止选举"),
    }
