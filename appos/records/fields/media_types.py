"""Names of media types, some of which mean the same."""


def is_media_type(found: str, expected: str) -> bool:
    """Whether a file's media type, as `text/plain; charset=utf-8`, is the one that is expected."""
    return _bare(found) == _bare(expected)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
