"""Write rows with a shape into GeoJSON or GeoPackage, for QGIS and other readers (写图形文件)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio import raw as ogr

from quanyu.kernel.columns import Column, Kind, Row
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import Format, written

DRIVERS = {Format.GEOJSON: "GeoJSON", Format.GPKG: "GPKG"}
OPTIONS = {Format.GEOJSON: {"RFC7946": "YES"}, Format.GPKG: {}}
LAYER = "rows"


class Features:
    """Keeps the rows of one list and writes them as one layer in WGS-84.

    The whole layer is in memory until it is closed: grids and buildings of a city are some tens
    of megabytes.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[Column],
        *,
        form: Format,
        title: str,
        passport: Passport,
    ) -> None:
        self._path, self._form, self._passport = path, form, passport
        self._columns = [column for column in columns if column.kind is not Kind.SHAPE]
        self._shape = next(column.key for column in columns if column.kind is Kind.SHAPE)
        self._rows: list[list[Any]] = []
        self._shapes: list[bytes | None] = []
        self._title = title

    def add(self, row: Row) -> None:
        """Keep one row."""
        self._rows.append([row.get(column.key) for column in self._columns])
        said = row.get(self._shape)
        self._shapes.append(shapely.to_wkb(shapely.from_wkt(said)) if said else None)

    def close(self) -> None:
        """Write the layer, and bring it to the disk."""
        named = self._path.with_name(f"{self._path.name}.{self._form}")
        named.unlink(missing_ok=True)
        values = [self._values(number, one) for number, one in enumerate(self._columns)]
        told = {"title": self._title, **dict(self._passport.lines)}
        ogr.write(
            str(named),
            geometry=np.array([*self._shapes, None], dtype=object)[:-1],
            field_data=[found for found, _mask in values],
            field_mask=[mask for _found, mask in values],
            fields=[column.key for column in self._columns],
            layer=LAYER,
            driver=DRIVERS[self._form],
            geometry_type="Unknown",
            crs="EPSG:4326",
            layer_options=OPTIONS[self._form],
            dataset_metadata=told if self._form is Format.GPKG else None,
        )
        with named.open("rb") as whole:
            os.fsync(whole.fileno())
        named.replace(self._path)

    def _values(self, number: int, column: Column) -> tuple[Any, Any]:
        held = [row[number] for row in self._rows]
        empty = np.array([one is None or one == "" for one in held], dtype=np.bool_)
        if column.kind is Kind.NUMBER:
            return np.array([0 if one in (None, "") else one for one in held], np.int64), empty
        words = [written(column.kind, one, yes="true", no="false") for one in held]
        return np.array([*words, ""], dtype=object)[:-1], empty
