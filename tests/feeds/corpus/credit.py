"""存贷款统计 as the branch of the 人民银行 writes it."""

from __future__ import annotations

from datetime import date

from corpus.builder import Book, Separated, Sheet, book
from corpus.case import Case

HEAD = "金融机构 | 各项存款余额 | 各项贷款余额 | 企业贷款 | 消费贷款 | 涉农贷款 | 中小企业贷款 | 小微企业贷款 | 农户贷款 | 绿色贷款 | 中长期贷款 | 不良贷款"
ICBC = "工行 | 117700 | 64600 | 30000 | 10000 | 9000 | 8000 | 4000 | 3000 | 2000 | 20000 | 600"
HBB = "湖北银行 | 6078 | 3005 | 1000 | 500 | 400 | 900 | 300 | 100 | 100 | 800 | 0"
TOTAL = "合计 | 123778 | 67605 | 31000 | 10500 | 9400 | 8900 | 4300 | 3100 | 2100 | 20800 | 600"
TITLE = "大悟县金融机构存贷款情况表（2025年12月末）"
PLAIN = f"""
{TITLE}
单位：万元
{HEAD}
{ICBC}
{HBB}
{TOTAL}
"""
ROWS = """
institution | as_of      | deposits      | loans        | loans_agri  | npl
ICBC        | 2025-12-31 | 1177000000.00 | 646000000.00 | 90000000.00 | 6000000.00
HBB         | 2025-12-31 | 60780000.00   | 30050000.00  | 4000000.00  | 0.00
"""
MERGED = """
大悟县金融机构存贷款情况表（2025年12月末） | < | < | < | < | < | < | < | < | < | < | < | < | < | < | < | <
填报单位：人民银行大悟县支行 | | | | | | | | | | | | | | | | 单位：万元
金融机构 | 存款情况 | < | < | 贷款情况 | < | < | < | < | < | < | < | < | < | < | < | 存贷比（%）
^ | 各项存款余额 | 年初存款余额 | 比年初增减 | 各项贷款余额 | 其中 | < | < | < | < | < | < | < | 不良贷款余额 | 年初贷款余额 | 比年初增减 | ^
^ | ^ | ^ | ^ | ^ | 企业贷款 | 消费贷款 | 涉农贷款 | 农户贷款 | 其中：中小企业贷款 | 小微企业贷款 | 绿色贷款 | 中长期\\n贷款 | ^ | ^ | ^ | ^
工行 | 117700 | 110000.5 | 7699.5 | 64600 | 30000 | 10000 | 9000 | 3000 | 8000 | 4000 | 2000 | 20000 | 600 | 60000 | 4600 | 54.88
　湖北银行 | 6，078 | 0 | 6,078 | ３００５ | 1000 | 500 | 400 | 100 | 900 | 300 | 100 | 800 | 0 | '0 | 3005 | 49.44
合  计 | 123778 | 110000.5 | 13777.5 | 67605 | 31000 | 10500 | 9400 | 3100 | 8900 | 4300 | 2100 | 20800 | 600 | 60000 | 7605 | 54.62
注：示例数据。
制表人：统计岗 | | | | 审核人：负责人
"""
BANKS = """
institution
ICBC
HBB
"""


def edited(drawing: str, *changes: tuple[str, str]) -> str:
    """The drawing with some of its text changed; each text must be there."""
    for old, new in changes:
        assert old in drawing, old
        drawing = drawing.replace(old, new)
    return drawing


def side(left: str, right: str) -> str:
    """Two drawings of single lines side by side, an empty column between them."""
    lines, others = left.strip("\n").split("\n"), right.strip("\n").split("\n")
    wide = max(line.count("|") for line in lines) + 1
    return "\n".join(f"{a}{' |' * (wide - a.count('|'))} | {b}" for a, b in zip(lines, others, strict=True))


