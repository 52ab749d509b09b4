"""dataset without alembic; to be imported before anything else imports dataset.

dataset uses alembic to change schemas on the fly, which AppOS never lets it do, and importing that costs
150 ms and 8 MB at start.
"""

import sys
from types import ModuleType

_UNUSED = {
    "alembic": "",
    "alembic.migration": "MigrationContext",
    "alembic.operations": "Operations",
    "sqlalchemy.dialects.postgresql": "JSONB",
}


def _import_dataset() -> None:
    for name, part in _UNUSED.items():
        sys.modules[name] = ModuleType(name)
        setattr(sys.modules[name], part, None)
    import dataset  # noqa: F401, PLC0415 - only now can it do without

    for name in _UNUSED:
        del sys.modules[name]


if "dataset" not in sys.modules:
    _import_dataset()
