"""Small files of many kinds, with the types that PocketBase gives them, and images of any size."""

import io
import struct
import tarfile
import zipfile
from typing import NamedTuple

from PIL import Image

SVG_SPACE = b'xmlns="http://www.w3.org/2000/svg"'
SVG = b"<svg " + SVG_SPACE + b"/>"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


class Sample(NamedTuple):
    """A file and its type."""

    name: str
    type: str
    content: bytes


def zipped(*names: str) -> bytes:
    """A zip file with entries of these names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, b"data")
    return target.getvalue()


def marked(media_type: str) -> bytes:
    """A zip file that names its type in its first entry, as OpenDocument and EPUB do."""
    return zipped("mimetype")[:30] + f"mimetype{media_type}".encode()


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as file:
        entry = tarfile.TarInfo("a.txt")
        entry.size = 3
        file.addfile(entry, io.BytesIO(b"abc"))
    return target.getvalue()


def box(brand: bytes) -> bytes:
    """The first box of a file of MPEG-4."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0isomiso2"


def ole(class_id: str) -> bytes:
    """A compound file of Microsoft, whose root has a class."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(18) + b"\3\0" + bytes(20) + struct.pack("<I", 1)
    return head + bytes(1024 + 80 - len(head)) + bytes.fromhex(class_id) + bytes(30)


def picture(
    form: str = "PNG", width: int = 60, height: int = 40, mode: str = "RGB", **options: object
) -> bytes:
    """An image with some content."""
    grey = Image.radial_gradient("L").resize((width, height))
    ways = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180)
    flipped = [grey.transpose(way) for way in ways]
    target = io.BytesIO()
    Image.merge("RGB", (grey, *flipped)).convert(mode).save(target, form, **options)
    return target.getvalue()


def on_screen(gif: bytes, width: int, height: int) -> bytes:
    """A GIF with another screen, whose pictures stay as they are."""
    return gif[:6] + struct.pack("<HH", width, height) + gif[10:]


def moving(form: str, width: int = 60, height: int = 40) -> bytes:
    """An image of two pictures."""
    first, second = (Image.new("RGB", (width, height), colour) for colour in ("red", "blue"))
    target = io.BytesIO()
    first.save(target, form, save_all=True, append_images=[second])
    return target.getvalue()


def turned(orientation: int, form: str = "JPEG", width: int = 200, height: int = 120) -> bytes:
    """A photo that says how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(form, width, height, exif=exif)