CASES = [
    Case("标准.xlsx", "标题、单位行、一行表头、合计行", "pboc_credit", book(PLAIN), ROWS, layout="office"),
    Case("标准.xls", "同一张表，Excel 97 格式", "pboc_credit", book(PLAIN), ROWS),
    Case("标准.csv", "同一张表，GBK 的 CSV", "pboc_credit", Separated(PLAIN), ROWS),
    Case("带宏.xlsm", "含宏的工作簿：照读，宏不运行，说明一句", "pboc_credit", book(PLAIN), ROWS, ("FILE-Q007 -",)),
    Case("三行表头.xlsx", "三行合并表头，其中栏，全角数字，注，制表人", "pboc_credit", book(MERGED), """
institution | deposits      | deposits_year_start | loans_sme   | loans_medium_long | ldr_printed
ICBC        | 1177000000.00 | 1100005000.00       | 80000000.00 | 200000000.00      |
HBB         | 60780000.00   | 0.00                | 9000000.00  | 8000000.00        |
""".replace(" | ldr_printed", "").replace(" |\n", "\n")),
    Case("三行表头.xls", "同上，Excel 97", "pboc_credit", book(MERGED), BANKS),
    Case("三行表头.csv", "合并表头存成 CSV：上级表头只在第一格", "pboc_credit", Separated(MERGED), """
institution | deposits      | deposits_year_start | loans_year_start | loans_sme
ICBC        | 1177000000.00 | 1100005000.00       | 600000000.00     | 80000000.00
HBB         | 60780000.00   | 0.00                | 0.00             | 9000000.00
"""),
    Case("其中在上级之下.xlsx", "“其中：农户贷款”挂在“各项贷款余额”之下，序号前缀，#号", "pboc_credit", book(f"""
{TITLE}
单位：万元
序号 | 机构名称 | 存款 | 各项贷款余额 | < | < | < | < | < | < | < | < | <
^ | ^ | 余额 | 合计 | 其中：企业贷款 | 1.消费贷款 | #涉农贷款 | （1）中小企业贷款 | #小微企业贷款 | 其中：农户贷款 | 绿色贷款 | 中长期贷款 | 不良贷款余额
1 | 工行 | 117700 | 64600 | 30000 | 10000 | 9000 | 8000 | 4000 | 3000 | 2000 | 20000 | 600
2 | 湖北银行 | 6078 | 3005 | 1000 | 500 | 400 | 900 | 300 | 100 | 100 | 800 | 0
"""), ROWS),
    Case("英文副表头.xlsx", "中英双语：英文在下一行", "pboc_credit", book(edited(PLAIN, (HEAD, HEAD + """
Institution | Total Deposits | Total Loans | Enterprise | Consumer | Agriculture | SME Loans | Micro Loans | Farmers | Green Loans | Long Term | NPL Balance""")), ), ROWS),
    Case("英文在格内.xlsx", "中英双语：英文在同一格的第二行", "pboc_credit", book(edited(
        PLAIN, ("各项存款余额", "各项存款余额\\nTotal Deposits"), ("金融机构 |", "金融机构\\nInstitutions |"),
        ("不良贷款\n", "不良贷款\\nNon-performing Loans\n"))), ROWS),
    Case("栏次行.xlsx", "表头下有“甲 1 2 3”栏次行", "pboc_credit", book(edited(
        PLAIN, (HEAD, HEAD + "\n甲 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11"))), ROWS),
    Case("单位行在表头里.xlsx", "表头第二行逐列写单位，各列不同", "pboc_credit", book(edited(
        PLAIN, ("单位：万元\n", ""), (HEAD, HEAD + "\n | 亿元 | 万元" + " | （万元）" * 9),
        ("工行 | 117700", "工行 | 11.77"), ("湖北银行 | 6078", "湖北银行 | 0.6078"), ("合计 | 123778", "合计 | 12.3778"))), ROWS),
    Case("逐列单位.xlsx", "单位写在表头括号里，各列不同，换行", "pboc_credit", book(edited(
        PLAIN, ("单位：万元\n", ""), (" | 各项存款余额", " | 各项存款余额\\n（亿元）"), ("各项贷款余额", "各项贷款余额（人民币万元）"),
        *((word, f"{word}/万元") for word in ("企业贷款 |", "消费贷款 |", "涉农贷款 |", "农户贷款 |", "绿色贷款 |", "中长期贷款 |")[:0]),
        ("| 企业贷款 | 消费贷款 | 涉农贷款 | 中小企业贷款 | 小微企业贷款 | 农户贷款 | 绿色贷款 | 中长期贷款 | 不良贷款",
         "| 企业贷款:万元 | 消费贷款/万元 | 涉农贷款【万元】 | 中小企业贷款万元 | 小微企业贷款（单位：万元） | 农户贷款(万元) | 绿色贷款[万元] | 中长期贷款（万元） | 不良贷款（万元）"),
        ("工行 | 117700", "工行 | 11.77"), ("湖北银行 | 6078", "湖北银行 | 0.6078"), ("合计 | 123778", "合计 | 12.3778"))), ROWS),
    Case("逐行单位.xlsx", "“计量单位”列逐行写单位：湖北银行用万元，其他行用亿元（Q07）", "pboc_credit", book(f"""
{TITLE}
{HEAD.replace("金融机构", "金融机构 | 计量单位")}
工行 | 亿元 | 11.77 | 6.46 | 3 | 1 | 0.9 | 0.8 | 0.4 | 0.3 | 0.2 | 2 | 0.06
{HBB.replace("湖北银行", "湖北银行 | 万元")}
合计 | 亿元 | 12.3778 | 6.7605 | 3.1 | 1.05 | 0.94 | 0.89 | 0.43 | 0.31 | 0.21 | 2.08 | 0.06
"""), ROWS),
    Case("逐格单位.xlsx", "单位写在格内，先于单位行（Q15）", "pboc_credit", book(edited(
        PLAIN, ("单位：万元", "单位：亿元"), (ICBC, "工行 | 11.77 | 6.46 | 3 | 1 | 0.9 | 0.8 | 0.4 | 0.3 | 0.2 | 2 | 0.06"),
        (HBB, "湖北银行 | 6078万元 | 3005万元 | 1000万元 | 500万元 | 400万元 | 900万元 | 300万元 | 100万元 | 100万元 | 800万元 | 0"),
        (TOTAL + "\n", ""))), ROWS),
    Case("单位写错.xlsx", "“计量单位”列写了不认识的单位，另一行没写", "pboc_credit", book(f"""
{TITLE}
{HEAD.replace("金融机构", "金融机构 | 单位")}
{ICBC.replace("工行", "工行 | 百万元")}
{HBB.replace("湖北银行", "湖北银行 | ")}
"""), BANKS, ("FILE-S030 B3", "FILE-S030 B4")),
    Case("分组小计在前.xlsx", "“国有银行”行是下面各行之和，缩进的“其中：”行，地方银行同", "pboc_credit", book(edited(
        PLAIN, (ICBC, ICBC.replace("工行", "国有银行小计") + "\n" + ICBC.replace("工行", "　　其中：工行")),
        (HBB, HBB.replace("湖北银行", "地方银行") + "\n" + HBB.replace("湖北银行", "　　　湖北银行")))), ROWS),
    Case("分组小计在后.xlsx", "类别名单独成行，行名带序号，小计在各组之后", "pboc_credit", book(edited(
        PLAIN, (ICBC, "一、国有银行\n" + ICBC.replace("工行", "1.工行") + "\n" + ICBC.replace("工行", "小　计")),
        (HBB, "二、地方法人银行\n" + HBB.replace("湖北银行", "（1）湖北银行") + "\n" + HBB.replace("湖北银行", "地方法人银行小计")))), ROWS),
    Case("合计在最前.xlsx", "全县合计是第一行", "pboc_credit", book(f"{TITLE}\n单位：万元\n{HEAD}\n{TOTAL}\n{ICBC}\n{HBB}"), ROWS),
    Case("合计在最前不符.xlsx", "全县合计是第一行，与各行之和不符", "pboc_credit", book(
        f"{TITLE}\n单位：万元\n{HEAD}\n{TOTAL.replace('合计 | 123778', '合　计 | 123779.5')}\n{ICBC}\n{HBB}"), ROWS, ("FILE-Q001 B4",)),
    Case("分组小计不符.xlsx", "小计在前而与各行之和不符", "pboc_credit", book(edited(
        PLAIN, (ICBC, ICBC.replace("工行", "国有银行小计").replace("117700", "127700") + "\n" + ICBC),
        (HBB, HBB.replace("湖北银行", "地方银行小计") + "\n" + HBB))), ROWS, ("FILE-Q001 B4",)),
    Case("合计缺机构.xlsx", "合计大于各行之和：有机构没有列出（Q02）", "pboc_credit", book(edited(
        PLAIN, ("合计 | 123778 | 67605", "合计 | 133778 | 67605"))), ROWS, ("FILE-Q001 B6",)),
    Case("空行空列.xlsx", "表中夹空行，表前、表间夹空列", "pboc_credit", book(f"""

 | {TITLE}
 | 单位：万元

 | {HEAD.replace("金融机构 |", "金融机构 | |")}

 | {ICBC.replace("工行 |", "工行 | |")}

 | {HBB.replace("湖北银行 |", "湖北银行 | |")}
 | {TOTAL.replace("合计 |", "合计 | |")}
"""), ROWS),
    Case("标题带季度.xlsx", "标题写“二〇二五年四季度”", "pboc_credit", book(edited(PLAIN, ("2025年12月末", "二〇二五年四季度"))), ROWS),
    Case("标题带汉字日期.xlsx", "标题写“二○二五年十二月三十一日”", "pboc_credit", book(edited(PLAIN, ("2025年12月末", "二○二五年十二月三十一日"))), ROWS),
    Case("表头带日期.xlsx", "表头写“2025年12月末余额”，年初列写“2024年末”", "pboc_credit", book(edited(
        PLAIN, ("各项存款余额 |", "2025年12月末各项存款余额 | 2024年末各项存款余额 |"), ("117700", "117700 | 110000"),
        ("6078", "6078 | 0"), ("123778", "123778 | 110000"))), """
institution | deposits      | deposits_year_start
ICBC        | 1177000000.00 | 1100000000.00
HBB         | 60780000.00   | 0.00
"""),
    Case("表头带别的日期.xlsx", "表头写的是上年同期：不认识的列", "pboc_credit", book(edited(
        PLAIN, (" | 各项存款余额", " | 2025年9月末各项存款余额"))), "", ("FILE-S008 A3:L3", "FILE-S009 B3")),
    Case("时点在列里.xlsx", "没有标题时段，每行有“统计日期”", "pboc_credit", book(f"""
大悟县金融机构存贷款情况表
单位：万元
{HEAD.replace("金融机构", "金融机构 | 统计日期")}
{ICBC.replace("工行", "工行 | @2025-12-31")}
{HBB.replace("湖北银行", "湖北银行 | 2025年12月31日")}
"""), ROWS, layout="office_dated"),
    Case("年份是模板.xlsx", "标题的年份没填：20xx年（Q11）", "pboc_credit", book(edited(PLAIN, ("2025年", "20xx年"))), BANKS, ("FILE-S027 A1",)),
    Case("年份被遮.xlsx", "标题的年份被遮：****年", "pboc_credit", book(edited(PLAIN, ("2025年", "****年"))), BANKS, ("FILE-S027 A1",)),
    Case("年份是汉字模板.xlsx", "标题写二〇××年", "pboc_credit", book(edited(PLAIN, ("2025年", "二〇××年"))), BANKS, ("FILE-S027 A1",)),
    Case("截至日晚于保存日.xlsx", "“截至12月底”而文件在12月20日就存好了（Q14）", "pboc_credit",
         Book((Sheet("表", edited(PLAIN, ("2025年12月末", "截至2025年12月底"))),), date(2025, 12, 20)), ROWS, ("FILE-Q012 A1",)),
    Case("截至日晚于本期.xlsx", "标题的时点在考核期之后", "pboc_credit", book(edited(PLAIN, ("2025年12月末", "2026年1月末"))), BANKS, ("FILE-S013 A1",)),
    Case("别的县.xlsx", "标题是别的县", "pboc_credit", book(edited(PLAIN, ("大悟县", "孝昌县"))), ROWS, ("FILE-S014 A1",)),
    Case("单位在最右.xlsx", "单位靠右，在表外两列", "pboc_credit", book(edited(PLAIN, ("单位：万元", " |" * 13 + " 单位：万元"))), ROWS),
    Case("单位在标题里.xlsx", "标题后括号里写单位", "pboc_credit", book(edited(PLAIN, ("\n单位：万元", "（单位：万元）"))), ROWS),
    Case("单位在表下.xlsx", "单位写在表格下面", "pboc_credit", book(edited(PLAIN, ("\n单位：万元", "")) + "单位：万元"), BANKS, ("FILE-S029 A6",)),
    Case("两个单位.xlsx", "标题写亿元，单位行写万元", "pboc_credit", book(edited(PLAIN, ("12月末）", "12月末，单位：亿元）"))), BANKS, ("FILE-S028 A1",)),
    Case("上下两个单位.xlsx", "表上写万元，表下写亿元", "pboc_credit", book(PLAIN + "单位：亿元"), BANKS, ("FILE-S028 A2",)),
    Case("没有单位.xlsx", "没有写单位", "pboc_credit", book(edited(PLAIN, ("单位：万元\n", ""))), BANKS, ("FILE-S011 A1",)),
    Case("多一列.xlsx", "多一列不认识的", "pboc_credit", book(edited(PLAIN, ("不良贷款\n", "不良贷款 | 核销额\n"))), BANKS, ("FILE-S009 M3",)),
    Case("少一列.xlsx", "缺不良贷款一列", "pboc_credit", book(edited(PLAIN, (" | 不良贷款\n", "\n"), (" | 600\n", "\n"), (" | 0\n", "\n"))), "", ("FILE-S008 A3:K3",)),
    Case("重复一列.xlsx", "各项存款写了两列", "pboc_credit", book(edited(PLAIN, ("不良贷款\n", "不良贷款 | 存款余额\n"))), BANKS, ("FILE-S010 M3",)),
    Case("发生额.xlsx", "“累计投放”放在余额列（Q06）", "pboc_credit", book(edited(PLAIN, ("各项贷款余额", "各项贷款累计投放"))), "", ("FILE-S008 A3:L3", "FILE-S040 C3")),
    Case("不良的其中.xlsx", "“不良贷款/企业贷款”不是企业贷款", "pboc_credit", book(edited(
        PLAIN, (HEAD, " | " * 3 + "不良贷款" + " | <" * 8 + "\n" + HEAD.replace(" | 不良贷款", " | 小计")))), "",
        tuple(f"FILE-S009 {letter}4" for letter in "DEFGHIJKL") + ("FILE-S008 A3:L4",) * 9),
    Case("旧表样当期.xlsx", "没有绿色贷款的旧表样，已停用：指出新表样", "pboc_credit", book(edited(
        PLAIN, (" | 绿色贷款", ""), (" | 2000 |", " |"), (" | 100 | 100 |", " | 100 |"), (" | 2100 |", " |"))), "", ("FILE-S026 A1",)),
    Case("旧表样旧期.xlsx", "同一张旧表样，在它适用的时期", "pboc_credit", book(edited(
        PLAIN, (" | 绿色贷款", ""), (" | 2000 |", " |"), (" | 100 | 100 |", " | 100 |"), (" | 2100 |", " |"),
        ("2025年", "2018年"))), """
institution | as_of      | deposits      | loans_green
ICBC        | 2018-12-31 | 1177000000.00 |
HBB         | 2018-12-31 | 60780000.00   |
""", period="2018-Q4", layout="office_2019"),
]  # fmt: skip
