"""Places on earth."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import gojson
from appos.records.fields.base import Field, ValueContext
from appos.records.fields.numbers import whole_as_int
from appos.records.fields.problems import REQUIRED, Problem, problem

Point = dict[str, float]


class GeoPointField(Field, frozen=True, kw_only=True, tag="geoPoint"):
    """A longitude and a latitude in degrees, `{"lon": ..., "lat": ...}`; 0, 0 is the empty value."""

    column_type = """JSON DEFAULT '{"lon":0,"lat":0}' NOT NULL"""

    required: bool = False

    def cast(self, raw: Any) -> Point:
        """Return the place that an object, or the JSON text of one, names; what it lacks is 0."""
        named = _decode(raw) if isinstance(raw, str) else raw
        point: Point = {"lon": 0, "lat": 0}
        for name, value in sorted(named.items()) if isinstance(named, dict) else ():
            if name.lower() in point and isinstance(value, int | float) and not isinstance(value, bool):
                point[name.lower()] = whole_as_int(float(value))
        return point

    def to_column(self, value: Any) -> str:
        """Return the place as JSON."""
        lon, lat = (gojson.encode(value[name]) for name in ("lon", "lat"))
        return f'{{"lon":{lon},"lat":{lat}}}'

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the place; text that is no JSON, which only others' SQL writes, as the empty value."""
        none: ColumnElement[str] = sa.literal_column("""'{"lon":0,"lat":0}'""")
        return sa.func.json(sa.case((sa.func.json_valid(column), column), else_=none))

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a place."""
        if value["lon"] == 0 == value["lat"]:
            return REQUIRED if self.required else None
        if not -90 <= value["lat"] <= 90:
            return problem("validation_invalid_latitude", "Latitude must be between -90 and 90 degrees.")
        if not -180 <= value["lon"] <= 180:
            return problem("validation_invalid_longitude", "Longitude must be between -180 and 180 degrees.")
        return None


def _decode(text: str) -> Any:
    try:
        return gojson.decode(text)
    except ValueError:
        return None
