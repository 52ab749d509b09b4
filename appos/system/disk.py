"""When a disk has too little left, and sizes as a person reads them."""

LOW_DISK_BYTES = 1 << 30
LOW_DISK_SHARE = 0.05


def is_low(free_bytes: int, total_bytes: int) -> bool:
    """Whether a disk has less left than 1 GiB or a twentieth of it."""
    return free_bytes < LOW_DISK_BYTES or free_bytes < LOW_DISK_SHARE * total_bytes


def size_text(count: int) -> str:
    """Write a number of bytes, such as `12 GiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
