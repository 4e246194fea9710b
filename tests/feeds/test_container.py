"""The zip of a workbook: what it declares is held against what it holds; the lean copy has the parts looked over."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from cunfang.feeds.container import Container

PARTS = {"xl/workbook.xml": b"<workbook/>" * 50, "xl/media/bild.png": b"\x89PNG" * 99}


def packed(parts: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", kind) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_given_a_zip_when_copied_lean_then_the_parts_asked_for_are_there_and_no_other(kind: int) -> None:
    lean = zipfile.ZipFile(io.BytesIO(Container(packed(PARTS, kind)).lean(["xl/workbook.xml"])))
    assert lean.testzip() is None
    assert {name: lean.read(name) for name in lean.namelist()} == {"xl/workbook.xml": PARTS["xl/workbook.xml"]}


def test_given_two_parts_of_one_name_when_opened_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="重名"):
        Container(packed({"xl/a.xml": b"1", "XL/A.xml": b"2"}))


def test_given_a_part_that_unpacks_to_more_than_declared_when_read_then_it_is_refused() -> None:
    bomb = bytes(10_000_000)
    data = bytearray(packed({"a.xml": bomb}))
    short = struct.pack("<II", zlib.crc32(bomb[:1000]), 0)[:4]
    for signature, crc_at, size_at in ((b"PK\x03\x04", 14, 22), (b"PK\x01\x02", 16, 24)):
        at = data.find(signature)
        data[at + crc_at : at + crc_at + 4] = short
        data[at + size_at : at + size_at + 4] = struct.pack("<I", 1000)
    assert len(zipfile.ZipFile(io.BytesIO(bytes(data))).read("a.xml")) == 1000, "what zipfile alone would not notice"
    with pytest.raises(ValueError, match="校验"):
        Container(bytes(data)).read("a.xml")


def test_given_a_flipped_bit_when_read_then_the_part_is_refused() -> None:
    data = bytearray(packed(PARTS, zipfile.ZIP_STORED))
    data[data.find(b"<workbook/>")] ^= 1
    with pytest.raises(ValueError, match="校验"):
        Container(bytes(data)).read("xl/workbook.xml")
