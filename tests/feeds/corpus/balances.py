"""账户余额 and 财政性资金账户 of the 财政局: numbers of accounts, days, words of fund categories, what a cell can be."""

from __future__ import annotations

from typing import TypedDict

from corpus.builder import Separated, book
from corpus.case import Case, File
from corpus.credit import edited

PLAIN = """
大悟县财政性资金账户余额表 | < | < | < | < | <
截至2025年12月31日 | | | | 单位：万元
银行账号 | 开户行 | 户名 | 资金性质 | 期末余额 | 到期日
'9900 4209 2201 0001 | 工行 | 大悟县财政局专户 | 社保 | 1234.56 |
'99004209220100020 | 湖北银行 | 大悟县教育局专户 | 专项资金 | 500 | 2026年6月30日
合计 | | | | 1734.56
"""
ROWS = """
account           | as_of      | balance     | matures_on | fund_category | institution
9900420922010001  | 2025-12-31 | 12345600.00 |            | fiscal_social | ICBC
99004209220100020 | 2025-12-31 | 5000000.00  | 2026-06-30 | special       | HBB
"""
ONLY_SECOND = """
account           | balance
99004209220100020 | 5000000.00
"""
BOTH = """
account
9900420922010001
99004209220100020
"""


class Amount(TypedDict):
    """What a case about one amount needs beside its name."""

    feed: str
    file: File
    rows: str
    findings: tuple[str, ...]


def amount(text: str, findings: tuple[str, ...] = (), value: str = "12345600.00") -> Amount:
    """The form with the first balance written as `text`, and no total beneath."""
    drawing = edited(PLAIN, ("1234.56 |", f"{text} |"), ("合计 | | | | 1734.56\n", ""))
    blocked = any("-V" in one for one in findings)
    rows = ONLY_SECOND if blocked else ROWS.replace("12345600.00", value)
    return Amount(feed="balances", file=book(drawing), rows=rows, findings=findings)


