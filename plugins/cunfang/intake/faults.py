"""Faults that the way in can have itself, beside those of reading and checking; stable numbers."""

from __future__ import annotations

from dataclasses import dataclass

from cunfang.finding import Finding, Klass


@dataclass(frozen=True)
class Fault:
    """A numbered fault with its texts; `{…}` is filled in."""

    check: str
    klass: Klass
    message: str
    advice: str

    def finding(self, *, file: str = "", **facts: object) -> Finding:
        """The fault as a finding."""
        return Finding(self.check, self.klass, self.message.format_map(facts), self.advice.format_map(facts), file=file)


UNREADABLE = Fault(
    "INB-S001",
    Klass.SYNTACTICAL,
    "文件无法读取（{reason}）。",
    "请检查文件的访问权限，或重新放入收件箱。",
)
NO_FOLDER = Fault(
    "INB-S002",
    Klass.SYNTACTICAL,
    "收件箱中没有 {region} 地区 {period} 的文件夹。",
    "请把报送文件放在 收件箱/{region}/{period}/<报送名称>/ 之下。",
)
READ_OTHERWISE = Fault(
    "INB-S003",
    Klass.SYNTACTICAL,
    "报送约定改过之后，同一个文件读出的内容与先前不同；先前的记录不能改写。",
    "请打开文件另存一份再报送，作为新的一次报送。",
)
WAITING = Fault(
    "INB-V001",
    Klass.VALIDITY,
    "“{name}”尚不能校验：缺少 {feeds}。",
    "请先报送并更正 {feeds}，再重新校验。",
)
STRAY = Fault(
    "INB-Q001",
    Klass.QUALITY,
    "“{name}”不属于任何报送，没有读取。",
    "请放入下列文件夹之一：{feeds}。",
)
SEVERAL = Fault(
    "INB-Q003",
    Klass.QUALITY,
    "“{feed}”同时有 {count} 个新文件（{names}），各作为一次报送；都合格时以最后一个“{last}”为准，不合并。",
    "一项报送只交一个文件；如内容应当合在一起，请合成一个文件重新报送。",
)
EMPTY_FOLDER = Fault(
    "INB-Q002",
    Klass.QUALITY,
    "“{feed}”文件夹中没有可以读取的文件。",
    "请放入报送文件；隐藏文件、临时文件和链接不予读取。",
)
CORRECTED = Fault(
    "FILE-Q020",
    Klass.QUALITY,
    "“{title}”送来的是“{delivered}”，按更正条目 {entry} 改读为“{value}”（{said_by}，{on}：{why}）。",
    "请报送单位下次直接改正；来源改正之后，金融办请删去该条目。",
)
STALE = Fault(
    "FILE-Q021",
    Klass.QUALITY,
    "更正条目 {entry} 没有使用：{place}的“{title}”现在是“{found}”，不是条目所写的“{expect}”，来源已经改过。",
    "请金融办核对后从 include/corrections/{region}.yaml 删去该条目，并对本条作出说明。",
)
NO_PLACE = Fault(
    "FILE-Q022",
    Klass.QUALITY,
    "更正条目 {entry} 没有使用：{place}应恰有一行有“{title}”，找到 {count} 行。",
    "请金融办核对来源，改写或删去 include/corrections/{region}.yaml 中的该条目，并对本条作出说明。",
)
