"""Formats that hold files of many kinds: zip, OLE, RIFF and IFF, Ogg, Matroska and MPEG-4."""

from collections.abc import Iterator
from itertools import islice

from appos.records.files.media.kind import Kind, Look, has_at, little, starts

ENTRY = b"PK\3\4"
MOST_ENTRIES = 100
# What may stand in front of the parts by which a document of Office is known.
OFFICE_FIRST = (b"_rels/", b"docProps/", b"customXml/", b"[trash]/")
OFFICE_TYPE = "application/vnd.openxmlformats-officedocument."
ANDROID_PARTS = frozenset(
    {
        b"AndroidManifest.xml",
        b"META-INF/com/android/build/gradle/app-metadata.properties",
        b"classes.dex",
        b"resources.arsc",
        b"res/drawable",
    }
)
ATOMS = (b"moov\0", b"mdat\0", b"free\0", b"skip\0", b"pnot\0")
WORKS = "WksSSWorkBook".encode("utf-16-le")[:-1]


def entries(head: bytes) -> Iterator[bytes]:
    """Yield the names of a zip file's first entries, as far as the head reaches."""
    at = head.find(ENTRY)
    while at >= 0:
        size = little(head, at + 26, 2)
        name = head[at + 30 : at + 30 + size]
        if not name or len(name) < size:
            return
        yield name
        at = head.find(ENTRY, at + 30)


def is_zip(head: bytes) -> bool:
    """A zip file, an empty one, or a part of a split one."""
    return len(head) > 3 and head.startswith(b"PK") and head[2] in b"\3\5\7" and head[3] in b"\4\6\x08"


def is_extension(head: bytes) -> bool:
    """An extension of Chrome: a key and a signature, then a zip file."""
    start = 16 + little(head, 8) + little(head, 12)
    return head.startswith(b"Cr24") and len(head) >= 16 and is_zip(head[start:])


def is_form(form: bytes, what: bytes) -> Look:
    """Know a kind by the form and the content that an IFF file names."""
    return lambda head: head.startswith(form) and head.startswith(what, 8) and len(head) > 8 + len(what)


def is_quicktime(head: bytes) -> bool:
    """A file that says so, or one of the time before files said what they are."""
    if len(head) < 12:
        return False
    if head[4:12] in (b"ftypqt  ", b"ftypmoov"):
        return head[0] == 0
    return head[4:9] in ATOMS or head.startswith(b"\0\0\0\x08wide")


def is_mpeg4(head: bytes) -> bool:
    """Anything whose first box names a brand. That box is small, so that its size begins with zero."""
    return len(head) >= 12 and head[0] == 0 and head.startswith(b"ftyp", 4)


def is_matroska(what: bytes) -> Look:
    """Know a kind by the type of document that a Matroska file names, behind the width of its length."""

    def looks(head: bytes) -> bool:
        at = head.find(b"\x42\x82", 0, 4096) + 2
        if not head.startswith(b"\x1a\x45\xdf\xa3") or at < 3 or len(head) <= at:
            return False
        width = min(9 - head[at].bit_length(), 8)
        return head.startswith(what, at + width)

    return looks


def _office(folder: bytes) -> Look:
    def looks(head: bytes) -> bool:
        names = list(islice(entries(head), MOST_ENTRIES))
        first = names[0] if names else b""
        if first != b"[Content_Types].xml" and not first.startswith((*OFFICE_FIRST, folder)):
            return False
        return any(name.startswith(folder) for name in names)

    return looks


def _open_document(name: str) -> Look:
    return has_at(30, b"mimetype" + f"application/{name}".encode())


def _is_android(head: bytes) -> bool:
    """Android's tools put entries without name and content in front, to align what follows."""
    at = head.find(ENTRY)
    while at >= 0 and not any(head[at + 8 : at + 10]) and not any(head[at + 14 : at + 28]):
        at = head.find(ENTRY, at + 30 + little(head, at + 28, 2))
    names = entries(head[at:]) if at >= 0 else iter(())
    return any(name in ANDROID_PARTS for name in islice(names, MOST_ENTRIES))


