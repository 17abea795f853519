"""The `quanyu` command: one word for each thing that a person who runs Quanyu does."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault, choose, spoken

Verb = Callable[[argparse.Namespace], int]

# Packages that bring a command of their own: it gets the rest of the words.
ENTRIES = {
    "bench": "quanyu.bench.command:run",
}


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one plain sentence."""

    def error(self, message: str) -> NoReturn:
        """Say it and leave with the code of a wrong usage."""
        fault = Fault("usage", detail=message)
        self.exit(fault.code, f"{spoken(fault)}\n{self.format_usage()}")


def main(words: Sequence[str] | None = None) -> int:
    """Understand the words, do the verb, and say a fault in plain words."""
    arguments = parser().parse_args(words)
    try:
        verb: Verb = arguments.verb
        return verb(arguments)
    except Fault as fault:
        return _say(fault)
    except Exception as problem:
        known = _known(problem)
        if known is None:
            raise
        return _say(known)


def _known(problem: Exception) -> Fault | None:
    """Give the plain words of a problem that a person can put right, None of any other."""
    if isinstance(problem, Denied):
        return Fault("out_of_reach")
    if isinstance(problem, Refusal):
        words = (_translated(problem, language) for language in ("zh-hans", "en"))
        return Fault("refused", detail=choose(*words))
    # psycopg's and Django's alike, named by name: this module loads neither.
    if type(problem).__name__ == "OperationalError":
        return Fault("database_unreachable", detail=str(problem).strip().splitlines()[-1])
    return None


def _translated(refusal: Refusal, language: str) -> str:
    translation = import_module("django.utils.translation")
    with translation.override(language):
        words: str = translation.gettext(refusal.sentence)
    return words.format(**refusal.parts) if refusal.parts else words


def _say(fault: Fault) -> int:
    print(spoken(fault), file=sys.stderr)  # noqa: T201 - the command speaks to a person
    return fault.code


