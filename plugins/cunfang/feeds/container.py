"""The zip of a workbook: each part unpacked once, within its declared size, and a lean copy that holds nothing else."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

from cunfang.feeds.faults import Fault, FaultError
from cunfang.feeds.rules import rules

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_STORED, _DEFLATED, _ENCRYPTED = 0, 8, 1


class Container:
    """The parts of a zip by name; a part is known by one name only, whatever its case."""

    def __init__(self, data: bytes) -> None:
        """A FaultError for what would unpack beyond the limit, a ValueError and its like for a broken zip."""
        limit = rules().limits.unpacked_bytes
        self._data = data
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            entries = book.infolist()
        size = sum(entry.file_size for entry in entries)
        if size > limit:
            raise FaultError(Fault.TOO_LARGE, size=f"解压后 {size:,} 字节", limit=f"{limit:,} 字节")
        self._entries = {entry.filename.lower(): entry for entry in entries}
        if len(self._entries) != len(entries):
            raise ValueError("压缩包里有重名的部件")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def under(self, folder: str) -> list[str]:
        """Names of the parts of `folder`, in lower case."""
        return [name for name in self._entries if name.startswith(folder)]

    def read(self, name: str) -> bytes:
        """A part unpacked: exactly as long as the zip says, its checksum right; else a ValueError or zlib.error."""
        entry = self._entry(name)
        raw = self._raw(entry)
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (_STORED, _DEFLATED):
            raise ValueError(f"{name} 的压缩方式无法识别")
        if entry.compress_type == _DEFLATED:
            inflate = zlib.decompressobj(-15)
            content = inflate.decompress(raw, entry.file_size + 1)
            whole = inflate.eof or not entry.file_size
        else:
            content, whole = raw, True
        if not whole or len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
            raise ValueError(f"{name} 校验不符")
        return content

    def lean(self, names: Iterable[str]) -> bytes:
        """A zip of these parts alone, as they are packed: whoever opens it finds what was looked at and no more."""
        parts, directory, at = [], [], 0
        for name in names:
            entry = self._entry(name)
            raw, title = self._raw(entry), entry.filename.encode()
            facts = (entry.compress_type, 0, 33, entry.CRC, len(raw), entry.file_size, len(title), 0)
            part = _LOCAL + struct.pack("<HHHHHIIIHH", 20, 0x800, *facts) + title + raw
            directory.append(_CENTRAL + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0x800, *facts, 0, 0, 0, 0, at) + title)
            parts.append(part)
            at += len(part)
        index = b"".join(directory)
        count = len(directory)
        return b"".join([*parts, index, _END, struct.pack("<HHHHIIH", 0, 0, count, count, len(index), at, 0)])

    def _entry(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._entries[name.lower()]
        except KeyError:
            raise ValueError(f"缺少部件 {name}") from None

    def _raw(self, entry: zipfile.ZipInfo) -> bytes:
        at = entry.header_offset
        if self._data[at : at + 4] != _LOCAL:
            raise ValueError(f"{entry.filename} 不在压缩包所说的位置")
        name, extra = struct.unpack_from("<HH", self._data, at + 26)
        start = at + 30 + name + extra
        raw = self._data[start : start + entry.compress_size]
        if len(raw) != entry.compress_size:
            raise ValueError("文件不完整")
        return raw
