"""Several tables in one file: stacked, side by side, over several sheets, and what no layout knows."""

from __future__ import annotations

from corpus.builder import Book, Sheet, book
from corpus.case import Case
from corpus.credit import BANKS, HBB, HEAD, ICBC, PLAIN, ROWS, TITLE, TOTAL, edited, side

ONE_TOTAL = ICBC.replace("工行", "合计")
OTHER_TOTAL = HBB.replace("湖北银行", "合计")
STACKED = f"""
{TITLE}
单位：万元
表一：国有银行
{HEAD}
{ICBC}
{ONE_TOTAL}

表二：地方银行
{HEAD}
{HBB}
{OTHER_TOTAL}
注：分两张表。
"""
BALANCES = """
大悟县财政性资金账户余额表（2025年12月末）
单位：元
账号 | 开户银行 | 户名 | 资金性质 | 期末余额
'99004209220100001 | 工行 | 大悟县财政局专户 | 社保 | 1234.56
'99004209220100002 | 湖北银行 | 大悟县教育局专户 | 专项资金 | 500
"""
BALANCE_ROWS = """
account           | as_of      | balance
99004209220100001 | 2025-12-31 | 1234.56
99004209220100002 | 2025-12-31 | 500.00
"""
LEFT, RIGHT = (
    BALANCES.strip().split("\n"),
    """
 |
 |
银行账号 | 余额
'99004209220100003 | 7
'99004209220100004 | 8.5
""".strip("\n").split("\n"),
)

