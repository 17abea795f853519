"""What can be wrong with the machine, each in one plain sentence.

A fault speaks before settings, catalogue or database stand, so both languages stand here and
not in `locale/`: the doctor and the place where the fault strikes print the same words.
"""

import os
from dataclasses import dataclass
from string import Template


@dataclass(frozen=True)
class Sentence:
    """One fault in both languages, with the exit code that a script can tell it by."""

    code: int
    chinese: str
    english: str


SENTENCES = {
    "usage": Sentence(2, "命令有误：$detail", "The command is not right: $detail"),
    "refused": Sentence(3, "没有执行：$detail", "It was not done: $detail"),
    "out_of_reach": Sentence(
        4,
        "没有找到，或不在本辖区（QUANYU_CITY）内。",
        "It is not there, or not inside QUANYU_CITY.",
    ),
    "python_too_old": Sentence(
        10,
        "Python 版本过低：当前为 $found，需要 3.11 或更高版本。",
        "Python is too old: this is $found, and 3.11 or newer is needed.",
    ),
    "port_taken": Sentence(
        11,
        "端口 $port 已被其他程序占用。请结束该程序，或用 --port 换一个端口。",
        "Port $port is taken by another program. Stop that program, or choose another --port.",
    ),
    "home_not_writable": Sentence(
        12,
        "数据目录 $path 不可写。请检查权限，或用 --home 换一个目录。",
        "The home folder $path cannot be written. Check its permissions, or choose another --home.",
    ),
    "disk_nearly_full": Sentence(
        13,
        "$path 所在磁盘只剩 $free MB，至少需要 $needed MB。请先清理磁盘。",
        "The disk of $path has only $free MB left; at least $needed MB are needed. "
        "Free some first.",
    ),
    "data_of_newer_postgres": Sentence(
        14,
        "数据库目录 $path 由 PostgreSQL $found 建立，比本程序自带的 $ours 更新。"
        "请用较新的程序打开。",
        "The database folder $path was made by PostgreSQL $found, newer than our own $ours. "
        "Open it with a newer release.",
    ),
    "data_of_older_postgres": Sentence(
        14,
        "数据库目录 $path 由 PostgreSQL $found 建立，而本程序自带的是 $ours。"
        "请用旧版本备份，再恢复到新目录。",
        "The database folder $path was made by PostgreSQL $found, and ours is $ours. "
        "Back it up with the older release and restore it into a new folder.",
    ),
    "data_of_newer_release": Sentence(
        15,
        "数据库已由较新的版本升级过（本版本不认识迁移 $found）。请改用较新的版本。",
        "The database was upgraded by a newer release (migration $found is unknown here). "
        "Use the newer release.",
    ),
    "server_too_old": Sentence(
        16,
        "数据库服务器是 PostgreSQL $found，需要 15 或更高版本。",
        "The database server is PostgreSQL $found; 15 or newer is needed.",
    ),
    "superuser_role": Sentence(
        17,
        "数据库角色 $role 是超级用户，行级安全对它不起作用。"
        "请在 QUANYU_DATABASE_URL 中改用普通角色。",
        "The database role $role is a superuser, whom row security does not hold back. "
        "Name an ordinary role in QUANYU_DATABASE_URL.",
    ),
    "bypassrls_role": Sentence(
        18,
        "数据库角色 $role 带有 BYPASSRLS，行级安全对它不起作用。请收回该属性。",
        "The database role $role has BYPASSRLS, so row security does not hold it back. "
        "Take that attribute away.",
    ),
    "role_not_granted": Sentence(
        19,
        "角色 $owner 不能使用角色 $role。请由管理员执行：GRANT $role TO $owner;",
        "The role $owner may not act as the role $role. "
        "An administrator must run: GRANT $role TO $owner;",
    ),
    "database_unreachable": Sentence(
        20,
        "连不上数据库：$detail",
        "The database cannot be reached: $detail",
    ),
    "database_does_not_start": Sentence(
        21,
        "内置数据库没有启动成功，日志见 $log。最后一行：$detail",
        "The embedded database did not start; its log is $log. Last line: $detail",
    ),
    "no_unprivileged_account": Sentence(
        22,
        "数据库须以普通账号运行，但本机既不能用 unshare，nobody 账号也到不了该目录：$path",
        "The database needs an ordinary account, but here neither unshare works nor can "
        "the account nobody reach $path.",
    ),
    "front_end_missing": Sentence(
        23,
        "缺少构建好的前端文件：$path。请运行 ./run build。",
        "The built front-end files are missing: $path. Run ./run build.",
    ),
    "catalogue_missing": Sentence(
        24,
        "缺少编译好的语言目录：$path。请运行 ./run build。",
        "The compiled language catalogue is missing: $path. Run ./run build.",
    ),
    "chromium_missing": Sentence(
        25,
        "没有找到 Chromium，浏览器测试无法运行。Debian 上的软件包是 chromium。",
        "Chromium was not found, so the browser tests cannot run. Debian's package is chromium.",
    ),
    "fonts_missing": Sentence(
        26,
        "没有找到中文字体，浏览器测试和 PDF 会缺字。Debian 上的软件包是 fonts-noto-cjk。",
        "No Chinese fonts were found, so browser tests and PDF would lack characters. "
        "Debian's package is fonts-noto-cjk.",
    ),
    "pango_missing": Sentence(
        27,
        "没有找到 Pango，PDF 无法生成。Debian 上的软件包是 libpango-1.0-0 和 libpangoft2-1.0-0。",
        "Pango was not found, so PDF cannot be made. "
        "Debian's packages are libpango-1.0-0 and libpangoft2-1.0-0.",
    ),
    "already_running": Sentence(
        28,
        "数据目录 $path 正由另一个进程使用（进程号 $pid）。",
        "The home folder $path is in use by another process (number $pid).",
    ),
    "child_keeps_failing": Sentence(
        29,
        "$name 反复异常退出，日志见 $log。最后一行：$detail",
        "The $name keeps failing; its log is $log. Last line: $detail",
    ),
    "database_not_set": Sentence(
        30,
        "没有设置数据库地址 QUANYU_DATABASE_URL。",
        "The address of the database, QUANYU_DATABASE_URL, is not set.",
    ),
    "not_initialised": Sentence(
        33,
        "数据目录 $path 还没有初始化。请先运行 ./run init（示例城市请运行 ./run demo）。",
        "The home folder $path is not set up. Run ./run init first (for the demo: ./run demo).",
    ),
    "secrets_missing": Sentence(
        34,
        "缺少密钥：$names。请从保管处取回 secrets.json，不要另造：另造的密钥打不开已加密的内容。",
        "Secrets are missing: $names. Bring secrets.json back from where it is kept; do not make "
        "others, for they would open nothing that is sealed.",
    ),
    "secrets_misshapen": Sentence(
        35,
        "密钥格式不对：$names。每个应为 32 字节的 base64。",
        "These secrets are misshapen: $names. Each is 32 bytes in base64.",
    ),
    "secrets_short": Sentence(
        35,
        "密钥 $name 太短：$found 个字符，至少 $needed 个。",
        "The secret $name is too short: $found signs, and at least $needed are needed.",
    ),
    "secrets_known": Sentence(
        36,
        "密钥 $name 是示例值、重复值或过于简单，不能用于真实数据。",
        "The secret $name is an example, is used twice or is too simple: not for real data.",
    ),
    "secrets_readable": Sentence(
        37,
        "文件 $path 的权限是 $mode，其他人也能读。请执行：chmod 600 $path",
        "The file $path has the mode $mode, so others can read it. Run: chmod 600 $path",
    ),
    "file_misshapen": Sentence(
        37,
        "文件 $path 读不出来：应为 JSON，名称和值都是文字。",
        "The file $path cannot be read: it is JSON, each name with a text.",
    ),
    "keys_of_another": Sentence(
        38,
        "这个数据库的内容是用另外的密钥加密的（$names）。请核对数据目录和数据库地址，"
        "或取回原来的 secrets.json。",
        "What this database holds was sealed with other keys ($names). Check the home folder and "
        "the address of the database, or bring the right secrets.json back.",
    ),
    "not_the_owner": Sentence(
        39,
        "角色 $role 不是数据库 $database 的所有者，不能在其中建表。"
        "请由管理员执行：ALTER DATABASE $database OWNER TO $role;",
        "The role $role does not own the database $database and cannot make tables in it. "
        "An administrator must run: ALTER DATABASE $database OWNER TO $role;",
    ),
    "role_not_created": Sentence(
        53,
        "角色 $owner 无权建立角色 $role。请由管理员执行："
        "CREATE ROLE $role NOLOGIN; GRANT $role TO $owner;",
        "The role $owner may not make the role $role. An administrator must run: "
        "CREATE ROLE $role NOLOGIN; GRANT $role TO $owner;",
    ),
    "answer_missing": Sentence(
        54,
        "没有给出$what。请加上选项 $option，或在终端里运行。",
        "There is no $what_en. Give the option $option, or run this at a terminal.",
    ),
    "answer_wrong": Sentence(
        54,
        "选项 $option 的值“$value”不能用：$detail",
        'The value "$value" of the option $option cannot be used: $detail_en',
    ),
    "set_up_otherwise": Sentence(
        55,
        "数据目录 $path 已按 $name=$found 初始化，不能改成 $wanted。要改请编辑其中的 "
        "settings.json。",
        "The home folder $path is set up with $name=$found and not $wanted. "
        "To change it, edit its settings.json.",
    ),
    "demo_home": Sentence(
        56,
        "数据目录 $path 属于示例城市，不能用于真实数据。请用 --home 换一个目录。",
        "The home folder $path is the demo city's, and not for real data. Choose another --home.",
    ),
    "real_home": Sentence(
        57,
        "数据目录 $path 属于真实的城市，不能运行示例。请用 --home 换一个目录。",
        "The home folder $path is a real city's, and no place for the demo. Choose another --home.",
    ),
    "no_such_account": Sentence(
        58,
        "没有用户名为 $username 的账号。",
        "There is no account with the user name $username.",
    ),
    "few_administrators": Sentence(
        59,
        "管理员不足：安全管理员 $security 人（至少 2 人，否则没有另一人批准续期），"
        "系统管理员 $system 人，审计管理员 $audit 人（各至少 1 人）。请尽快申请授权。",
        "There are too few administrators: $security for security (2 at least, or nobody can "
        "extend the other's grant), $system for the system, $audit for the audit (1 each at "
        "least). Ask for grants soon.",
    ),
    "role_makes_no_tests": Sentence(
        40,
        "测试要建立数据库和角色，数据库角色 $role 须有 CREATEDB 和 CREATEROLE。",
        "Tests make databases and a role of their own: "
        "the database role $role needs CREATEDB and CREATEROLE.",
    ),
    "nothing_to_back_up": Sentence(
        41,
        "$path 里没有可备份的城市。请用 --home 指定数据目录，或先运行 ./run migrate。",
        "There is no city to back up in $path. Name its folder by --home, or run ./run migrate.",
    ),
    "backup_failed": Sentence(
        42,
        "备份没有完成，没有留下文件。原因：$detail",
        "The backup was not finished, and no file is left. The reason: $detail",
    ),
    "postgres_programs_missing": Sentence(
        43,
        "本机没有 PostgreSQL $major 或更高版本的 pg_dump、pg_restore 和 psql。"
        "Debian 上的软件包是 postgresql-client-$major。",
        "This machine lacks pg_dump, pg_restore and psql of PostgreSQL $major or newer. "
        "Debian's package is postgresql-client-$major.",
    ),
    "backup_not_found": Sentence(
        44,
        "打不开备份文件 $path。",
        "The backup file $path cannot be opened.",
    ),
    "backup_damaged": Sentence(
        45,
        "备份文件 $path 不完整、被改动，或不是全域的备份，没有恢复任何内容（$detail）。",
        "The backup file $path is cut, changed or no backup of Quanyu; "
        "nothing was restored ($detail).",
    ),
    "backup_of_another_city": Sentence(
        46,
        "备份的 $name 是 $found，而这里设置为 $ours。请改设置，或换一份备份。",
        "The backup's $name is $found, and here it is set to $ours. "
        "Change the setting, or take another backup.",
    ),
    "backup_of_newer_postgres": Sentence(
        47,
        "备份取自 PostgreSQL $found，不能恢复到较旧的 PostgreSQL $ours。",
        "The backup was taken from PostgreSQL $found "
        "and cannot be restored into the older PostgreSQL $ours.",
    ),
    "keys_do_not_fit": Sentence(
        48,
        "这里的密钥与备份不符：$names。请用 --keys 指定与备份分开保管的密钥文件"
        "（./run backup keys 写出的，或原数据目录的 secrets.json）。没有恢复任何内容。",
        "The keys here do not fit the backup: $names. Name by --keys the file that was kept "
        "apart from it (of ./run backup keys, or secrets.json of the old home). "
        "Nothing was restored.",
    ),
    "target_not_empty": Sentence(
        49,
        "$what 里已有数据。请恢复到新的 --home 和空的数据库。没有改动任何内容。",
        "There are data in $what. Restore into a new --home and an empty database. "
        "Nothing was changed.",
    ),
    "restore_failed": Sentence(
        50,
        "恢复没有完成，目标已清空。原因：$detail",
        "The restore was not finished, and the target was emptied. The reason: $detail",
    ),
    "restore_unfinished": Sentence(
        51,
        "$path 是一次没有做完的恢复，不能使用。请删除该目录（和它的数据库）后重新恢复。",
        "In $path lies a restore that was not finished; it cannot be used. "
        "Remove the folder (and its database) and restore anew.",
    ),
    "chain_not_whole": Sentence(
        52,
        "恢复的内容与备份一致，但审计记录校验未通过（$count 处）：备份之前已被改动。"
        "请运行 ./run audit verify。",
        "What was restored equals the backup, but the audit log is not whole ($count faults): "
        "it was changed before the backup. Run ./run audit verify.",
    ),
}


class Fault(Exception):
    """The machine stands in the way; the person who runs it can put it right (环境故障)."""

    def __init__(self, kind: str, **parts: object) -> None:
        self.kind = kind
        self.parts = parts
        super().__init__(self.sentence("en"))

    @property
    def code(self) -> int:
        """Give the exit code of this kind of fault."""
        return SENTENCES[self.kind].code

    def sentence(self, language: str) -> str:
        """Say the fault in Chinese or in English."""
        known = SENTENCES[self.kind]
        words = known.chinese if language == "zh" else known.english
        return Template(words).safe_substitute({k: str(v) for k, v in self.parts.items()})


def languages() -> tuple[str, ...]:
    """Give the languages to speak by LANG: one when it names one, both when it names neither."""
    set_by = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    known = [language for language in ("zh", "en") if set_by.lower().startswith(language)]
    return tuple(known) or ("zh", "en")


def spoken(fault: Fault) -> str:
    """Say the fault as the person's locale asks, a line for each language."""
    return "\n".join(fault.sentence(language) for language in languages())


def choose(chinese: str, english: str) -> str:
    """Give the words in the languages to speak, on one line."""
    return " · ".join(chinese if language == "zh" else english for language in languages())
