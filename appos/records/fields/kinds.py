"""All types of fields."""

from typing import TypeAlias

from appos.records.fields.autodate import AutodateField
from appos.records.fields.bool import BoolField
from appos.records.fields.date import DateField
from appos.records.fields.editor import EditorField
from appos.records.fields.email import EmailField
from appos.records.fields.file import FileField
from appos.records.fields.geo_point import GeoPointField
from appos.records.fields.json import JSONField
from appos.records.fields.number import NumberField
from appos.records.fields.password import PasswordField
from appos.records.fields.relation import RelationField
from appos.records.fields.select import SelectField
from appos.records.fields.text import TextField
from appos.records.fields.url import URLField

AnyField: TypeAlias = (
    TextField
    | NumberField
    | BoolField
    | EmailField
    | URLField
    | DateField
    | AutodateField
    | SelectField
    | FileField
    | RelationField
    | JSONField
    | EditorField
    | PasswordField
    | GeoPointField
)
"""A field of one of the types, which msgspec tells apart by `type`."""
