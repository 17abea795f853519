"""What the topics of the log are called, in the reader's words (动作名称)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from quanyu.kernel.audit import queries

REFUSED = ".refused"


def topics() -> dict[str, str]:
    """Return what is done, by its topic, ordered by how it is called."""
    told = [_own(), *queries.topic_names.ask()]
    names = {topic: name for each in told for topic, name in each.items()}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def said(topic: str, names: Mapping[str, str]) -> str:
    """Return what a topic is called; a try that was refused says so."""
    if not topic.endswith(REFUSED):
        return names.get(topic, topic)
    kind, _dot, verb = topic.removesuffix(REFUSED).partition(".")
    found = names.get(f"{kind}.{verb}", "")
    return _("{what}，被拒绝").format(what=found) if found else topic


def _own() -> dict[str, str]:
    """Return what the topics of the kernel are called."""
    return {
        "accounts.approve_grant": _("批准授权"),
        "accounts.ask_grant": _("申请授权"),
        "accounts.begin_anew": _("任命管理员，原有登录方式作废"),
        "accounts.close_review": _("完成授权复核"),
        "accounts.code_failed": _("动态验证码错误"),
        "accounts.confirm": _("核对本人，准许启用账号"),
        "accounts.create": _("建立账号"),
        "accounts.decide_line": _("对授权作出复核结论"),
        "accounts.end": _("停用账号"),
        "accounts.end_deputy": _("终止代理"),
        "accounts.end_grant": _("终止授权"),
        "accounts.end_session": _("退出一处登录"),
        "accounts.end_sessions": _("退出多处登录"),
        "accounts.enrol_totp": _("绑定动态验证码"),
        "accounts.grant": _("授权"),
        "accounts.invite": _("发一次性链接"),
        "accounts.lapse_grant": _("授权申请过期"),
        "accounts.link_identity": _("绑定统一身份"),
        "accounts.lock_address": _("来源地址暂停登录"),
        "accounts.lock_code": _("动态验证码暂停核对"),
        "accounts.lock_name": _("账号暂停登录"),
        "accounts.lock_vouching": _("统一身份认证暂停"),
        "accounts.meet_identity": _("未绑定的统一身份来登录"),
        "accounts.name_deputy": _("指定代理"),
        "accounts.open_review": _("发起授权复核"),
        "accounts.password_failed": _("密码核对失败"),
        "accounts.propose_line": _("对授权复核提出建议"),
        "accounts.refuse_grant": _("不批准授权"),
        "accounts.renew_recovery_codes": _("生成恢复码"),
        "accounts.reset_totp": _("解绑动态验证码"),
        "accounts.review_late": _("授权复核逾期"),
        "accounts.see_as": _("以同事视角查看"),
        "accounts.see_as_oneself": _("恢复本人视角"),
        "accounts.set_email": _("填写或删除通知邮箱"),
        "accounts.set_password": _("设置密码"),
        "accounts.sign_in": _("登录"),
        "accounts.sign_in_failed": _("登录失败"),
        "accounts.sign_out": _("退出"),
        "accounts.take_up": _("使用一次性链接"),
        "accounts.unlink_identity": _("解除统一身份"),
        "accounts.use_recovery_code": _("使用恢复码"),
        "accounts.vouched": _("统一身份认证通过"),
        "accounts.vouching_denied": _("统一身份认证被拒"),
        "accounts.vouching_ended": _("已停用账号的统一身份来登录"),
        "accounts.vouching_faulty": _("统一身份认证答复有误"),
        "accounts.vouching_waits": _("待核对的统一身份来登录"),
        "accounts.withdraw_grant": _("撤回授权申请"),
        "audit.verified": _("核验了审计记录"),
        "audit.verify": _("要求核验审计记录"),
        "calendar.enter_year": _("录入放假安排"),
        "calendar.load_notice": _("载入放假安排"),
        "calendar.set_day": _("设定日历日"),
        "calendar.set_hours": _("设定工作时间"),
        "codes.add_clause": _("新增条款"),
        "codes.add_code": _("新增代码"),
        "codes.add_document": _("新增政策文件"),
        "codes.change_code": _("变更代码"),
        "codes.end_code": _("停用代码"),
        "codes.end_limit": _("停用时限"),
        "codes.load": _("载入代码"),
        "codes.set_limit": _("设定时限"),
        "codes.set_rung": _("设定提醒步骤"),
        "codes.end_rung": _("停用提醒步骤"),
        "codes.withdraw_rung": _("撤回未生效的提醒步骤"),
        "codes.withdraw_limit": _("撤回时限"),
        "files.finish": _("附件处理完成"),
        "files.refuse": _("附件未通过"),
        "files.take": _("收下附件"),
        "jobs.give_up": _("放弃任务"),
        "jobs.retry": _("重试任务"),
        "operations.backup": _("备份"),
        "operations.restore": _("恢复备份"),
        "privacy.begin_rotation": _("开始轮换密钥"),
        "privacy.end_rotation": _("完成密钥轮换"),
        "privacy.purge": _("清除到期的个人信息"),
        "privacy.reveal": _("查看个人信息"),
        "tables.approve": _("批准导出"),
        "tables.bring": _("上传导入文件"),
        "tables.cancel": _("取消导出"),
        "tables.confirm": _("确认导入"),
        "tables.drop_view": _("删除视图"),
        "tables.export": _("申请导出"),
        "tables.fail": _("导出失败"),
        "tables.fetch": _("下载导出的文件"),
        "tables.finish": _("导出完成"),
        "tables.give_up": _("放弃导入"),
        "tables.judge": _("试算导入"),
        "tables.refuse": _("不批准导出"),
        "tables.save_view": _("保存视图"),
        "tables.sweep": _("清除到期的文件"),
        "tables.take": _("开始导出"),
        "tables.turn_down": _("导入未通过"),
    }