CASES = [
    Case("余额.xlsx", "账号带空格，截至日单独一行，单位靠右", "balances", book(PLAIN), ROWS),
    Case("余额.xls", "同上，Excel 97", "balances", book(PLAIN), ROWS),
    Case("余额.xlsm", "同上，含宏", "balances", book(PLAIN), ROWS, ("FILE-Q007 -",)),
    Case("余额gbk.csv", "GB18030 的 CSV", "balances", Separated(PLAIN), ROWS),
    Case("余额utf8.csv", "UTF-8，无标记", "balances", Separated(PLAIN, "utf-8"), ROWS),
    Case("余额utf8bom.csv", "UTF-8，有标记", "balances", Separated(PLAIN, "utf-8-sig"), ROWS),
    Case("余额utf16.csv", "UTF-16，有标记", "balances", Separated(PLAIN, "utf-16"), ROWS),
    Case("余额utf16le.csv", "UTF-16LE，无标记", "balances", Separated(PLAIN, "utf-16-le"), ROWS),
    Case("余额utf16be.csv", "UTF-16BE，有标记，制表符分隔（Excel 的“Unicode 文本”）", "balances",
         Separated(PLAIN, "utf-16-be", "\t", b"\xfe\xff"), ROWS),
    Case("余额分号.csv", "分号分隔", "balances", Separated(PLAIN, "utf-8", ";"), ROWS),
    Case("余额两层.xlsx", "两行表头：“账户信息”“期末余额”归类", "balances", book(edited(
        PLAIN, ("银行账号 | 开户行 | 户名 | 资金性质 | 期末余额 | 到期日",
                "账户信息 | < | < | < | 期末余额 | 到期日\n帐号 | 存放银行 | 账户名称 | 账户性质 | 合计 | ^"))), ROWS),
    Case("余额之下余额.xlsx", "归类与表头同字：“余额”之下“余额”，合并单元格定表头有两行", "balances", book("""
大悟县财政性资金账户余额表（2025年12月末）
单位：元
账号 | 余额 | < | 资金性质
^ | 期初余额 | 余额 | ^
'99004209220100001 | 7 | 1234.56 | 社保
"""), """
account           | balance | fund_category
99004209220100001 | 1234.56 | fiscal_social
"""),
    Case("合计在户名.xlsx", "“合计”写在户名一列，账号空着", "balances", book("""
大悟县财政性资金账户余额表（2025年12月末）
单位：元
期末余额 | 银行账号 | 户名
1234.56 | '99004209220100001 | 大悟县财政局
1234.56 | | 合　计
"""), """
account           | balance
99004209220100001 | 1234.56
"""),
    Case("余额变动.xlsx", "期初、增加、减少、期末：只取期末", "balances", book(edited(
        PLAIN, ("期末余额 |", "期初余额 | 本期增加 | 本期减少 | 期末余额 |"), ("1234.56 |", "1000 | 300 | 65.44 | 1234.56 |"),
        (" 500 |", " 500 | 0 | 0 | 500 |"), ("合计 | | | | 1734.56", "合计 | | | | | | | 1734.56"))), ROWS),
    Case("千分位.xlsx", "千分位逗号", **amount("1,234.56")),
    Case("全角数字.xlsx", "全角数字和标点", **amount("１，２３４．５６")),
    Case("带元字格式.xlsx", "数字格式带千分位：取存放的数", **amount("1234.56 {#,##0.00}")),
    Case("空格里的短横.xlsx", "“—”表示没有：余额不能没有", **amount("—", ("FILE-V001 E4",))),
    Case("约数.xlsx", "写了“约”字", **amount("约1234", ("FILE-V002 E4",))),
    Case("丢整数.xlsx", "“.8”丢了整数部分（Q13）", **amount("'.8", ("FILE-V003 E4",))),
    Case("格式带单位.xlsx", "数字格式里印着单位：先于单位行", **amount("0.123456 {0.00\"亿元\"}")),
    Case("格式缩放.xlsx", "数字格式把显示的数缩小一千倍：不知取哪个", **amount("1234560 {#,##0,}", ("FILE-V012 E4",))),
    Case("公式有结果.xlsx", "公式：取保存的结果，不重算", **amount("=1000+234.56 -> 1234.56")),
    Case("公式无结果.xlsx", "公式没有保存结果", **amount("=1000+234.56", ("FILE-V009 E4",))),
    Case("错误值.xlsx", "错误值不是空白", **amount("#N/A!", ("FILE-V009 E4",))),
    Case("负余额.xlsx", "负数照读，符号由后面的校验说", **amount("(1,234.56)", (), "-12345600.00")),
    Case("账号成了数字.xlsx", "账号存成数字，末几位已失真", "balances", book(edited(
        PLAIN, ("'99004209220100020", "99004209220100020123"))), """
account          | balance
9900420922010001 | 12345600.00
""", ("FILE-V008 A5",)),
    Case("日期不存在.xlsx", "2月30日", "balances", book(edited(PLAIN, ("2026年6月30日", "2026年2月30日"))), """
account          | balance
9900420922010001 | 12345600.00
""", ("FILE-V004 F5",)),
    Case("带注记.xlsx", "数字后面带星号", **amount("1234.56*", ("FILE-V015 E4",))),
    Case("日期是数字.xlsx", "日期格式丢了，成了五位数", "balances", book(edited(PLAIN, ("2026年6月30日", "46203"))), """
account          | balance
9900420922010001 | 12345600.00
""", ("FILE-V013 F5",)),
    Case("日期到月.xlsx", "到期日只写到月", "balances", book(edited(PLAIN, ("2026年6月30日", "2026年6月"))), """
account          | balance
9900420922010001 | 12345600.00
""", ("FILE-V014 F5",)),
    Case("类别不认识.xlsx", "资金性质写了别的", "balances", book(edited(PLAIN, ("专项资金", "其他资金"))), """
account          | balance
9900420922010001 | 12345600.00
""", ("FILE-V005 D5",)),
    Case("没有名字的列.xlsx", "表外有一格没有表头的内容", "balances", book(edited(PLAIN, ("2026年6月30日", "2026年6月30日 | 甲岗"))), BOTH, ("FILE-S009 G3",)),
    Case("截至日带汉字.xlsx", "截至日写汉字数字", "balances", book(edited(PLAIN, ("截至2025年12月31日", "截至二〇二五年十二月三十一日"))), ROWS),
    Case("制表日期在上.xlsx", "制表日期不是时点", "balances", book(edited(PLAIN, ("截至2025年12月31日", "制表日期：2026年1月8日\n截至2025年12月31日"))), ROWS),
    Case("余额去年.xlsx", "标题是去年的", "balances", book(edited(PLAIN, ("2025年", "2024年"))), BOTH, ("FILE-S013 A2",)),
    Case("余额规范.csv", "规范格式的 CSV", "balances", Separated("""
account | as_of | balance | matures_on
'9900420922010001 | 2025-12-31 | 12345600.00 |
'99004209220100020 | 2025-12-31 | 5000000.00 | 2026-06-30
""", "utf-8"), ROWS.replace(" | fund_category | institution", "").replace(" | fiscal_social | ICBC", "").replace(" | special       | HBB", ""), layout="canonical"),
    Case("规范缺列.csv", "规范格式，缺列、多列、多格", "balances", Separated("""
account | as_of | colour
'1 | 2025-12-31 | x
'2 | 2025-12-31 | x | y
""", "utf-8"), "", ("FILE-S008 A1:D1", "FILE-S009 C1", "FILE-S009 D1", "FILE-S017 D3")),
    Case("账户名录.xlsx", "账户名录", "accounts", book("""
大悟县财政性资金账户名录（2025年四季度）
序号 | 账户信息 | < | < | < | 能否调整 | 开户时间 | 销户时间 | 批准文号
^ | 账号 | 开户银行 | 预算单位 | 资金类别 | ^ | ^ | ^ | ^
1 | '99004209220100001 | 工行 | 大悟县财政局 | 社保基金 | 否 | 2019.3.5 | — | 示例
2 | '99004209220100020 | 湖北银行 | 大悟县教育局 | 往来资金 | 可调整 | @2025-10-20 | |
"""), """
account           | institution | owner        | fund_category | adjustable | opened_on  | closed_on | basis
99004209220100001 | ICBC        | 大悟县财政局 | fiscal_social | 否         | 2019-03-05 |           | 示例
99004209220100020 | HBB         | 大悟县教育局 | unit          | 是         | 2025-10-20 |           |
"""),
    Case("账户名录.csv", "账户名录，GBK，无标题", "accounts", Separated("""
账号 | 开户行 | 所属单位 | 资金性质 | 是否可调整 | 依据 | 开户日期 | 销户日期
'99004209220100001 | 工行 | 大悟县财政局 | 非税收入 | 不调整 | | 2019-03-05 |
"""), """
account           | fund_category | adjustable
99004209220100001 | fiscal_nontax | 否
"""),
]  # fmt: skip