def parser() -> Parser:
    """Build the parser of all verbs."""
    whole = Parser(
        prog="quanyu", description=choose("全域：城市基层治理平台", "Quanyu: a city's governance")
    )
    verbs = whole.add_subparsers(metavar="VERB", required=True, parser_class=Parser)

    def add(name: str, verb: Verb, chinese: str, english: str) -> argparse.ArgumentParser:
        words = choose(chinese, english)
        made = verbs.add_parser(name, help=words, description=words)
        made.set_defaults(verb=verb)
        made.add_argument("--home", type=Path, default=homes.default())
        return made

    _with_scale(add("demo", _demo, "在本机运行示例城市", "run the demo city on this machine"))
    _with_answers(add("init", _init, "初始化一个真实的城市", "set up a real city"))
    add("seed", _seed, "载入基础数据", "load codes, limits, calendar and divisions")
    link = add("link", _link, "发一次性登录链接", "make a one-time sign-in link")
    link.add_argument("username")
    serve = add("serve", _serve, "运行网站", "run the web server")
    _with_port(serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--workers", type=int, default=2)
    add("worker", _worker, "运行后台任务", "run the worker")
    add("migrate", _migrate, "升级数据库", "bring the database to this release")
    test = add("test", _test, "全部检查与测试", "every check and test")
    test.add_argument("--database", metavar="URL", default="", help="a server to test on")
    test.add_argument("words", nargs=argparse.REMAINDER, help="pytest's own words")
    _with_port(add("doctor", _doctor, "体检", "say what is wrong with this machine"))
    audit = add("audit", _audit, "校验审计记录", "verify the audit log")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument("--witnessed", default="", help="a head that was kept outside")
    backup = add("backup", _backup, "备份", "take a backup")
    backup.add_argument("what", nargs="?", choices=["keys"], help="the keys, which no backup holds")
    backup.add_argument("--to", type=Path, help="a folder; a new file for the keys")
    restore = add("restore", _restore, "恢复备份", "restore a backup into a new home")
    restore.add_argument("file", type=Path)
    restore.add_argument("--database", metavar="URL", default="", help="an empty database")
    restore.add_argument("--keys", type=Path, metavar="FILE", help="the keys, kept apart")
    privacy = add("privacy", _privacy, "个人信息：列出、清除", "personal data: list, purge")
    privacy.add_argument("what", choices=["fields", "purge"])
    privacy.add_argument("--format", choices=["table", "json", "csv"], default="table")
    keys = add("keys", _keys, "密钥：查看、轮换、停用", "keys: show, rotate, retire")
    keys.add_argument("what", choices=["show", "rotate", "retire"])
    keys.add_argument("number", type=int, nargs="?", help="the key to retire")
    keys.add_argument("--keep-key", action="store_true", help="rotate to the newest key there is")
    _with_table(add("train", _train, "训练：建议类别", "learn to suggest classes"))
    bring = add("import", _import, "导入数据", "import data")
    _with_file(bring)
    _with_pace(add("replay", _replay, "让示例城市继续运转", "let the demo city live on"))
    add("build", _build, "构建前端与语言目录", "build the front-end and the catalogues")
    add("prepare", _prepare, "准备示例城市的数据", "prepare the demo city's data")
    for name, rest, chinese, english in (
        ("bench", _delegated, "性能测试", "measure speed"),
        ("manage", _manage, "Django 命令", "Django's own commands"),
    ):
        made = add(name, rest, chinese, english)
        made.set_defaults(name=name)
        made.add_argument("words", nargs=argparse.REMAINDER)
    return whole


def _with_answers(parser: argparse.ArgumentParser) -> None:
    def option(word: str, chinese: str, english: str, shown: str | None = None) -> None:
        parser.add_argument(word, default="", help=choose(chinese, english), metavar=shown)

    option("--city", "区划代码，如 340100", "the division code, such as 340100", "CODE")
    option("--name", "城市名称，区划未随附时", "the city's name, where its divisions do not ship")
    option("--database", "数据库地址，或 embedded", "the database, or embedded", "URL")
    option("--url", "人们访问的地址", "the address that people call")
    for role, chinese in (("sys", "系统"), ("sec", "安全"), ("audit", "审计")):
        who = (f"{chinese}管理员的用户名", f"user name of the {role} administrator")
        option(f"--{role}-admin", *who, "USERNAME")
    words = choose("为未启用的管理员换新链接", "new links for administrators not taken up")
    parser.add_argument("--new-links", action="store_true", help=words)


def _with_pace(parser: argparse.ArgumentParser) -> None:
    def option(word: str, kind: type, usual: float | None, chinese: str, english: str) -> None:
        parser.add_argument(word, type=kind, default=usual, help=choose(chinese, english))

    option("--speed", float, 1000, "快多少倍，0 为尽快", "so many times as fast; 0 for full speed")
    option("--hours", float, 24, "城市里的多少小时", "so many hours of the city")
    option("--rate", float, None, "城市里每分钟多少件上报", "reports in a minute of the city")
    option("--matters", int, 0, "至多多少件，0 为不限", "so many reports at most; 0 for any")
    option("--seed", int, 1, "随机种子", "the seed")


def _with_file(parser: argparse.ArgumentParser) -> None:
    def option(word: str, chinese: str, english: str, **more: Any) -> None:
        parser.add_argument(word, help=choose(chinese, english), **more)

    parser.add_argument("kind", choices=["divisions", "events", "places"])
    option("file", "文件夹（divisions）或文件", "a folder (divisions), else a file",
           type=Path)  # fmt: skip
    option("--map", "对照表", "the mapping", type=Path, metavar="FILE")
    option("--write", "写入；不加只试读", "write; else only read and count", action="store_true")
    option("--as-of", "按这一刻核对是否按时", "judge what is on time at this instant", default="")
    option("--without-due", "没有期限的怎样算", "what a matter without an end counts as",
           choices=["apart", "on_time", "overdue"], default="apart")  # fmt: skip
    option("--rows", "应有多少行（places）", "how many rows there should be (places)", type=_count)
    option("--faults", "把逐行问题写入这个文件", "write each row's faults there", type=Path)


def _with_table(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["classes"])
    parser.add_argument("--from", type=Path, dest="file", metavar="FILE", help="a labelled CSV")
    parser.add_argument("--generated", type=_count, default=0, metavar="N", help="N made messages")
    parser.add_argument("--text", default="text", metavar="COL")
    parser.add_argument("--label", default="label", metavar="COL")
    parser.add_argument("--report", action="store_true", help="precision and recall by class")


def _with_scale(parser: argparse.ArgumentParser) -> None:
    _with_port(parser)
    words = choose("规模：demo 一个街道，city 全市", "demo: one street; city: the whole city")
    parser.add_argument("--scale", choices=["demo", "city"], default="", help=words)
    words = choose("全市规模的随机种子", "the seed of the whole city")
    parser.add_argument("--seed", type=int, default=None, help=words)


def _with_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000)


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not int(word):
        raise argparse.ArgumentTypeError(
            choose(f"应为大于 0 的整数，而不是“{word}”", f"no whole number above 0: {word!r}")
        )
    return int(word)


