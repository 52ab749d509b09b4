"""Kinds that are known by more than a few bytes at a fixed place."""

from appos.records.files.media.kind import little

# The sizes that the second header of a bitmap may have.
BITMAP_HEADERS = frozenset({16, 24, 40, 48, 52, 56, 64, 108, 124})
DBASE_VERSIONS = bytes.fromhex("02 03 04 05 30 31 32 42 62 7b 82 83 87 8a 8b 8e b3 cb e5 f4 f5 fb")
JAVA_OR_MACH_O = b"\xca\xfe\xba\xbe"
MACH_O = (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
MP3_FRAMES = (0xFA, 0xF2, 0xE2)
PKCS7_SIGNED = bytes.fromhex("06 09 2a 86 48 86 f7 0d 01 07")
SFNT_TABLES = frozenset(
    b"acnt,ankr,avar,bdat,bhed,bloc,bsln,cmap,cvar,cvt ,EBSC,fdsc,feat,fmtx,fond,fpgm,fvar,gasp,gcid,glyf,"
    b"gvar,hdmx,head,hhea,hmtx,hvgl,hvpm,just,kern,kerx,lcar,loca,ltag,maxp,meta,mort,morx,name,opbd,OS/2".split(
        b","
    )
)
SHAPE_TYPES = frozenset({0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31})


def is_pdf(head: bytes) -> bool:
    """A document may come after other bytes."""
    return b"%PDF-" in head[:1024]


def is_signature(head: bytes) -> bool:
    """Signed data of PKCS #7, as text or as a sequence in DER, whose length takes up to four bytes."""
    if head.startswith(b"-----BEGIN PKCS7"):
        return True
    extra = head[1] - 0x80 if len(head) >= 20 and head[0] == 0x30 else -1
    return 0 <= extra <= 4 and head.startswith(PKCS7_SIGNED, 2 + extra)


def is_tar(head: bytes) -> bool:
    """No signature is common to all of tar's dialects, but a sum over the first record is."""
    record = head[:512]
    digits = record[148:156].strip(b" \0").partition(b"\0")[0]
    if len(record) < 512 or b"/gpkg-1\0" in record[:100] or not digits or digits.strip(b"01234567"):
        return False
    counted = record[:148] + b" " * 8 + record[156:]
    unsigned = sum(counted)
    signed = unsigned - 256 * sum(byte > 127 for byte in counted)
    return int(digits, 8) in (unsigned, signed)


def is_bitmap(head: bytes) -> bool:
    """Two letters alone would take words for bitmaps."""
    return head.startswith(b"BM") and len(head) >= 18 and little(head, 14) in BITMAP_HEADERS


def is_lotus(head: bytes) -> bool:
    """Worksheets of Lotus 1-2-3, which look much like icons."""
    if len(head) <= 20:
        return False
    if head.startswith(b"\0\0\2\0"):
        return head[6] != 0 and head[7] == 0
    return head.startswith(b"\0\0\x1a\0") and 0 < head[20] < 32


def is_mp3(head: bytes) -> bool:
    """A tag in front, or a frame of layer III in MPEG 1, 2 or 2.5."""
    if len(head) < 3:
        return False
    return head.startswith(b"ID3") or (head[0] == 0xFF and head[1] & 0xFE in MP3_FRAMES)


def is_mpeg(head: bytes) -> bool:
    """A stream of MPEG 1 or 2."""
    return head.startswith(b"\0\0\1") and 0xB0 <= head[3:4].ljust(1, b"\0")[0] <= 0xBF


def is_true_type(head: bytes) -> bool:
    """The version alone is that of many other files, so the first table has to be a known one."""
    few = int.from_bytes(head[4:6], "big") < 49
    return head.startswith(b"\0\1\0\0") and few and head[12:16] in SFNT_TABLES


def is_open_type(head: bytes) -> bool:
    """A font with outlines of PostScript."""
    return head.startswith(b"OTTO\0") and len(head) > 48 and b"CFF " in head[12:48]


def is_embedded_type(head: bytes) -> bool:
    """A font of old browsers."""
    return head[34:36] == b"LP" and head[8:11] in (b"\2\0\1", b"\1\0\0", b"\2\0\2")


def is_shape(head: bytes) -> bool:
    """Shapes of a map; its index starts in the same way."""
    is_main = not any(head[4:24]) and little(head, 28) == 1000
    return len(head) >= 112 and is_main and little(head, 108) in SHAPE_TYPES


def is_dbase(head: bytes) -> bool:
    """A version, a month and a day, a flag, and bytes that are always zero."""
    if len(head) < 68 or head[0] not in DBASE_VERSIONS:
        return False
    is_date = 1 <= head[2] <= 12 and 1 <= head[3] <= 31
    return is_date and head[28] <= 1 and not any((head[12], head[13], head[30], head[31]))


def is_djvu(head: bytes) -> bool:
    """A page, several, or parts of them."""
    return head.startswith(b"AT&TFORM") and head[12:16] in (b"DJVM", b"DJVU", b"DJVI", b"THUM")


def is_class(head: bytes) -> bool:
    """Java shares its signature with Mach-O, but has high versions where that has few parts."""
    return head.startswith(JAVA_OR_MACH_O) and len(head) > 7 and head[7] > 30


def is_mach_o(head: bytes) -> bool:
    """A program of macOS, for one processor or for several."""
    is_for_several = head.startswith(JAVA_OR_MACH_O) and len(head) > 7 and head[7] < 20
    return is_for_several or head[:4] in MACH_O


def is_marc(head: bytes) -> bool:
    """A record of a library's catalogue."""
    return head[20:24] == b"4500" and head[:5].isdigit() and b"\x1e" in head[:2048]


def is_zstandard(head: bytes) -> bool:
    """A frame of any version, or one to be skipped."""
    number = little(head, 0)
    return 0xFD2FB522 <= number <= 0xFD2FB528 or 0x184D2A50 <= number <= 0x184D2A5F


def is_time_zone(head: bytes) -> bool:
    """A compiled time zone with at least one type of local time."""
    return head[:5] in (b"TZif\0", b"TZif2", b"TZif3") and len(head) >= 44 and any(head[36:40])


def is_install_shield(head: bytes) -> bool:
    """A cabinet of InstallShield."""
    return head.startswith(b"ISc(") and head[6:8] in (b"\0\1", b"\0\2", b"\0\4")
