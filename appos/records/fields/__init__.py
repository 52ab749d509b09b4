"""The types of fields."""

from appos.records.fields.autodate import AutodateField
from appos.records.fields.base import Field, Lookup, OptionsContext, Setter, ValueContext
from appos.records.fields.bool import BoolField
from appos.records.fields.date import DateField
from appos.records.fields.decode import arrange, decode_fields, field_id
from appos.records.fields.editor import EditorField
from appos.records.fields.email import EmailField
from appos.records.fields.file import FileField
from appos.records.fields.geo_point import GeoPointField
from appos.records.fields.json import JSONField, JSONText
from appos.records.fields.kinds import AnyField
from appos.records.fields.number import NumberField
from appos.records.fields.password import Password, PasswordField
from appos.records.fields.problems import Problem
from appos.records.fields.relation import RelationField
from appos.records.fields.select import SelectField
from appos.records.fields.text import TextField
from appos.records.fields.url import URLField

__all__ = [
    "AnyField",
    "AutodateField",
    "BoolField",
    "DateField",
    "EditorField",
    "EmailField",
    "Field",
    "FileField",
    "GeoPointField",
    "JSONField",
    "JSONText",
    "Lookup",
    "NumberField",
    "OptionsContext",
    "Password",
    "PasswordField",
    "Problem",
    "RelationField",
    "SelectField",
    "Setter",
    "TextField",
    "URLField",
    "ValueContext",
    "arrange",
    "decode_fields",
    "field_id",
]
