"""Names, children, search and the map of a place (查询)."""

from quanyu.demo import geometry
from quanyu.regions import queries


def test_a_breadcrumb_leads_from_the_city_down(db: None) -> None:
    crumbs = queries.breadcrumb("34/01/04/001/005/")

    assert [crumb.name_en for crumb in crumbs] == [
        "Hefei",
        "Shushan District",
        "Sanli'an Subdistrict",
        "Xinglin Community",
    ]


def test_a_breadcrumb_stops_where_the_tree_ends(db: None) -> None:
    assert queries.breadcrumb("34/01/04/001/005/g999/")[-1].path == "34/01/04/001/005/"


def test_children_come_in_the_order_of_their_codes(db: None) -> None:
    children = queries.children("34/01/04/001/")

    assert [child.path[-4:-1] for child in children] == ["001", "002", "003", "004", "005", "006"]


def test_search_finds_a_place_by_name(db: None) -> None:
    (found,) = queries.search("杏林社区居委会", within="34/01/04/")

    assert (found.path, found.detail) == ("34/01/04/001/005/", "合肥市蜀山区三里庵街道")


def test_search_finds_a_building_by_address(db: None) -> None:
    found = queries.search("荷香苑3幢")

    assert found[0].name.startswith("合肥市蜀山区三里庵街道梅山路社区")
    assert found[0].name.endswith("荷香苑3幢")


def test_search_for_nothing_finds_nothing(db: None) -> None:
    assert queries.search("  ") == []


def test_the_nearest_building_is_named_with_its_distance(db: None) -> None:
    lon, lat = geometry.POINT

    near = queries.nearest_building(lon, lat)

    assert near is not None
    assert near.region_path == queries.locate_point(lon, lat).path
    assert near.metres <= queries.NEAR


def test_far_from_every_building_none_is_near(db: None) -> None:
    assert queries.nearest_building(117.5, 31.9) is None
