"""Years of a city's matters, made in the database by one statement (性能测试用的事项).

What a list asks of is as in a city: most are over, the newest are open, a few places and kinds
have most, some words stand in every tenth report and some in one of ten thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connections

DAYS = 730
SPREAD = (116.90, 31.60, 0.62, 0.42)
"""West, south, and how wide and high the ground is over which the communities lie."""

THINGS = (
    *("路灯", "窨井盖", "垃圾", "共享单车", "机动车", "树枝", "下水道", "广告牌", "护栏", "消火栓"),
    *("工地", "油烟", "犬只", "健身器材", "人行道砖", "电动车充电桩", "公交站牌", "绿化带"),
    *("楼道杂物", "电梯", "水管", "燃气管", "通信线缆", "交通信号灯", "减速带", "雨篷", "围墙"),
    *("非法小广告", "鸽子笼", "防空洞"),
)
TROUBLES = (
    *("不亮", "破损", "堆放没有清走", "占用通道", "缺失", "堵塞", "晚上很吵", "松动", "漏水"),
    *("倾斜", "有异味", "遮挡视线", "被撞坏", "存在安全隐患", "无人管理", "长期闲置"),
)
WHERE = ("路口", "门口", "南侧", "北侧", "地下车库", "单元楼下", "公交站旁", "菜场里", "桥下")
ROADS = (
    *("望江路", "金寨路", "长江中路", "黄山路", "徽州大道", "芜湖路", "屯溪路", "马鞍山路"),
    *("宿松路", "潜山路", "肥西路", "合作化路", "翠微路", "太湖路", "南一环路", "九华山路"),
)
SAID = (
    *("请尽快派人来看一看。", "已经三天了没有人处理。", "小区里的老人和孩子走路不安全。"),
    *("上个月也反映过一次。", "希望给一个答复。", "拨打过物业电话没有结果。", "谢谢。"),
)

OPEN_SHARE = 0.03
OPEN = ("reported", "accepted", "filed", "dispatched", "handling", "handled", "checking")
ENDED = ("closed", "closed", "closed", "rated", "closed", "rated", "settled", "refused", "void")
BEFORE = ("reported", "accepted")
"""States without a class and without a body."""

SKEW, SKEW_OF_PLACES = 2.2, 1.3
"""How unevenly: the higher, the more of all matters are of few kinds, or lie in few places."""


OF_NO_CONSTRAINT = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisunique
"""


