"""One mail as bytes, built of the classic MIME classes so that Outlook, QQ and office gateways read it (people §3).

`EmailMessage` is not used on purpose: it splits long attachment names into `filename*0*=`, which Outlook and older QQ
show as ATT00001, and it may emit 8bit bodies.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, parseaddr

from cunfang.documents.words import one_line

NAME_LIMIT = 12
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,8}")
_SUBTYPES = {
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "pdf",
}
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = BASE64


class MailError(ValueError):
    """A mail that must not go out as it is: an address, an id or an attachment's name that mail cannot carry."""


@dataclass(frozen=True)
class Attachment:
    """A file with the mail. `name`: at most 12 Chinese characters (Outlook breaks longer ones), then .xlsx or alike."""

    name: str
    content: bytes


@dataclass(frozen=True)
class InlineImage:
    """A PNG that the HTML shows as `<img src="cid:NAME">`."""

    cid: str
    png: bytes


@dataclass(frozen=True)
class Mail:
    """One mail to one mailbox. `sender` is `显示名 <address>`; both texts are complete on their own."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    in_reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    images: tuple[InlineImage, ...] = ()


def compose(mail: Mail) -> bytes:
    """The mail in transport form (CRLF, ASCII), the same bytes for the same mail; MailError if it cannot be carried."""
    body = MIMEMultipart("alternative", boundary=_boundary(mail, "alternative"))
    body.attach(MIMEText(mail.text, "plain", "utf-8"))
    body.attach(MIMEText(mail.html, "html", "utf-8"))
    related = MIMEMultipart("related", boundary=_boundary(mail, "related"), type="multipart/alternative")
    related.attach(body)
    for image in mail.images:
        related.attach(_inline(image))
    message = MIMEMultipart("mixed", boundary=_boundary(mail, "mixed"))
    message["Subject"] = Header(one_line(mail.subject).strip(), _UTF8, header_name="Subject").encode(maxlinelen=75)
    message["From"] = _mailbox(mail.sender)
    message["To"] = checked_address(mail.recipient)
    message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = _checked_id(mail.message_id)
    if mail.in_reply_to:
        message["In-Reply-To"] = _checked_id(mail.in_reply_to)
        message["References"] = mail.in_reply_to
    message["Auto-Submitted"] = "auto-generated"
    message.attach(related)
    for attachment in mail.attachments:
        message.attach(_attached(attachment))
    buffer = io.BytesIO()
    # No further folding: "Content-Type:" with nothing but a fold behind it is lost on old gateways.
    policy = compat32.clone(linesep="\r\n", max_line_length=None)
    BytesGenerator(buffer, mangle_from_=False, policy=policy).flatten(message)
    return buffer.getvalue()


def message_id_of(key: str, sender: str) -> str:
    """The Message-ID that belongs to a dedup key: a message sent again after a crash carries the same one."""
    domain = parseaddr(one_line(sender))[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain or 'localhost'}>"


def checked_address(address: str) -> str:
    """`address` if mail can go there without SMTPUTF8, else a MailError."""
    if not _ADDRESS.fullmatch(address):
        raise MailError(f"邮箱地址 {address!r} 不合规，请在 include/regions 中改正")
    return address


def encoded_word(text: str) -> str:
    """One RFC 2047 base64 word."""
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode('ascii')}?="


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise MailError(f"信件编号 {message_id!r} 不合规")
    return message_id


def _mailbox(sender: str) -> str:
    """Encoded display name, one space, address: QQ answers 550 to anything else."""
    display, address = parseaddr(one_line(sender))
    checked_address(address)
    word = encoded_word(display)
    if len(word) > 75:
        raise MailError(f"发件人名称过长：{display}")
    return f"{word} <{address}>" if display else address


def _boundary(mail: Mail, part: str) -> str:
    return "cunfang-" + hashlib.sha256(f"{part}{mail.message_id}".encode()).hexdigest()[:32]


def _inline(image: InlineImage) -> MIMEImage:
    part = MIMEImage(image.png, "png")
    part.add_header("Content-ID", _checked_id(f"<{image.cid}@inline>").replace("@inline", ""))
    part.add_header("Content-Disposition", "inline")
    return part


def _attached(attachment: Attachment) -> MIMEApplication:
    """Both spellings of the name: RFC 2231 in one piece for modern readers, RFC 2047 in Content-Type for the others."""
    name = _checked_name(attachment.name)
    part = MIMEApplication(attachment.content, _SUBTYPES.get(name.rpartition(".")[2].lower(), "octet-stream"))
    part.set_param("name", encoded_word(name))
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def _checked_name(name: str) -> str:
    clean = re.sub(r'[\\/:*?"<>|]', "_", one_line(name)).strip()
    stem, dot, extension = clean.rpartition(".")
    wide = sum(not character.isascii() for character in stem)
    if not (stem and dot and _EXTENSION.fullmatch(extension)):
        raise MailError(f"附件名 {name!r} 须有英文扩展名")
    if wide > NAME_LIMIT or len(encoded_word(clean)) > 75:
        raise MailError(f"附件名 {name!r} 过长：汉字不得超过 {NAME_LIMIT} 个")
    return clean