def _port(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError(
            choose(f"端口应为 1 到 65535 的数字，而不是“{word}”。", f"no port number: {word!r}")
        )
    return int(word)


def _demo(arguments: argparse.Namespace) -> int:
    demo = import_module("quanyu.project.demo")
    asked = {"scale": arguments.scale, "seed": arguments.seed}
    return int(demo.run(path=arguments.home, port=arguments.port, **asked))


def _init(arguments: argparse.Namespace) -> int:
    init = import_module("quanyu.project.init")
    asked = init.Asked(
        city=arguments.city,
        name=arguments.name,
        database=arguments.database,
        url=arguments.url,
        usernames=(arguments.sys_admin, arguments.sec_admin, arguments.audit_admin),
        new_links=arguments.new_links,
    )
    return int(init.run(arguments.home, asked))


def _seed(arguments: argparse.Namespace) -> int:
    return int(import_module("quanyu.project.verbs").seed(arguments.home))


def _link(arguments: argparse.Namespace) -> int:
    init = import_module("quanyu.project.init")
    return int(init.link(arguments.home, username=arguments.username))


def _serve(arguments: argparse.Namespace) -> int:
    return int(
        import_module("quanyu.project.verbs").serve(
            arguments.home,
            host=arguments.host,
            port=arguments.port,
            workers=arguments.workers,
        )
    )


def _worker(arguments: argparse.Namespace) -> int:
    return int(import_module("quanyu.project.verbs").worker(arguments.home))


def _migrate(arguments: argparse.Namespace) -> int:
    return int(import_module("quanyu.project.verbs").migrate(arguments.home))


def _test(arguments: argparse.Namespace) -> int:
    check = import_module("quanyu.project.check")
    return int(check.run(arguments.words, database=arguments.database))


def _doctor(arguments: argparse.Namespace) -> int:
    doctor = import_module("quanyu.project.examination")
    return int(doctor.run(arguments.home, port=arguments.port))


def _audit(arguments: argparse.Namespace) -> int:
    verbs = import_module("quanyu.project.verbs")
    return int(verbs.audit(arguments.home, witnessed=arguments.witnessed))


def _backup(arguments: argparse.Namespace) -> int:
    verbs = import_module("quanyu.project.verbs")
    if arguments.what is None:
        return int(verbs.backup(arguments.home, folder=arguments.to))
    if arguments.to is None:
        raise Fault("usage", detail="backup keys --to FILE")
    return int(verbs.backup_keys(arguments.home, to=arguments.to))


def _restore(arguments: argparse.Namespace) -> int:
    verbs = import_module("quanyu.project.verbs")
    return int(
        verbs.restore(
            arguments.home, file=arguments.file, url=arguments.database, keys=arguments.keys
        )
    )


def _privacy(arguments: argparse.Namespace) -> int:
    personal = import_module("quanyu.project.personal")
    if arguments.what == "purge":
        return int(personal.purge(arguments.home))
    return int(personal.fields(arguments.home, shape=arguments.format))


def _train(arguments: argparse.Namespace) -> int:
    train = import_module("quanyu.project.train")
    if arguments.generated:
        return int(train.generated(arguments.generated))
    if arguments.file is None:
        return int(train.classes(arguments.home))
    given = {"text": arguments.text, "label": arguments.label, "is_full": arguments.report}
    return int(train.file(arguments.file, **given))


def _keys(arguments: argparse.Namespace) -> int:
    personal = import_module("quanyu.project.personal")
    if arguments.what == "rotate":
        return int(personal.rotate(arguments.home, keeps_key=arguments.keep_key))
    if arguments.what == "show":
        return int(personal.show(arguments.home))
    if arguments.number is None:
        raise Fault("usage", detail="keys retire NUMBER")
    return int(personal.retire(arguments.home, number=arguments.number))


def _import(arguments: argparse.Namespace) -> int:
    if arguments.kind == "divisions":
        verbs = import_module("quanyu.project.verbs")
        return int(verbs.bring(arguments.home, kind=arguments.kind, folder=arguments.file))
    if arguments.kind == "places":
        places = import_module("quanyu.project.places")
        given = places.Asked(arguments.file, arguments.write, arguments.rows, arguments.faults)
        return int(places.bring(arguments.home, given))
    if arguments.map is None:
        raise Fault("usage", detail="import events FILE --map MAPPING")
    past = import_module("quanyu.project.past")
    asked = past.Asked(
        file=arguments.file,
        mapping=arguments.map,
        is_written=arguments.write,
        as_of=arguments.as_of,
        without_due=arguments.without_due,
        faults=arguments.faults,
    )
    return int(past.bring(arguments.home, asked))


def _replay(arguments: argparse.Namespace) -> int:
    return int(
        import_module("quanyu.project.replay").run(
            arguments.home,
            speed=arguments.speed,
            hours=arguments.hours,
            rate=arguments.rate,
            most=arguments.matters,
            seed=arguments.seed,
        )
    )


def _build(arguments: argparse.Namespace) -> int:
    import_module("quanyu.project.build").build(with_tests=False)
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    import_module("quanyu.project.prepare").main()
    return 0


def _manage(arguments: argparse.Namespace) -> int:
    return int(import_module("quanyu.project.verbs").manage(arguments.home, arguments.words))


def _delegated(arguments: argparse.Namespace) -> int:
    """Hand the rest of the words to a package's own command, which brings its own city."""
    module, _, name = ENTRIES[arguments.name].partition(":")
    return int(getattr(import_module(module), name)(arguments.words))


if __name__ == "__main__":
    sys.exit(main())
