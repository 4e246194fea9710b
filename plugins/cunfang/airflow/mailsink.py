"""A real SMTP server for one machine: it takes every mail and writes it to a folder as .eml.

`python -m cunfang.airflow.mailsink --port 1025 --dir var/mail`
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import re
import signal
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_BYTES = 64 * 1024 * 1024


def file_name(content: bytes, received: datetime) -> str:
    """Time of receipt and the message's own id, in characters every file system takes; ends with .eml."""
    message_id = str(message_from_bytes(content, policy=policy.compat32).get("Message-ID", ""))
    safe = re.sub(r"[^A-Za-z0-9@._-]+", "_", message_id).strip("_.")[:80]
    return f"{received:%Y%m%dT%H%M%S.%f}-{safe or hashlib.sha256(content).hexdigest()[:16]}.eml"


class Folder:
    """Writes each accepted mail beside its place, then moves it in: a reader never sees half of one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: one mail with its envelope, which the delivered headers do not show."""
        content = envelope.original_content or b""
        head = "".join(f"X-RcptTo: {address}\r\n" for address in envelope.rcpt_tos)
        target = self.directory / file_name(content, datetime.now(UTC))
        draft = target.with_suffix(".part")
        draft.write_bytes(f"X-MailFrom: {envelope.mail_from}\r\n{head}".encode() + content)
        draft.replace(target)
        return "250 OK"


async def serve(directory: Path, port: int, host: str = "127.0.0.1") -> None:
    """Take mail until asked to end (SIGTERM, SIGINT)."""
    directory.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    limits: dict[str, Any] = {"data_size_limit": MAX_BYTES, "enable_SMTPUTF8": True}
    server = await loop.create_server(lambda: SMTP(Folder(directory), hostname="localhost", **limits), host, port)
    async with server:
        print(f"SMTP {host}:{server.sockets[0].getsockname()[1]} -> {directory}", flush=True)
        await ended.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="接收邮件并存为 .eml 文件的本地 SMTP 服务")
    parser.add_argument("--port", type=int, default=1025)
    parser.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    os.umask(0o077)
    asyncio.run(serve(arguments.dir, arguments.port))


if __name__ == "__main__":
    main()