IMAGES = (
    Sample("PNG", "image/png", picture("PNG")),
    Sample("JPEG", "image/jpeg", picture("JPEG")),
    Sample("GIF", "image/gif", picture("GIF")),
    Sample("WebP", "image/webp", picture("WEBP")),
    Sample("BMP", "image/bmp", picture("BMP")),
    Sample("TIFF", "image/tiff", picture("TIFF")),
    Sample("a moving PNG", "image/vnd.mozilla.apng", b"\x89PNG\r\n\x1a\n" + bytes(29) + b"acTL"),
    Sample("ICO", "image/x-icon", b"\0\0\1\0\1\0\x10\x10" + bytes(20)),
    Sample("HEIC", "image/heic", box(b"heic")),
    Sample("AVIF", "image/avif", box(b"avif")),
    Sample("JPEG XL", "image/jxl", b"\xff\x0a"),
    Sample("JPEG 2000", "image/jp2", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 "),
    Sample("Photoshop", "image/vnd.adobe.photoshop", b"8BPS"),
    Sample("SVG", "image/svg+xml", SVG),
    Sample("SVG behind a comment", "image/svg+xml", b"<!-- a -->" + SVG),
    Sample("SVG behind a declaration", "image/svg+xml", b'<?xml version="1.0"?>\n<svg></svg>'),
    Sample("SVG without its space", PLAIN, b"<svg></svg>"),
    Sample("SVG behind words", PLAIN, b"hello " + SVG),
    Sample("two letters of BMP", PLAIN, b"BMW is a car"),
    Sample("Netpbm", "image/x-portable-pixmap", b"P6\n# by hand\n2 2\n255\nabcabcabcabc"),
    Sample("AutoCAD in text", "image/vnd.dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n"),
)

SOUND_AND_FILM = (
    Sample("MP3 with a tag", "audio/mpeg", b"ID3\4\0\0\0\0\0\1"),
    Sample("MP3 of frames", "audio/mpeg", b"\xff\xfb\x90\0" + bytes(20)),
    Sample("WAV", "audio/wav", b"RIFF\x24\0\0\0WAVEfmt "),
    Sample("FLAC", "audio/flac", b"fLaC\0\0\0\x22"),
    Sample("Ogg Vorbis", "audio/ogg", b"OggS\0" + bytes(23) + b"\1vorbis" + bytes(10)),
    Sample("Ogg Theora", "video/ogg", b"OggS\0" + bytes(23) + b"\x80theora" + bytes(10)),
    Sample("MIDI", "audio/midi", b"MThd"),
    Sample("AAC", "audio/aac", b"\xff\xf1"),
    Sample("M4A", "audio/x-m4a", box(b"M4A ")),
    Sample("M3U", "application/vnd.apple.mpegurl", b"#EXTM3U\n"),
    Sample("MP4", "video/mp4", box(b"isom")),
    Sample("3GP", "video/3gpp", box(b"3gp4")),
    Sample("QuickTime", "video/quicktime", b"\0\0\0\x14ftypqt  \0\0\0\0"),
    Sample("old QuickTime", "video/quicktime", b"\0\0\0\x14moov\0\0\0\0mvhd"),
    Sample("WebM", "video/webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x84webm"),
    Sample("Matroska", "video/x-matroska", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x88matroska"),
    Sample("AVI", "video/x-msvideo", b"RIFF\0\0\0\0AVI LIST\0"),
    Sample("MPEG", "video/mpeg", b"\0\0\1\xba"),
)

DOCUMENTS = (
    Sample("PDF", "application/pdf", b"%PDF-1.4\n"),
    Sample("PDF behind junk", "application/pdf", b"junk\n%PDF-1.4\n"),
    Sample("DOCX", f"{OFFICE}wordprocessingml.document", zipped("[Content_Types].xml", "word/document.xml")),
    Sample("XLSX", f"{OFFICE}spreadsheetml.sheet", zipped("[Content_Types].xml", "xl/workbook.xml")),
    Sample("PPTX", f"{OFFICE}presentationml.presentation", zipped("docProps/app.xml", "ppt/slides/a.xml")),
    Sample("a zip with a document in it", "application/zip", zipped("foo", "word/document.xml")),
    Sample("ODT", f"{OPEN_DOCUMENT}text", marked(f"{OPEN_DOCUMENT}text")),
    Sample("OTT", f"{OPEN_DOCUMENT}text-template", marked(f"{OPEN_DOCUMENT}text-template")),
    Sample("EPUB", "application/epub+zip", marked("application/epub+zip")),
    Sample("DOC", "application/msword", ole("0609020000000000c000000000000046")),
    Sample("OLE of nobody", "application/x-ole-storage", ole("00" * 16)),
    Sample("RTF", "text/rtf", b"{\\rtf1 x}"),
    Sample("PostScript", "application/postscript", b"%!PS-Adobe-3.0"),
)

ARCHIVES = (
    Sample("ZIP", "application/zip", zipped("a.txt")),
    Sample("an empty ZIP", "application/zip", b"PK\5\6" + bytes(18)),
    Sample("JAR", "application/java-archive", zipped("META-INF/MANIFEST.MF", "a.class")),
    Sample("APK", "application/vnd.android.package-archive", zipped("AndroidManifest.xml")),
    Sample("GZIP", "application/gzip", b"\x1f\x8b\x08\0"),
    Sample("TAR", "application/x-tar", tarred()),
    Sample("TAR with a wrong sum", BYTES, tarred()[:148] + b"000001" + tarred()[154:]),
    Sample("BZIP2", "application/x-bzip2", b"BZh9"),
    Sample("XZ", "application/x-xz", b"\xfd7zXZ\0"),
    Sample("7z", "application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c"),
    Sample("RAR", "application/x-rar-compressed", b"Rar!\x1a\7\0"),
    Sample("Zstandard", "application/zstd", b"\x28\xb5\x2f\xfd\0\0\0"),
    Sample("Debian", "application/vnd.debian.binary-package", b"!<arch>\ndebian-binary"),
)

PROGRAMS = (
    Sample("ELF", "application/x-executable", b"\x7fELF" + bytes(12) + b"\2\0"),
    Sample("Windows", "application/vnd.microsoft.portable-executable", b"MZ\x90\0"),
    Sample("Mach-O", "application/x-mach-binary", b"\xcf\xfa\xed\xfe"),
    Sample("Java", "application/x-java-applet", b"\xca\xfe\xba\xbe\0\0\0\x34"),
    Sample("WebAssembly", "application/wasm", b"\0asm"),
    Sample("SQLite", "application/vnd.sqlite3", b"SQLite format 3\0"),
    Sample("TrueType", "font/ttf", b"\0\1\0\0\0\x0a\0\0\0\0\0\0cmap" + bytes(20)),
    Sample("OpenType", "font/otf", b"OTTO\0\x0a\0\0\0\0\0\0CFF " + bytes(40)),
    Sample("WOFF 2", "font/woff2", b"wOF2"),
    Sample("bytes", BYTES, b"\0\1\2"),
    Sample("a bell", BYTES, b"a\7b"),
)

TEXTS = (
    Sample("nothing", "text/plain", b""),
    Sample("words", PLAIN, b"hello world\n"),
    Sample("UTF-8", PLAIN, "h\u00e9llo".encode()),
    Sample("Latin", "text/plain; charset=iso-8859-1", b"caf\xe9 ol\xe9\n"),
    Sample("Windows with an ellipsis", "text/plain; charset=windows-1252", b"caf\xe9\x85\n"),
    Sample("Windows with quotes", "text/plain", b"\x93quoted\x94\n"),
    Sample("UTF-16", "text/plain; charset=utf-16le", b"\xff\xfeh\0i\0"),
    Sample("a mark of UTF-8", PLAIN, b"\xef\xbb\xbfhi"),
    Sample("text with a byte far behind", PLAIN, b"a" * 3072 + b"\0"),
    Sample("HTML", "text/html; charset=utf-8", b"<!DOCTYPE html><html>"),
    Sample("a piece of HTML", "text/html; charset=utf-8", b"\n <div class=x>"),
    Sample("HTML with a set", "text/html; charset=ISO-8859-1", b'<html><meta charset="ISO-8859-1">'),
    Sample(
        "HTML with a set of old",
        "text/html; charset=koi8-r",
        b'<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
    ),
    Sample("HTML with a set in a comment", "text/html; charset=utf-8", b"<html><!-- <meta charset=x> -->"),
    Sample("no tag of HTML", PLAIN, b"<htmlx>"),
    Sample("XML", "text/xml; charset=utf-8", b'<?xml version="1.0"?><a/>'),
    Sample("XML with a set", "text/xml; charset=x-y", b"<?xml version='1.0' encoding='x-y'?><a/>"),
    Sample("RSS", "application/rss+xml", b'<?xml version="1.0"?><rss version="2.0">'),
    Sample(
        "Atom", "application/atom+xml", b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
    ),
    Sample("XHTML", "application/xhtml+xml", b'<?xml version="1.0"?><!DOCTYPE html><html>'),
    Sample("JSON", "application/json", b'{"a": [1, true, null, "\\u00e9"]}\n'),
    Sample("JSON that goes on", "application/json", b"[" + b"1," * 2000 + b"1]"),
    Sample("JSON that is cut", PLAIN, b'{"a": 1'),
    Sample("JSON with a comma too many", "application/json", b"[1,]"),
    Sample("JSON with single quotes", PLAIN, b"{'a': 1}"),
    Sample("a word of JSON", PLAIN, b"null"),
    Sample("GeoJSON", "application/geo+json", b'{"type": "Feature"}'),
    Sample("GeoJSON behind an array", "application/json", b'{"coordinates":[1,2],"type":"Point"}'),
    Sample("HAR", "application/json", b'{"log":{"version":"1.2"}}'),
    Sample("glTF", "model/gltf+json", b'{"asset":{"version":"2.0"}}'),
    Sample("lines of JSON", "application/x-ndjson", b'{"a":1}\n{"b":2}\n'),
    Sample("lines of numbers", PLAIN, b"1\n2\n"),
    Sample("CSV", "text/csv", b"a,b\n1,2\n"),
    Sample("CSV with quotes", "text/csv", b'a,"b,\n""c"\n1,2\n'),
    Sample("CSV of one row", PLAIN, b"a,b\n"),
    Sample("CSV with a short row", PLAIN, b"a,b\n1\n"),
    Sample("CSV with a short row far behind", "text/csv", b"a,b\n" + b"1,2\n" * 9 + b"3\n"),
    Sample("TSV", "text/tab-separated-values", b"a\tb\n1\t2\n"),
    Sample("a mail", "message/rfc822", b"From: a@example.com\r\nSubject: x\r\n\r\nhi"),
    Sample("PHP", "text/x-php", b"<?php echo 1;"),
    Sample("Python", "text/x-python", b"#!/usr/bin/env -S python3 -u\n"),
    Sample("a shell", "text/x-shellscript", b"#!/bin/sh\n"),
    Sample("a shell elsewhere", PLAIN, b"#!/usr/bin/bash\n"),
    Sample("Perl", "text/x-perl", b"#!/usr/bin/perl -w\n"),
    Sample("another Perl", PLAIN, b"#!/usr/bin/perl5\n"),
    Sample("JavaScript", "text/javascript", b"#!/usr/bin/env node\n"),
    Sample("a card", "text/vcard", b"BEGIN:VCARD\r\nVERSION"),
    Sample("a calendar", "text/calendar", b"begin:vcalendar\nx"),
    Sample("subtitles", "application/x-subrip", b"1\n00:02:16,612 --> 00:02:19,376\nhi\n"),
    Sample("subtitles backwards", PLAIN, b"1\n00:02:19,376 --> 00:02:16,612\nhi\n"),
    Sample("WebVTT", "text/vtt", b"WEBVTT\n\n"),
)

SAMPLES = (*IMAGES, *SOUND_AND_FILM, *DOCUMENTS, *ARCHIVES, *PROGRAMS, *TEXTS)

# What clients call files, and the templates of what they are stored as: `~` is ten random letters.
NAMES = {
    "abc.txt": "abc_~.txt",
    "a.txt": "a~_~.txt",
    ".txt": "~_~.txt",
    "..": "~_~.txt",
    "noext": "noext_~.txt",
    ".hidden.txt": "~_~.hidden.txt",
    "file.tar.gz": "file_~.tar.gz",
    "file.a.tar.gz": "file_a_~.tar.gz",
    "file.": "file_~.txt",
    "file..txt": "file_~.txt",
    "file.t xt": "file_~.txt",
    "file.t*x-t+=#": "file_~.t*x-t+=#",
    "file.\u65e5\u672c": "file_~.txt",
    "\u65e5\u672c.txt": "~_~.txt",
    "My R\u00e9sum\u00e9.PDF": "my_r_sum_~.PDF",
    "HTTPServer.go": "httpserver_~.go",
    "MixedCASEName12Test.txt": "mixed_casename12_test_~.txt",
    "__x__.txt": "x~_~.txt",
    "9Lives.txt": "9_lives_~.txt",
    "x" * 150 + ".txt": "x" * 100 + "_~.txt",
    "n" * 400 + ".tar.gz": "n" * 100 + "_~.tar.gz",
    "y." + "e" * 50: "y~_~." + "e" * 20,
    "y." + "e" * 30 + ".gz": "y~_~." + "e" * 17 + ".gz",
    "x.a" + "." * 25: "x_a_~.txt",
    "../../etc/passwd": "passwd_~.txt",
    "/etc/passwd": "passwd_~.txt",
    "a/": "a~_~.txt",
    "C:\\temp\\x.txt": "c_temp_x_~.txt",
    "..\\..\\up.txt": "~_~.up.txt",
    "%2e%2e%2fup.txt": "2e_2e_2fup_~.txt",
    "semi;colon.txt": "semi_colon_~.txt",
    "q\u202egpj.exe": "q_gpj_~.exe",
    "\u212aelvin.txt": "elvin_~.txt",
    "x\u0130y.txt": "x_y_~.txt",
    "thumbs_x.txt": "thumbs_x_~.txt",
    "x. a": "x~_~.a",
    "a b.c d.e f": "a_b_~.cd.ef",
}
