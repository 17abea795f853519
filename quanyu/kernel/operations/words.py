"""What a finding, a job's standing and a fault are called, and what to do next (用语)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from quanyu.kernel.jobs.rules import Family, Standing
from quanyu.kernel.operations.rules import Key, Level

Words = Promise | str

LABELS: Mapping[Key, Words] = {
    Key.JOBS: lazy("后台任务"),
    Key.WORKER: lazy("任务进程"),
    Key.DISK: lazy("磁盘"),
    Key.DATABASE: lazy("数据库"),
    Key.STATEMENTS: lazy("慢语句"),
    Key.ACTIVITY: lazy("正在执行"),
    Key.BACKUP: lazy("最近备份"),
    Key.SEAL: lazy("审计封存"),
    Key.CALENDAR: lazy("工作日历"),
    Key.RELEASE: lazy("版本"),
    Key.ADMINISTRATORS: lazy("三员"),
}

NEXT: Mapping[tuple[Key, str], Words] = {
    (Key.JOBS, "dead"): lazy("看原因，排除后重试；确实不必再做的，写明理由放弃"),
    (Key.JOBS, "waited"): lazy("任务排得太久：看任务进程是否在运行、是否够用"),
    (Key.JOBS, "failing"): lazy("系统会自动再试；看原因，不必等到失败"),
    (Key.WORKER, "none"): lazy("没有任务进程：启动 ./run worker"),
    (Key.WORKER, "silent"): lazy("任务进程没有响应：查看它的日志并重新启动"),
    (Key.DISK, "full"): lazy("立即清理或扩大磁盘；写满后数据库会停止"),
    (Key.DISK, "filling"): lazy("安排清理或扩大磁盘"),
    (Key.DATABASE, "full"): lazy("连接快用完：减少网站进程，或调大数据库的 max_connections"),
    (Key.STATEMENTS, "slow"): lazy("看下面的语句；反复出现的，连同次数报给开发者"),
    (Key.ACTIVITY, "blocked"): lazy("有语句在等锁：看谁挡住了它，必要时由数据库管理员结束"),
    (Key.ACTIVITY, "long"): lazy("有事务开得太久：看是哪个程序"),
    (Key.BACKUP, "none"): lazy("还没有备份：现在做一次，并定好每天的时间"),
    (Key.BACKUP, "old"): lazy("备份过期：检查备份任务为什么没有运行"),
    (Key.SEAL, "unsealed"): lazy("审计记录没有按时封存：看任务进程和 audit 任务"),
    (Key.CALENDAR, "missing"): lazy("载入国务院办公厅的放假通知；在此之前按周一至周五计算时限"),
    (Key.ADMINISTRATORS, "none"): lazy("三员缺员：尽快为一名人员申请这个角色，由安全管理员批准"),
    (Key.ADMINISTRATORS, "few"): lazy(
        "安全管理员不足两人：到期时没有另一人能批准续期；请再申请一名"
    ),
    (Key.RELEASE, "pending"): lazy("数据库落后于程序：运行 ./run migrate"),
}
"""What to do about each finding that is not fine."""

LEVELS: Mapping[Level, tuple[Words, str, str]] = {
    Level.FINE: (lazy("正常"), "circle-check", "done"),
    Level.LOOK: (lazy("留意"), "eye", "soon"),
    Level.ACT: (lazy("要处理"), "alert-triangle", "late"),
}

STANDINGS: Mapping[Standing, tuple[Words, str, str]] = {
    Standing.DEAD: (lazy("失败待处理"), "alert-triangle", "late"),
    Standing.FAILING: (lazy("出错，将再试"), "rotate-clockwise", "soon"),
    Standing.STALLED: (lazy("进程中断"), "plug-connected-x", "soon"),
    Standing.RUNNING: (lazy("进行中"), "player-play", "move"),
    Standing.WAITING: (lazy("等待中"), "hourglass", ""),
    Standing.DONE: (lazy("已完成"), "circle-check", "done"),
    Standing.PASSED: (lazy("后来已成功"), "circle-check", "void"),
    Standing.GIVEN_UP: (lazy("已放弃"), "circle-x", "void"),
}
"""Word, icon and tone of each."""

FAMILIES: Mapping[Family, tuple[Words, Words]] = {
    Family.DATABASE: (
        lazy("数据库当时不可用"),
        lazy("确认数据库已恢复，然后重试"),
    ),
    Family.RULE: (
        lazy("业务规则不允许"),
        lazy("数据没有变化的话，重试结果一样；请业务人员核对后再重试或放弃"),
    ),
    Family.MISSING: (
        lazy("要处理的对象已不存在"),
        lazy("多半已被清除；确认后放弃"),
    ),
    Family.NETWORK: (
        lazy("对方系统或网络不通"),
        lazy("确认网络和对方系统已恢复，然后重试"),
    ),
    Family.MACHINE: (
        lazy("本机的文件、磁盘或内存有问题"),
        lazy("检查磁盘空间和目录权限，然后重试"),
    ),
    Family.PROGRAM: (
        lazy("程序有错"),
        lazy("把异常类别和代码位置报给开发者；升级后再重试"),
    ),
}
"""What happened, and what to do."""


def chip(told: tuple[Words, str, str]) -> dict[str, str]:
    """Return word, icon and tone as a template shows them."""
    word, icon, tone = told
    return {"label": str(word), "icon": icon, "tone": tone}


def task_name(task: str) -> str:
    """Return a task without the parts of its name that every task has."""
    parts = [part for part in task.split(".") if part not in {"quanyu", "kernel", "jobs"}]
    return ".".join(parts) or task


def size(number: float) -> str:
    """Return a number of bytes as people write it."""
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TB"


def span(seconds: float) -> str:
    """Return how long something lasted."""
    whole = int(seconds)
    if whole < 60:
        return ngettext("%d 秒", "%d 秒", whole) % whole
    if whole < 3600:
        return _("%d 分钟") % (whole // 60)
    if whole < 2 * 86400:
        return ngettext("%d 小时", "%d 小时", whole // 3600) % (whole // 3600)
    return ngettext("%d 天", "%d 天", whole // 86400) % (whole // 86400)


def ago(seconds: float | None) -> str:
    """Return how long ago something was."""
    return _("从未") if seconds is None else _("{span}前").format(span=span(seconds))