def _is_java(head: bytes) -> bool:
    """A manifest comes first, or a mark that lets Unix run it."""
    mark = 30 + little(head, 26, 2)
    if head[mark : mark + 2] == b"\xfe\xca":
        return True
    return next(entries(head), b"") in (b"META-INF/", b"META-INF/MANIFEST.MF")


def _is_map(head: bytes) -> bool:
    return b"doc.kml" in islice(entries(head), MOST_ENTRIES)


def _document(name: str, extension: str, *kinds: Kind) -> Kind:
    full = f"vnd.oasis.opendocument.{name}"
    return Kind(f"application/{full}", extension, _open_document(full), (f"application/x-{full}",), kinds)


def _class(*ids: str) -> Look:
    """Know a kind by the class of the root in the directory of an OLE file."""
    wanted = tuple(bytes.fromhex(text) for text in ids)

    def looks(head: bytes) -> bool:
        sector = 4096 if head[26:28] == b"\4\0" else 512
        at = sector * (1 + little(head, 48)) + 80
        return len(head) > max(at + 16, 512) and head.startswith(wanted, at)

    return looks


def _is_powerpoint(head: bytes) -> bool:
    if _class("108d81649b4fcf1186ea00aa00b929e8", "70ae7bea3bfbcd11a90300aa00510ea3")(head):
        return True
    if len(head) < 520:
        return False
    if head.startswith((b"\xa0\x46\x1d\xf0", b"\0\x6e\x1e\xf0", b"\x0f\0\xe8\3"), 512):
        return True
    return head.startswith(b"\xfd\xff\xff\xff", 512) and head[518:520] == b"\0\0"


def _is_excel(head: bytes) -> bool:
    if _class("1008020000000000", "2008020000000000")(head):
        return True
    marks = tuple(b"\xfd\xff\xff\xff" + bytes([mark]) for mark in b"\x10\x1f\x22\x23\x28\x29")
    is_marked = head.startswith((b"\x09\x08\x10\0\0\6\5\0", *marks), 512)
    return len(head) >= 520 and (is_marked or WORKS in head[1152:])


def _brands(*names: bytes) -> Look:
    return has_at(8, *names)


ZIP = Kind(
    "application/zip",
    ".zip",
    is_zip,
    ("application/x-zip", "application/x-zip-compressed"),
    (
        Kind(f"{OFFICE_TYPE}wordprocessingml.document", ".docx", _office(b"word/")),
        Kind(f"{OFFICE_TYPE}presentationml.presentation", ".pptx", _office(b"ppt/")),
        Kind(f"{OFFICE_TYPE}spreadsheetml.sheet", ".xlsx", _office(b"xl/")),
        Kind("application/epub+zip", ".epub", _open_document("epub+zip")),
        Kind("application/vnd.android.package-archive", ".apk", _is_android),
        Kind(
            "application/java-archive",
            ".jar",
            _is_java,
            ("application/jar", "application/jar-archive", "application/x-java-archive"),
        ),
        _document("text", ".odt", _document("text-template", ".ott")),
        _document("spreadsheet", ".ods", _document("spreadsheet-template", ".ots")),
        _document("presentation", ".odp", _document("presentation-template", ".otp")),
        _document("graphics", ".odg", _document("graphics-template", ".otg")),
        _document("formula", ".odf"),
        _document("chart", ".odc"),
        Kind("application/vnd.sun.xml.calc", ".sxc", _open_document("vnd.sun.xml.calc")),
        Kind("application/vnd.google-earth.kmz", ".kmz", _is_map),
        Kind("application/vnd.ms-visio.drawing.main+xml", ".vsdx", _office(b"visio/")),
    ),
)

