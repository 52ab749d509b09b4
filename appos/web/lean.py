"""Flask-Admin without Pillow; to be imported before anything else imports Flask-Admin.

Flask-Admin imports Pillow wherever it is installed, for a field of forms that AppOS does not use. That costs
17 ms and 2 MB at start; AppOS loads Pillow with the first thumb that it makes.
"""

import sys

if "PIL" not in sys.modules:
    sys.modules["PIL"] = None  # type: ignore[assignment]
    import flask_admin.form  # noqa: F401

    del sys.modules["PIL"]
