"""The other feeds: wide prudential tables, registers of banks, events and decisions, indicators."""

from __future__ import annotations

from corpus.builder import Separated, book
from corpus.case import Case
from corpus.credit import edited

PRUDENTIAL = """
大悟县银行业主要监管指标（2025年四季度） | < | < | < | < | < | <
金融机构 | 口径 | 流动性比例（%） | 不良贷款率 | 拨备覆盖率 | 资本充足率 | 流动性覆盖率
工行 | 分支机构 | 45.5 | 0.93% | — | | 132%
湖北银行 | 法人 | 38 | 1.2 | 180.25 | 12.1 | 110
"""
PRUDENTIAL_ROWS = """
institution | as_of      | metric             | value  | scope
ICBC        | 2025-12-31 | liquidity_ratio    | 0.455  | branch
ICBC        | 2025-12-31 | npl_ratio          | 0.0093 | branch
ICBC        | 2025-12-31 | lcr                | 1.32   | branch
HBB         | 2025-12-31 | liquidity_ratio    | 0.38   | legal_person
HBB         | 2025-12-31 | npl_ratio          | 0.012  | legal_person
HBB         | 2025-12-31 | provision_coverage | 1.8025 | legal_person
HBB         | 2025-12-31 | capital_adequacy   | 0.121  | legal_person
HBB         | 2025-12-31 | lcr                | 1.1    | legal_person
"""
EVENTS = """
大悟县银行业违规与监管事件登记表（2025年四季度）
编号 | 涉及机构 | 事件类型 | 处理方式 | 发现时间 | 处理日期 | 文号 | 备注
JG-01 | 工行 | tied_deposit | 记录 | 2025年10月22日 | — | — | 已约谈
JG-02 | 湖北银行 | penalty | 扣分 | 2025/10/29 | @2025-11-14 | 孝银罚决字〔2025〕6号（示例） |
"""
INSTITUTIONS = """
大悟县银行业金融机构名录（2025年四季度）
序号 | 机构代码 | 机构全称 | 机构简称 | 曾用名 | 机构类型 | 法人性质 | 开业日期 | 退出日期 | 承继机构 | 排序号
1 | ICBC | 中国工商银行股份有限公司大悟县支行 | 工行 | 工商银行；县工行 | 国有大行 | 分支机构 | 1985-01-01 | | | 10
2 | ADBC | 中国农业发展银行大悟县支行 | 农发行 | 农业发展银行；农业开展银行 | 政策性 | 分支 | 1997年3月18日 | | | 20
"""

