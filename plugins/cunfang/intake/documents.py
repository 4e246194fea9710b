"""Documents (决定文件): the papers that a register names, beside it in the inbox; digest, archive, and what they prove.

Nothing of a name or a file is trusted: a name is a plain name and never a path, links are not followed, and a file
counts only if its first bytes are those of its format.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text

from cunfang.feeds.contract import DOCUMENTS, Contract
from cunfang.feeds.normalise import Typed, TypedRow
from cunfang.feeds.rules import rules
from cunfang.intake.landing import UnreadableError, archived, chunks, store
from cunfang.intake.submissions import Submission
from cunfang.quality.basis import Document
from cunfang.settings import Settings

_PLAIN = re.compile(r"(?![.~\s])[^/\\:*?\"<>|\x00-\x1f\x7f]+(?<![.\s])")
_NAME_BYTES = 255


def named(agreed: Contract, typed: Iterable[TypedRow]) -> list[str]:
    """The file names that the rows of a register state, each once; none where its contract attaches no files."""
    column = agreed.attached
    return list(dict.fromkeys(str(row.fields[column]) for row in typed if row.fields[column])) if column else []


def folder_of(settings: Settings, submission: Submission) -> Path:
    """Where the documents of a submission lie."""
    return settings.inbox / submission.region / str(submission.period) / submission.feed / DOCUMENTS


def look(folder: Path, names: Iterable[str], archive: Path | None = None) -> dict[str, Document]:
    """Each named file of `folder` with its digest, or with what is wrong with it; its bytes go to `archive`, if given.

    A file that changes while it is read is one that is not there yet.
    """
    here = _is_folder(folder.parent) and _is_folder(folder)
    return {name: _one(folder, name, archive, here) for name in names}


def _one(folder: Path, name: str, archive: Path | None, here: bool) -> Document:
    if fault := _name_fault(name):
        return Document(name, fault=fault)
    path = folder / name
    try:
        before = path.lstat() if here else None
        fault = "不在 documents 文件夹中" if before is None else _file_fault(path, before.st_mode, before.st_size)
        if before is None or fault:
            return Document(name, fault=fault)
        sha256, size = store(path, archive) if archive else _digest(path)
        after = path.lstat()
    except FileNotFoundError:
        return Document(name, fault="不在 documents 文件夹中")
    except (OSError, UnreadableError) as error:
        return Document(name, fault=f"无法读取（{error}）")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != before.st_size:
        return Document(name, fault="还在写入")
    return Document(name, sha256, size)


def _name_fault(name: str) -> str:
    if not _PLAIN.fullmatch(name) or len(name.encode("utf-8", "surrogatepass")) > _NAME_BYTES:
        return "不是单纯的文件名（不能带路径，不能以点开头，不能有 / \\ : * ? 等字符）"
    if _suffix(name) not in rules().documents:
        return f"的格式不收，应为 {'、'.join(rules().documents)} 之一"
    return ""


def _suffix(name: str) -> str:
    return Path(name).suffix.lower().removeprefix(".")


def _file_fault(path: Path, mode: int, size: int) -> str:
    limit = rules().limits.document_bytes
    if not stat.S_ISREG(mode):
        return "不是普通文件（链接、文件夹不收）"
    if size == 0:
        return "是空文件"
    if size > limit:
        return f"有 {size:,} 字节，超过 {limit:,} 字节"
    first = next(chunks(path), b"")
    if not first.startswith(bytes.fromhex(rules().documents[_suffix(path.name)])):
        return f"的内容不是 {_suffix(path.name)}"
    return ""


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks(path):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def of_submission(
    connection: Connection, settings: Settings, submission: Submission, typed: Typed
) -> dict[str, Document] | None:
    """The documents that a register names, as they lie in the inbox now; None where its contract attaches none.

    One that is gone from the inbox and was archived with this register before still counts.
    """
    if not submission.contract.attached:
        return None
    found = look(folder_of(settings, submission), named(submission.contract, typed.rows), settings.archive)
    before = _kept(connection, submission.submission_id)
    return {
        name: before[name] if one.fault and name in before and _archived(settings, before[name]) else one
        for name, one in found.items()
    }


def _archived(settings: Settings, one: Document) -> bool:
    return archived(settings.archive, one.sha256).is_file()


def keep(connection: Connection, submission: Submission, found: Mapping[str, Document] | None) -> None:
    """Register what was found, with the check that saw it; the same file is registered once."""
    before = _kept(connection, submission.submission_id) if found else {}
    fresh = [one for one in (found or {}).values() if one.sha256 and before.get(one.name) != one]
    if fresh:
        connection.execute(
            text(
                "INSERT INTO raw.document (submission_id, region, name, sha256, size)"
                " VALUES (:id, :region, :name, :sha256, :size)"
            ),
            [
                {
                    "id": submission.submission_id,
                    "region": submission.region,
                    "name": one.name,
                    "sha256": one.sha256,
                    "size": one.size,
                }
                for one in fresh
            ],
        )


def _kept(connection: Connection, submission_id: int) -> dict[str, Document]:
    rows = connection.execute(
        text("SELECT name, sha256, size FROM raw.document WHERE submission_id = :id ORDER BY document_id"),
        {"id": submission_id},
    )
    return {row.name: Document(row.name, row.sha256, row.size) for row in rows}


def proven(connection: Connection, submission: Submission, typed: Typed) -> Typed:
    """The rows with the digest of the document that each names, as the last check registered it."""
    column = submission.contract.attached
    if not column:
        return typed
    known = _kept(connection, submission.submission_id)
    rows = tuple(
        replace(row, fields={**row.fields, f"{column}_sha256": one.sha256})
        if (one := known.get(str(row.fields[column])))
        else row
        for row in typed.rows
    )
    return replace(typed, rows=rows)
