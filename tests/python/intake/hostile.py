"""Hostile files by kind: what a sender, or somebody who is none, could put in an inbox to break what reads it.

A kind is a way to break something, applied to every form and part it can stand in, so that a new one is one line.
"""

import io
import json
import random
import re
import struct
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any
from zipfile import ZipFile, ZipInfo

from made_files import HEADERS, packed, plain_csv, with_part, with_sheet_data, workbook

MB = 1024**2
Hostile = tuple[str, bytes]
"""A kind, and the bytes of a file of it."""

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, RELS, BOOK_RELS = "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"
PARTS = (SHEET, STRINGS, STYLES, BOOK, RELS, BOOK_RELS)
ROW = ("VV001", "Opgestart", "", "")


@cache
def plain_workbook() -> bytes:
    """A return that every part of it is needed for: a number has a style."""
    return workbook(lambda _, sheet: sheet.write_row(1, 0, ["VV001", "Opgestart", 1.5]))


def _in_front(declared: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: re.sub(rb"(<[a-zA-Z])", lambda found: declared + found[1], xml, count=1)


def _swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(old, new)


def _doctypes() -> Iterator[Hostile]:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    declared = {
        "a document type": b"<!DOCTYPE x>",
        "an entity": b'<!DOCTYPE x [<!ENTITY a "VV001">]>',
        "a billion laughs": b'<!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]>",
        "a file of the machine": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "an address": b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
        "a parameter entity": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>',
    }
    for (name, text), part in product(declared.items(), PARTS):
        yield f"{name} in {part}", with_part(plain_workbook(), part, _in_front(text))


def _broken_xml() -> Iterator[Hostile]:
    changes: dict[str, Callable[[bytes], bytes]] = {
        "cut": lambda xml: xml[: len(xml) // 2],
        "a NUL": lambda xml: xml[:-20] + b"\0" + xml[-20:],
        "an end too many": lambda xml: xml + b"</x>",
        "an unknown encoding": lambda xml: xml.replace(b"UTF-8", b"EBCDIC-CP-BE", 1),
        "an encoding of several bytes": lambda xml: xml.replace(b"UTF-8", b"shift_jis", 1),
        "an encoding of seven bits": lambda xml: xml.replace(b"UTF-8", b"utf-7", 1),
        "bytes that are no text": lambda xml: xml.replace(b'"', b'"\xff\xfe', 1),
        "nothing": lambda xml: b"",
    }
    for (name, change), part in product(changes.items(), (SHEET, STRINGS, STYLES, BOOK, BOOK_RELS)):
        yield f"{name} in {part}", with_part(plain_workbook(), part, change)


def _without(part: str) -> bytes:
    with ZipFile(io.BytesIO(plain_workbook())) as book:
        return packed({name: book.read(name) for name in book.namelist() if name != part})


def _containers() -> Iterator[Hostile]:
    for form, whole in {"a workbook": plain_workbook(), "a container": packed({"a.csv": plain_csv()})}.items():
        for percent in (3, 15, 40, 60, 80, 95, 99):
            yield f"{form} cut at {percent} %", whole[: len(whole) * percent // 100]
        yield f"{form} of which a sum is wrong", _patched(whole, b"PK\x01\x02", 16, b"\1\2\3\4")
        for method in (1, 6, 9, 12, 14, 93, 97, 99):
            yield f"{form} packed by method {method}", _method(whole, method)
        yield (
            f"{form} with a password",
            _patched(_patched(whole, b"PK\x01\x02", 8, b"\1\0"), b"PK\x03\x04", 6, b"\1\0"),
        )
        for size in (0, 1, 0xFFFFFFFF):
            yield (
                f"{form} that says it is {size} bytes",
                _patched(whole, b"PK\x01\x02", 24, struct.pack("<I", size)),
            )
    for part in (*PARTS, "docProps/core.xml", "xl/media/image1.png"):
        yield f"30 MB of nothing in {part}", _and(plain_workbook(), {part: b"\0" * 30 * MB})
    for part in (BOOK, SHEET, STRINGS, BOOK_RELS):
        yield f"without {part}", _without(part)
    names = (
        *(
            "../../evil.csv",
            "/etc/evil.csv",
            "C:evil.csv",
            "a\\b.csv",
            "a/../b.csv",
            "a//b.csv",
            "a\nb.csv",
            "a\tb.csv",
        ),
        *(
            "./a.csv",
            "a/./b.csv",
            "..",
            "\x01.csv",
            "a\x7f.csv",
            "~/../a.csv",
            "\\\\server\\share\\a.csv",
            "x" * 201 + ".csv",
        ),
    )
    for name in names:
        yield f"a member called {name[:30]!r}", packed({name: plain_csv()})
    yield "a member in a member", packed({"a.zip": packed({"a.csv": plain_csv()})})
    yield "ten containers in each other", _nested(10)
    yield (
        "a workbook and a container in one",
        packed({"b.xlsx": packed({"[Content_Types].xml": b"", "a.zip": b"PK"})}),
    )
    yield "1,001 members", packed({f"{n}.csv": b"" for n in range(1001)})
    yield "20,000 members", packed({f"{n}": b"" for n in range(20_000)})
    yield "the same member twice", packed({"a.csv": plain_csv(), "A.CSV": plain_csv()})
    yield "no member", packed({})
    yield "a folder alone", packed({"a/": b""})
    yield "a link", _link()
    yield "members that share their bytes", _overlapping()


def _link() -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as container:
        entry = ZipInfo("a.csv")
        entry.external_attr = 0o120777 << 16
        container.writestr(entry, "/etc/passwd")
    return content.getvalue()


def _overlapping() -> bytes:
    """Two thousand names of one megabyte of bytes that stand there once."""
    content = bytearray(packed({"a.csv": b"a" * MB}))
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = bytes(content[at:end])
    copies = b"".join(entry.replace(b"a.csv", b"%05d" % n) for n in range(900))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 900, 900, len(copies), at, 0)
    return bytes(content[:at]) + copies + tail


def _nested(depth: int) -> bytes:
    content = plain_csv()
    for _ in range(depth):
        content = packed({"a.zip": content})
    return content


def _and(book: bytes, members: dict[str, bytes]) -> bytes:
    with ZipFile(io.BytesIO(book)) as source:
        return packed({name: source.read(name) for name in source.namelist()} | members)


def _patched(content: bytes, mark: bytes, offset: int, new: bytes) -> bytes:
    """The container with these bytes in each of its headers that begin with the mark."""
    changed, at = bytearray(content), 0
    while (at := changed.find(mark, at)) >= 0:
        changed[at + offset : at + offset + len(new)] = new
        at += 4
    return bytes(changed)


def _method(content: bytes, method: int) -> bytes:
    packed_by = struct.pack("<H", method)
    return _patched(_patched(content, b"PK\x01\x02", 10, packed_by), b"PK\x03\x04", 8, packed_by)


def _sheets() -> Iterator[Hostile]:
    def sheet(data: str) -> bytes:
        return with_sheet_data(plain_workbook(), data.encode())

    cells = {
        "the last cell of all": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "row 0": '<row r="0"><c r="A0"><v>1</v></c></row>',
        "row 99999999999": '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        "row minus one": '<row r="-1"><c r="A-1"><v>1</v></c></row>',
        "column ZZZZ": '<row r="2"><c r="ZZZZ2"><v>1</v></c></row>',
        "a cell of another row": '<row r="2"><c r="A3"><v>1</v></c></row>',
        "a cell without a place": '<row r="2"><c r="!!"><v>1</v></c></row>',
        "a text that is not there": '<row r="2"><c r="A2" t="s"><v>999999999</v></c></row>',
        "a text of five thousand digits": f'<row r="2"><c r="A2" t="s"><v>{"9" * 5_000}</v></c></row>',
        "a text of minus one": '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        "a text that is no number": '<row r="2"><c r="A2" t="s"><v>0x1</v></c></row>',
        "a cell of an unknown kind": '<row r="2"><c r="A2" t="zz"><v>1</v></c></row>',
        "a formula without a value": '<row r="2"><c r="A2"><f>WEBSERVICE("http://127.0.0.1:9/")</f></c></row>',
        "a formula of DDE": '<row r="2"><c r="A2"><f>cmd|\' /C calc\'!A0</f></c></row>',
        "100,001 letters": f'<row r="2"><c r="A2" t="str"><v>{"a" * 100_001}</v></c></row>',
        "20,000 cells in a row": '<row r="2">' + "<c><v>1</v></c>" * 20_000 + "</row>",
        "deep": "<row>" * 50_000 + "</row>" * 50_000,
    }
    for name, data in cells.items():
        yield name, sheet(data)
    yield (
        "100,000 attributes",
        sheet("<row " + " ".join(f'a{n}="1"' for n in range(100_000)) + "><c><v>1</v></c></row>"),
    )
    for target in (
        "../../../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "workbook.xml",
        "",
        "nowhere.xml",
    ):
        yield (
            f"a sheet that is {target!r}",
            with_part(plain_workbook(), BOOK_RELS, _swapped(b"worksheets/sheet1.xml", target.encode())),
        )
    yield "a style of no number", with_part(plain_workbook(), STYLES, _swapped(b'numFmtId="', b'numFmtId="x'))
    deep = b"<r>" * 5_000 + b"<t>VV001</t>" + b"</r>" * 5_000
    yield "a text within five thousand", with_part(plain_workbook(), STRINGS, _swapped(b"<t>VV001</t>", deep))
    yield "one string of 60 MB", with_part(plain_workbook(), STRINGS, _swapped(b"VV001", b"a" * 60 * MB))
    yield (
        "a million merged cells",
        with_part(
            plain_workbook(),
            SHEET,
            _swapped(
                b"</sheetData>",
                b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 100_000 + b"</mergeCells>",
            ),
        ),
    )


def _texts() -> Iterator[Hostile]:
    yield "nothing", b""
    yield "a NUL", b"\0"
    for encoding in ("utf-16-le", "utf-16-be", "utf-32", "cp037"):
        text = ";".join(HEADERS) + "\r\nVV001;België;;+-\r\nEINDE;1\r\n"
        yield f"{encoding} without its mark", text.encode(encoding)
    for name, signs in {
        "overlong": b"\xc0\xaf" * 6,
        "half a character": b"\xed\xa0\x80" * 6,
        "continuations": b"\x80" * 6,
        "beyond Unicode": b"\xf7\xbf\xbf\xbf" * 6,
        "never in UTF-8": b"\xfe\xff" * 6,
    }.items():
        yield (
            f"UTF-8 that is none: {name}",
            b"\xef\xbb\xbf" + plain_csv("VV001;Opgestart;;").replace(b"Opgestart", signs),
        )
    for size in (1, 100, 10_000, MB):
        yield f"{size} bytes of chance", random.Random(size).randbytes(size)
    yield "a header of a million columns", plain_csv(header=";" * MB + ";".join("ab"))
    yield "a row of 100,000 columns", plain_csv("VV001" + ";x" * 100_000)
    yield "a quote that never ends", plain_csv('VV001;Opgestart;;"' + "a" * 90_000)
    yield "a cell of 100,001 letters", plain_csv(f"VV001;Opgestart;;{'a' * 100_001}")
    yield "a quoted cell of 40 MB", plain_csv(f'VV001;Opgestart;;"{"a" * 40 * MB}"')
    yield "a header of a megabyte", plain_csv(header="a" * MB)
    yield "the same header twice", plain_csv(header=";".join([*HEADERS, HEADERS[0]]))
    yield "no header", b"EINDE;0\r\n"
    for count in ("2", "-1", "1e0", "99999999999999999999", "one", "1;1"):
        yield f"an end that counts {count}", plain_csv().replace(b"EINDE;1", b"EINDE;" + count.encode())
    for percent in (10, 30, 50, 70, 90):
        yield f"a text cut at {percent} %", plain_csv()[: len(plain_csv()) * percent // 100]


def _documents() -> Iterator[Hostile]:
    record = dict(zip(HEADERS, ROW, strict=True))
    whole = json.dumps([record] * 20)
    for percent in (1, 20, 40, 60, 80, 99):
        yield f"JSON cut at {percent} %", whole[: len(whole) * percent // 100].encode()
    broken = {
        "NaN": '[{"Projectcode": NaN}]',
        "Infinity": '[{"Projectcode": Infinity}]',
        "minus Infinity": '[{"Projectcode": -Infinity}]',
        "an absurd exponent": '[{"Projectcode": 1e999999999}]',
        "an absurdly small number": '[{"Projectcode": 1e-999999999}]',
        "a hundred thousand digits": f'[{{"Projectcode": {"9" * 100_001}}}]',
        "a hexadecimal number": '[{"Projectcode": 0x10}]',
        "a zero in front": '[{"Projectcode": 007}]',
        "a comment": '[{"Projectcode": "VV001"} /* x */]',
        "a comma too many": '[{"Projectcode": "VV001",}]',
        "single quotes": "[{'Projectcode': 'VV001'}]",
        "a name twice": '[{"Projectcode": "VV001", "Projectcode": "VV002"}]',
        "a name twice within": '[{"Projectcode": {"a": 1, "a": 2}}]',
        "half a character as a value": json.dumps([record | {"Toelichting": "\ud800"}]),
        "half a character as a name": '[{"\\ud800": "VV001"}]',
        "half a character as a sheet": '{"records": {"\\ud800": [{"Projectcode": "VV001"}]}}',
        "half a character as a name that stands twice": '[{"\\ud800": 1, "\\ud800": 2}]',
        "half a character as the meetmoment": json.dumps({"meetmoment": "\ud800", "records": {"Status": [record, 1]}}),
        "an exponent of twenty digits": json.dumps([record | {"Toelichting": "@"}]).replace('"@"', f"1e{'9' * 20}"),
        "a list in a value": '[{"Projectcode": ["VV001"]}]',
        "an object in a value": '[{"Projectcode": {"a": "VV001"}}]',
        "a name of a megabyte": f'[{{"{"a" * MB}": 1}}]',
        "a hundred thousand names": "[{" + ",".join(f'"a{n}": 1' for n in range(100_000)) + "}]",
        "a number alone": "[1]",
        "a text alone": '["VV001"]',
        "nothing alone": "[null]",
        "records that are none": '{"records": 1}',
        "records of none": '{"records": {"Status": 1}}',
        "no records": '{"rows": []}',
        "two documents": f"{whole}{whole}",
        "a document on each line": '{"Projectcode": "VV001"}\n{"Projectcode": "VV002"}',
        "a word behind it": f"{whole} x",
        "a control in a text": '[{"Projectcode": "VV\n001"}]',
    }
    for name, text in broken.items():
        yield f"JSON with {name}", text.encode()
    for depth in (1_000, 10_000, MB):
        for sign in "[{":
            opening = "[" if sign == "[" else '{"a":'
            yield f"JSON {depth} deep by {sign}", (opening * min(depth, 10 * MB // len(opening))).encode()
    yield "JSON deep in a value", b'[{"Projectcode": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]"


def _foreign() -> Iterator[Hostile]:
    signs = {
        "PDF": b"%PDF-1.7\n", "RTF": b"{\\rtf1", "7z": b"7z\xbc\xaf\x27\x1c", "RAR": b"Rar!\x1a\x07\x01\x00",
        "gzip": b"\x1f\x8b\x08", "bzip2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\x00", "zstd": b"\x28\xb5\x2f\xfd",
        "tar": b"a.csv".ljust(257, b"\0") + b"ustar", "ELF": b"\x7fELF\x02\x01\x01", "program": b"MZ\x90\x00",
        "PNG": b"\x89PNG\r\n\x1a\n", "GIF": b"GIF89a", "JPEG": b"\xff\xd8\xff\xe0", "SQLite": b"SQLite format 3\0",
        "Parquet": b"PAR1", "HTML": b"<!DOCTYPE html><html><table>", "XML": b'<?xml version="1.0"?><Workbook>',
        "SVG": b"<svg xmlns='x'><script>", "mail": b"From: a@b.c\r\nSubject: x\r\n\r\n",
        "script": b"#!/bin/sh\nrm -rf /\n",
        "Excel 97": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "class": b"\xca\xfe\xba\xbe",
    }  # fmt: skip
    for name, mark in signs.items():
        for follows, more in {
            "": b"",
            " and a return": plain_csv(),
            " and a container": packed({"a.csv": plain_csv()}),
        }.items():
            yield f"{name}{follows}", mark + more
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    yield "a workbook with a password", locked + b"\0" * 512
    types = {"[Content_Types].xml": b"<Types/>"}
    yield "a binary workbook", packed(types | {"xl/workbook.bin": b"\0"})
    yield "a text of Word", packed(types | {"word/document.xml": b"<w/>"})
    yield "slides", packed(types | {"ppt/presentation.xml": b"<p/>"})
    yield "an OpenDocument", packed({"mimetype": b"application/x", "content.xml": b"<x/>"})


def refused() -> Iterator[Hostile]:
    """What must be refused, or at least told."""
    for kind in (_doctypes, _broken_xml, _containers, _sheets, _texts, _documents, _foreign):
        for name, content in kind():
            yield f"{kind.__name__.strip('_')}: {name}", content


TEXTS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+cmd", "-1+cmd", "@SUM(1)", '=HYPERLINK("http://127.0.0.1:9/","x")',
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'; drop table raw.row; --", "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}", "[bold]x[/bold]", "../../etc/passwd", "%s%n%x", "a|b", "\\x41", "#REF!", "\u202egnp.exe", "a\u200bb",
    "javascript:alert(1)", "$(reboot)", "`reboot`", "x" * 32_000, "ﬃ 😀 é e\u0301", "None", "NULL", "1e5", "0x1F",
)  # fmt: skip
"""What is dangerous only to who does not take it for a text: it is read as it stands."""


def _saying(text: str) -> bytes:
    return workbook(lambda _, sheet: [sheet.write_row(1, 0, [*ROW[:3]]), sheet.write_string(1, 3, text)])


def read_as_they_stand() -> Iterator[tuple[str, bytes, str]]:
    """(kind, bytes, the text that its one explanation holds)."""
    for text in TEXTS:
        quoted = text.replace('"', '""')
        yield "csv", plain_csv(f'VV001;Opgestart;;"{quoted}"'), text
        record: dict[str, Any] = dict(zip(HEADERS, [*ROW[:3], text], strict=True))
        yield "json", json.dumps([record]).encode(), text
        yield (
            "workbook",
            _saying(text),
            text,
        )