def fill(rows: int, *, until: datetime, alias: str = "owner") -> None:
    """Write so many matters, the oldest first, the newest at this instant."""
    meta = apps.get_model("events.Event")._meta
    made, columns, values, given = _made(), [], [], []
    for field in meta.concrete_fields:
        columns.append(f'"{field.column}"')
        values.append(made.get(str(field.column)) or f"%s::{field.db_type(connections[alias])}")
        if field.column not in made:
            given.append(field.get_db_prep_save(field.get_default(), connections[alias]))
    statement = (
        f"INSERT INTO {meta.db_table} ({', '.join(columns)})"  # noqa: S608 (our names)
        f" SELECT {', '.join(values)} FROM ({_drawn()}) drawn ORDER BY at"
    )
    since = until - timedelta(days=DAYS)
    with indexed_afterwards("Event", alias=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(statement, [*given, rows, since, until, rows])
    settle(alias=alias)


@contextmanager
def indexed_afterwards(name: str, *, alias: str = "owner") -> Iterator[None]:
    """Build a table's indexes once its rows are there: row by row takes many times as long."""
    table = apps.get_model(f"events.{name}")._meta.db_table
    with connections[alias].cursor() as cursor:
        cursor.execute(OF_NO_CONSTRAINT, [table])
        found = cursor.fetchall()
        for index, _made in found:
            cursor.execute(f"DROP INDEX {index}")
    yield
    with connections[alias].cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _index, made in found:
            cursor.execute(made)
        cursor.execute("RESET maintenance_work_mem")


def settle(*, alias: str = "owner") -> None:
    """Do what the server does by itself in the hours after so many rows."""
    with connections[alias].cursor() as cursor:
        for name in ("Event", "EventWords", "Counted", "Tally"):
            table = apps.get_model(f"events.{name}")._meta.db_table
            cursor.execute(f"VACUUM ANALYZE {table}")


def _made() -> Mapping[str, str]:
    """Return what each column is made of, for those that are not left at their default."""
    is_filed = f"state NOT IN {BEFORE}"
    west, south, wide, high = SPREAD
    return {
        "id": "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'"
        " || substr(chance, 1, 3) || '8' || substr(chance, 4, 15))::uuid",
        "number": "to_char(at, 'YYMMDD-') || upper(substr(chance, 1, 8))",
        "region_path": "place",
        "body_id": f"CASE WHEN {is_filed} AND state NOT IN ('refused', 'void') THEN body END",
        "state": "state",
        "state_since": "least(at + took * interval '1 hour', until)",
        "version": "1",
        "reported_at": "at",
        "due_at": "at + interval '7 days'",
        "next_due_at": "CASE WHEN is_open THEN at + interval '7 days' END",
        "closed_at": "CASE WHEN NOT is_open THEN least(at + took * interval '1 hour', until) END",
        "channel": "(ARRAY['web','phone','grid','phone','api','window'])[1 + n %% 6]",
        "category": f"CASE WHEN {is_filed} THEN kind ELSE '' END",
        "is_urgent": "n %% 90 = 0",
        "title": "thing || trouble",
        "text": "road || house || '号' || spot || thing || trouble || '，' || said",
        "address": "road || house || '号'",
        "lon": f"CASE WHEN n %% 20 > 0 THEN {west} + {wide} * px + 0.008 * x END",
        "lat": f"CASE WHEN n %% 20 > 0 THEN {south} + {high} * py + 0.008 * y END",
    }


def _drawn() -> str:
    """Return the statement that draws each matter's chances, and what they fall on."""
    newest = f"n > %s * {1 - 1.3 * OPEN_SHARE}"
    return f"""
        WITH place AS MATERIALIZED (
            SELECT path AS place, row_number() OVER (ORDER BY md5(path)) - 1 AS k,
              ('x' || substr(md5(path), 1, 6))::bit(24)::int / 16777216.0 AS px,
              ('x' || substr(md5(path), 7, 6))::bit(24)::int / 16777216.0 AS py
            FROM regions_region WHERE level IN ('community', 'grid') AND valid_to IS NULL
        ), kind AS MATERIALIZED (
            SELECT code AS kind, row_number() OVER (ORDER BY md5(code)) - 1 AS k
            FROM codes_code JOIN codes_codelist ON codes_codelist.id = list_id
            WHERE key IN ('event_class', 'part_class') AND length(code) > 3
              AND codes_code.withdrawn_at IS NULL AND codes_code.valid_to IS NULL
        ), body AS MATERIALIZED (
            SELECT id AS body, row_number() OVER (ORDER BY md5(code)) - 1 AS k
            FROM organisations_body
        ), counted AS MATERIALIZED (
            SELECT (SELECT count(*) FROM place) AS places, (SELECT count(*) FROM kind) AS kinds,
              (SELECT count(*) FROM body) AS bodies
        ), chances AS MATERIALIZED (
            SELECT n, {newest} AND random() < 0.78 AS is_open,
              floor(pow(random(), {SKEW_OF_PLACES}) * places) AS place_k,
              floor(pow(random(), {SKEW}) * kinds) AS kind_k,
              floor(pow(random(), {SKEW}) * bodies) AS body_k,
              random() AS a, random() AS b, random() AS c, random() AS d, random() AS x,
              random() AS y, pow(random(), 3) AS e, md5(n || 'quanyu') AS chance,
              %s::timestamptz AS since, %s::timestamptz AS until
            FROM counted, generate_series(1, %s) AS n
        ), timed AS (
            SELECT *, since + (until - since) * (n::float / max(n) OVER ()) AS at,
              10 + 200 * d AS took,
              1 + floor(1e5 * b)::int AS u, 1 + floor(1e5 * c)::int AS v
            FROM chances
        )
        SELECT t.*, place, px, py, kind, body,
          {_one_of(THINGS, "e")} AS thing, {_one_of(TROUBLES, "a")} AS trouble,
          {_one_of(WHERE, "b")} AS spot, {_one_of(ROADS, "c")} AS road,
          {_one_of(SAID, "d")} AS said,
          (1 + u %% 380)::text AS house,
          CASE WHEN is_open THEN {_one_of(OPEN, "a")} ELSE {_one_of(ENDED, "a")} END AS state
        FROM timed t JOIN place ON place.k = place_k JOIN kind ON kind.k = kind_k
          JOIN body ON body.k = body_k
    """  # noqa: S608 (our words)


def _one_of(words: Sequence[str], chance: str) -> str:
    named = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{named}])[1 + floor({chance} * {len(words)})::int]"
