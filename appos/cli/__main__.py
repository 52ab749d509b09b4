"""`python -m appos.cli`."""

import sys

from appos.cli import main

sys.exit(main())