CASES = [
    Case("上下两张.xlsx", "国有银行、地方银行两张表上下排列，各有表头和合计", "pboc_credit", book(STACKED), ROWS),
    Case("上下两张.xls", "同上，Excel 97", "pboc_credit", book(STACKED), ROWS),
    Case("上下两张单位不同.xlsx", "第二张表另写单位（亿元）", "pboc_credit", book(edited(
        STACKED, ("表二：地方银行", "表二：地方银行\n单位：亿元"),
        (HBB, "湖北银行 | 0.6078 | 0.3005 | 0.1 | 0.05 | 0.04 | 0.09 | 0.03 | 0.01 | 0.01 | 0.08 | 0"),
        (OTHER_TOTAL, "合计 | 0.6078 | 0.3005 | 0.1 | 0.05 | 0.04 | 0.09 | 0.03 | 0.01 | 0.01 | 0.08 | 0"))), ROWS),
    Case("分页重复表头.xlsx", "打印分页：表头重复，合计在最后一页", "pboc_credit", book(f"""
{TITLE}
单位：万元
{HEAD}
{ICBC}
{ICBC.replace("工行", "过次页")}
{TITLE}
单位：万元
{HEAD}
{HBB}
{TOTAL}
"""), ROWS),
    Case("重复表头错列.xlsx", "第二段表头换了列序", "pboc_credit", book(edited(STACKED, (
        f"表二：地方银行\n{HEAD}\n{HBB}\n{OTHER_TOTAL}",
        f"表二：地方银行\n{HEAD.replace('金融机构 | 各项存款余额 | 各项贷款余额', '金融机构 | 各项贷款余额 | 各项存款余额')}\n"
        f"{HBB.replace('6078 | 3005', '3005 | 6078')}\n{OTHER_TOTAL.replace('6078 | 3005', '3005 | 6078')}"))), ROWS),
    Case("下面另有一张.xlsx", "下面附一张没有约定的表：指出从哪里起", "pboc_credit", book(PLAIN + """
附：贷款投向
投向 | 本期 | 占比
农业 | 100 | 20%
工业 | 400 | 80%
"""), ROWS, ("FILE-Q010 A8",)),
    Case("下面另有半张.xlsx", "第二张表头缺列：说缺哪一列", "pboc_credit", book(edited(
        STACKED, (f"地方银行\n{HEAD}\n{HBB}\n{OTHER_TOTAL}",
                  f"地方银行\n{HEAD.replace(' | 不良贷款', '')}\n{HBB.removesuffix(' | 0')}"))), "", ("FILE-S008 A9:L9",)),
    Case("并排两张.xlsx", "左右两张，中间空一列，标题和单位写在左边", "balances", book(
        "\n".join([LEFT[0], LEFT[1], *(f"{a} | | {b}" for a, b in zip(LEFT[2:], RIGHT[2:], strict=True))])),
        """
account           | as_of      | balance
99004209220100001 | 2025-12-31 | 1234.56
99004209220100002 | 2025-12-31 | 500.00
99004209220100003 | 2025-12-31 | 7.00
99004209220100004 | 2025-12-31 | 8.50
"""),
    Case("并排单位不同.xlsx", "左右两张各写单位", "balances", book(side(BALANCES, """

单位：万元
银行账号 | 余额
'99004209220100003 | 7
'99004209220100004 | 8.5
""".removeprefix("\n").replace("\n单位", " \n单位", 1))), """
account           | balance
99004209220100001 | 1234.56
99004209220100002 | 500.00
99004209220100003 | 70000.00
99004209220100004 | 85000.00
"""),
    Case("右边另有一张.xlsx", "右边一块没有约定的内容，隔一列", "balances", book(side(BALANCES, """
备查
 |
经办 | 电话
甲岗 | 七二二
乙岗 | 七二三
""")), BALANCE_ROWS, ("FILE-Q010 G1",)),
    Case("两张工作表.xlsx", "国有、地方各一张工作表", "pboc_credit", Book((
        Sheet("国有", edited(PLAIN, (HBB + "\n", ""), (TOTAL, ONE_TOTAL))),
        Sheet("地方", edited(PLAIN, (ICBC + "\n", ""), (TOTAL, OTHER_TOTAL))))), ROWS),
    Case("封面在前.xlsx", "第一张是封面：第二张照读，封面说明一句", "pboc_credit", Book((
        Sheet("封面", "大悟县金融统计\n二〇二六年一月"), Sheet("数据", PLAIN))), ROWS, ("FILE-Q003 封面",)),
    Case("附表在后.xlsx", "第二张工作表内容不认识", "pboc_credit", Book((
        Sheet("数据", PLAIN), Sheet("联系人", "姓名 | 电话\n甲岗 | 七二二"))), ROWS, ("FILE-Q003 联系人",)),
    Case("各季一表.xlsx", "一年四张工作表：只读本期的", "pboc_credit", Book(tuple(
        Sheet(f"{quarter}季度", edited(PLAIN, ("2025年12月末", f"2025年{month}月末")))
        for quarter, month in (("三", 9), ("四", 12)))), ROWS, ("FILE-Q011 A1",)),
    Case("隐藏工作表.xlsx", "隐藏的工作表不读，说明一句", "pboc_credit", Book((
        Sheet("数据", PLAIN), Sheet("旧数据", PLAIN, hidden=True))), ROWS, ("FILE-Q006 旧数据",)),
    Case("隐藏行列.xlsx", "隐藏的行和列照读，说明一句", "pboc_credit", Book((
        Sheet("数据", PLAIN, hidden_rows=(5,), hidden_columns=("C",)),)), ROWS, ("FILE-Q005 A5", "FILE-Q005 C1")),
    Case("放错文件夹.xlsx", "账户余额放进了存贷款文件夹", "pboc_credit", book(BALANCES), "", ("FILE-S025 A3",)),
    Case("存贷款放错.xlsx", "存贷款放进了税收文件夹", "tax", book(PLAIN), "", ("FILE-S025 A3",)),
    Case("什么都不是.xlsx", "哪份报送都不是", "pboc_credit", book("会议通知\n时间 | 地点\n下午 | 三楼"), "", ("FILE-S007 A2",)),
    Case("只有表头.xlsx", "只有表头没有数据", "pboc_credit", book(f"{TITLE}\n单位：万元\n{HEAD}"), "", ("FILE-S015 Sheet1",)),
    Case("表头在第二十行.xlsx", "表头太靠下", "pboc_credit", book("\n" * 20 + "说明文字\n" * 20 + PLAIN.strip()), "", ("FILE-S007 A1",)),
]  # fmt: skip
assert BANKS
