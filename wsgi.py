"""What gunicorn serves.

gunicorn's gevent worker has patched the standard library before it imports this module; under any other
server the first line does it.
"""

# ruff: noqa: E402 - nothing may be imported before the patch
from gevent import monkey

monkey.patch_all()

import gc

# Nothing of what is loaded here will ever be garbage. Looking for some costs 0.2 s at start, and 50 ms, in
# which nobody is answered, whenever everything is looked through later.
gc.disable()

import appos.jobs.lean
import appos.store.lean
import appos.web.lean  # noqa: F401
from appos.engine.docker import DockerEngine
from appos.web.process import Process

application = Process.from_env(DockerEngine)

gc.freeze()
gc.enable()
