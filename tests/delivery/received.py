"""Mail as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from urllib.parse import unquote

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Received:
    """One mail as its reader sees it."""

    recipient: str
    subject: str
    text: str
    html: str
    message: Message

    @classmethod
    def read(cls, content: bytes) -> Received:
        """Parse what came over the wire."""
        message = message_from_bytes(content)
        bodies = {part.get_content_type(): part for part in message.walk() if part.get_content_maintype() == "text"}
        plain, html = (str(bodies[f"text/{kind}"].get_payload(decode=True), "utf-8") for kind in ("plain", "html"))
        return cls(message["To"], str(make_header(decode_header(message["Subject"]))), plain, html, message)

    @property
    def files(self) -> list[Message]:
        """Attachments."""
        return [part for part in self.message.walk() if part.get_content_disposition() == "attachment"]

    @property
    def contents(self) -> dict[str, bytes]:
        """Name → bytes of each attachment, the name by the header that modern readers take."""
        found = {}
        for part in self.files:
            name = unquote(str(part["Content-Disposition"]).partition("filename*=utf-8''")[2])
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[name] = content
        return found


def outbox(connection: Connection) -> dict[str, Received]:
    """Recipient → the last mail to it."""
    rows = connection.execute(text("SELECT content FROM ops.outbox ORDER BY message_id")).scalars()
    return {mail.recipient: mail for mail in (Received.read(bytes(row)) for row in rows)}