OLE = Kind(
    "application/x-ole-storage",
    "",
    starts(bytes.fromhex("d0cf11e0a1b11ae1")),
    kinds=(
        Kind(
            "application/x-ms-installer",
            ".msi",
            _class("84100c0000000000c000000000000046"),
            ("application/x-windows-installer", "application/x-msi"),
        ),
        Kind(
            "application/octet-stream",
            ".aaf",
            lambda head: head.startswith(b"AAFB\r\0OM", 8) and head[30:31] in (b"\x09", b"\x0c"),
        ),
        Kind("application/vnd.ms-outlook", ".msg", _class("0b0d020000000000c000000000000046")),
        Kind("application/vnd.ms-excel", ".xls", _is_excel, ("application/msexcel",)),
        Kind("application/vnd.ms-publisher", ".pub", _class("011202000000000000c0000000000046")),
        Kind("application/vnd.ms-powerpoint", ".ppt", _is_powerpoint, ("application/mspowerpoint",)),
        Kind(
            "application/msword",
            ".doc",
            _class(
                "0609020000000000c000000000000046",
                "0009020000000000c000000000000046",
                "0709020000000000c000000000000046",
            ),
            ("application/vnd.ms-word",),
        ),
    ),
)

OGG = Kind(
    "application/ogg",
    ".ogg",
    starts(b"OggS\0"),
    ("application/x-ogg",),
    (
        Kind(
            "audio/ogg",
            ".oga",
            lambda head: (
                len(head) >= 37 and head.startswith((b"\x7fFLAC", b"\1vorbis", b"OpusHead", b"Speex   "), 28)
            ),
        ),
        Kind(
            "video/ogg",
            ".ogv",
            lambda head: (
                len(head) >= 37 and head.startswith((b"\x80theora", b"fishead\0", b"\1video\0\0\0"), 28)
            ),
        ),
    ),
)

MPEG4 = Kind(
    "video/mp4",
    ".mp4",
    is_mpeg4,
    kinds=(
        Kind("image/avif", ".avif", _brands(b"avif", b"avis")),
        Kind(
            "video/3gpp",
            ".3gp",
            _brands(*(b"3gp%d" % number for number in range(1, 8)), b"3gs7", b"3ge6", b"3ge7", b"3gg6"),
            ("video/3gp", "audio/3gpp"),
        ),
        Kind(
            "video/3gpp2",
            ".3g2",
            _brands(b"3g24", b"3g25", b"3g26", b"3g2a", b"3g2b", b"3g2c", b"KDDI"),
            ("video/3g2", "audio/3gpp2"),
        ),
        Kind(
            "audio/mp4",
            ".mp4",
            _brands(b"F4A ", b"F4B ", b"M4B ", b"M4P ", b"MSNV", b"NDAS"),
            ("audio/x-mp4a",),
        ),
        Kind("video/quicktime", ".mqv", _brands(b"mqt ")),
        Kind("audio/x-m4a", ".m4a", _brands(b"M4A ")),
        Kind("video/x-m4v", ".m4v", _brands(b"M4V ", b"M4VH", b"M4VP")),
        Kind("image/heic", ".heic", _brands(b"heic", b"heix")),
        Kind("image/heic-sequence", ".heic", _brands(b"hevc", b"hevx")),
        Kind("image/heif", ".heif", _brands(b"mif1", b"heim", b"heis", b"avic")),
        Kind("image/heif-sequence", ".heif", _brands(b"msf1", b"hevm", b"hevs", b"avcs")),
        Kind("video/mj2", ".mj2", _brands(b"mj2s", b"mjp2", b"MFSM", b"MGSV")),
        Kind(
            "video/vnd.dvb.file",
            ".dvb",
            _brands(
                *b"dby1 dsms dts1 dts2 dts3 dmb1 dmpf drc1 dv1a dv1b dv2a dv2b dv3a dv3b".split(),
                *(b"dvr1", b"dvt1", b"dxo ", b"emsg"),
            ),
        ),
    ),
)
