"""Small copies of images, made when they are first asked for and kept beside them.

Whoever asks decides how much work it is, so there are bounds: only sizes that a field lists, only images of
so many pixels, two at a time, and each only once, however many ask for it. Where none can be made, the image
itself is served, as PocketBase does.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from appos.errors import AppOSError, NotFoundError
from appos.records.files.folders import OpenFile
from appos.records.files.sizes import NoThumb, Size
from appos.records.files.store import FileStore
from appos.store.offload import offload

log = logging.getLogger(__name__)

# What thumbs are made of. Source: PocketBase 0.36.2, seen.
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
# The sizes that every field of files has.
DEFAULT_SIZES = ("100x100",)
WORKERS = 2
WAIT_SECONDS = 60.0
REMEMBERED_FAILURES = 1000

Key = tuple[str, str, str, str]


class Thumbs:
    """The thumbs of the images in a store."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._workers = threading.BoundedSemaphore(WORKERS)
        self._lock = threading.Lock()
        self._making: dict[Key, Future[bool]] = {}
        # What was tried in vain: the content behind a name never changes.
        self._failed: dict[Key, None] = {}

    def open(
        self, collection_id: str, record_id: str, name: str, size: str, sizes: Sequence[str], media_type: str
    ) -> OpenFile | None:
        """Open a thumb of a file, made if it has not been; None where the file itself is to be served.

        `sizes` are those that the file's field lists; `media_type` is the file's.
        """
        parsed = Size.parse(size) if size in DEFAULT_SIZES or size in sizes else None
        form = FORMATS.get(media_type)
        if parsed is None or form is None:
            return None
        key = (collection_id, record_id, name, size)
        try:
            return self._store.open_thumb(*key)
        except NotFoundError:
            is_made = self._make_once(key, parsed, form)
        return self._store.open_thumb(*key) if is_made else None

    def _make_once(self, key: Key, size: Size, form: str) -> bool:
        """Make a thumb, or wait for whoever is making it; return whether there is one now."""
        mine: Future[bool] = Future()
        with self._lock:
            if key in self._failed:
                return False
            making = self._making.setdefault(key, mine)
        if making is not mine:
            return making.result()
        is_made = False
        try:
            is_made = self._try(key, size, form)
        finally:
            with self._lock:
                del self._making[key]
            mine.set_result(is_made)
        return is_made

    def _try(self, key: Key, size: Size, form: str) -> bool:
        told = {"file": key[2], "size": key[3]}
        if not self._workers.acquire(timeout=WAIT_SECONDS):
            log.warning("thumb_waited_too_long", extra=told)
            return False
        try:
            offload(partial(self._make, key, size, form))
        except NoThumb as error:
            log.info("thumb_impossible", extra=told | {"reason": str(error)})
            self._remember(key)
            return False
        except AppOSError as error:
            log.warning("thumb_failed", extra=told | {"reason": error.message})
            return False
        finally:
            self._workers.release()
        return True

    def _make(self, key: Key, size: Size, form: str) -> None:
        # Pillow costs 17 ms at start and 2.4 MB, so it is loaded with the first thumb that is made.
        from appos.records.files.images import MADE_OF, encode, shrink  # noqa: PLC0415

        collection_id, record_id, name, text = key
        with self._store.open(collection_id, record_id, name).file as source:
            image = shrink(source, size, form)
        self._store.save_thumb(collection_id, record_id, name, text, partial(encode, image, MADE_OF[form]))

    def _remember(self, key: Key) -> None:
        with self._lock:
            self._failed[key] = None
            while len(self._failed) > REMEMBERED_FAILURES:
                del self._failed[next(iter(self._failed))]