CASES = [
    Case("监管指标.xlsx", "指标横排，表头百分号，格内百分号，百分比格式，“—”表示没有", "pboc_prudential", book(PRUDENTIAL), PRUDENTIAL_ROWS),
    Case("监管指标.xls", "同上，Excel 97", "pboc_prudential", book(PRUDENTIAL), PRUDENTIAL_ROWS),
    Case("监管指标归类.xlsx", "两行表头：流动性、资产质量、资本", "pboc_prudential", book(edited(
        PRUDENTIAL, ("金融机构 | 口径 | 流动性比例（%） | 不良贷款率 | 拨备覆盖率 | 资本充足率 | 流动性覆盖率",
                     "金融机构 | 口径 | 流动性 | 资产质量 | < | 资本 | 流动性\n^ | ^ | 流动性比例 | 不良率 | 拨备覆盖率 | 资本充足率 | 流动性覆盖率"))), PRUDENTIAL_ROWS),
    Case("监管指标法人.xlsx", "没有口径列：按约定是法人口径", "pboc_prudential", book("""
大悟县银行业主要监管指标（2025年12月末）
行名 | 流动性比例 | 不良贷款率
湖北银行 | 38 | 1.2
"""), """
institution | metric          | value | scope
HBB         | liquidity_ratio | 0.38  | legal_person
HBB         | npl_ratio       | 0.012 | legal_person
""", layout="office_legal_person"),
    Case("监管指标多一项.xlsx", "多一项没有约定的指标", "pboc_prudential", book(edited(PRUDENTIAL, ("流动性覆盖率", "杠杆率"))), """
metric
liquidity_ratio
npl_ratio
liquidity_ratio
npl_ratio
provision_coverage
capital_adequacy
""", ("FILE-S009 G2",)),
    Case("监管事件.xlsx", "登记表：日期各样写法，“—”表示没有", "supervisory_events", book(edited(EVENTS, (" — | 已约谈", " | 已约谈"))), """
event | institution | kind         | severity | found_on   | decided_on | decision                     | note
JG-01 | ICBC        | tied_deposit | note     | 2025-10-22 |            |                              | 已约谈
JG-02 | HBB         | penalty      | deduct   | 2025-10-29 | 2025-11-14 | 孝银罚决字〔2025〕6号（示例） |
"""),
    Case("监管事件零报告.xlsx", "只有表头：零报告", "supervisory_events", book("\n".join(EVENTS.strip().split("\n")[:2])), "event\n"),
    Case("监管事件等级.csv", "处理等级写了别的", "supervisory_events", Separated(edited(EVENTS, ("扣分", "通报"), (" — | 已约谈", " | 已约谈"))), """
event
JG-01
""", ("FILE-V005 D4",)),
    Case("机构名录.xlsx", "名录：别名用分号，分支、地方法人", "institutions", book(INSTITUTIONS), """
institution | short_name | aliases                   | type     | legal_person | opened_on  | sort_no
ICBC        | 工行       | 工商银行;县工行           | 国有大行 | branch       | 1985-01-01 | 10
ADBC        | 农发行     | 农业发展银行;农业开展银行 | 政策性   | branch       | 1997-03-18 | 20
"""),
    Case("机构名录utf16.csv", "名录，UTF-16", "institutions", Separated(INSTITUTIONS, "utf-16"), """
institution | sort_no
ICBC        | 10
ADBC        | 20
"""),
    Case("时效.xlsx", "时效：日期带时分，金额万元", "timeliness_events", book("""
大悟县财政资金划解与调度时效表（2025年四季度）
单位：万元
业务编号 | 业务类别 | 经办银行 | 下达时间 | 应完成时间 | 到账时间 | 划转金额
SJ-001 | 非税收入划解 | 工行 | 2025-10-22 09:30 | 2025年10月23日 11:00 | 2025/10/22 15:05:00 | 193.9
SJ-002 | 资金调度 | 湖北银行 | 2025-11-03 | | |
"""), """
event  | kind            | institution | issued_at        | due_at           | done_at          | amount
SJ-001 | nontax_transfer | ICBC        | 2025-10-22 09:30 | 2025-10-23 11:00 | 2025-10-22 15:05 | 1939000.00
SJ-002 | dispatch        | HBB         | 2025-11-03 00:00 |                  |                  |
"""),
    Case("决定.xlsx", "领导小组决定：金额逐行写单位", "decisions", book("""
大悟县政府性资金存放管理领导小组决定（2025年四季度）
单位：元
决定文号 | 事项 | 涉及银行 | 账号 | 金额 | 比例 | 生效日期 | 失效日期 | 理由 | 决定日期 | 签批人
悟政金〔2025〕3号（示例） | carve_out | 湖北银行 | | 1000万元 | | 2025-11-28 | 2025-12-31 | 当年新设 | 2025-11-28 | 领导小组
悟政金〔2025〕4号（示例） | quota | | | | 5% | 2025-12-01 | | | 2025-11-28 | 领导小组
"""), """
kind      | institution | amount      | rate | valid_from | valid_to
carve_out | HBB         | 10000000.00 |      | 2025-11-28 | 2025-12-31
quota     |             |             | 0.05 | 2025-12-01 |
"""),
    Case("决定零报告.csv", "规范格式只有表头：零报告", "decisions", Separated(
        "decision | kind | institution | account | amount | rate | valid_from | valid_to | reason | decided_on | approver", "utf-8"), "kind\n", layout="canonical"),
    Case("计量.xlsx", "其他计量：单位是计量单位，不是金额单位", "indicators", book("""
大悟县银行业网点情况（2025年12月末）
金融机构 | 指标代码 | 日期 | 数值 | 单位
工行 | outlets | 2025-12-31 | 3 | 个
农业开展银行 | outlets | 2025-12-31 | 1 | 个
"""), """
institution | measure | as_of      | value | unit
ICBC        | outlets | 2025-12-31 | 3     | 个
            | outlets | 2025-12-31 | 1     | 个
"""),
    Case("税收贡献坏字.xlsx", "机器换词弄坏的表头（Q29）：“工程资本金”是“项目资本金”", "accounts", book("""
账号 | 开户银行 | 预算单位 | 资金类别 | 依据 | 开户日期 | 销户日期 | 备注
'99004209220100001 | 工行 | 大悟县财政局 | 专项资金 | 工程资本金 | | |
"""), """
account           | fund_category | basis
99004209220100001 | special       | 工程资本金
"""),
]  # fmt: skip
