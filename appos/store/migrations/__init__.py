"""The schema of the databases, as steps from one version to the next.

A migration has a number, never changes once released, and runs in one transaction together with the
`user_version` it leads to. `DATA` makes pb_data/data.db, `AUXILIARY` makes pb_data/auxiliary.db.
"""

import sqlite3
from collections.abc import Callable

from appos.store.migrations import a0001_request_logs, a0002_metrics, d0001_initial, d0002_collections

Upgrade = Callable[[sqlite3.Connection], None]

DATA: tuple[Upgrade, ...] = (d0001_initial.upgrade, d0002_collections.upgrade)
AUXILIARY: tuple[Upgrade, ...] = (a0001_request_logs.upgrade, a0002_metrics.upgrade)
