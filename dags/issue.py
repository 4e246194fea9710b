"""Issue a signed order, or hand it back where balances have moved."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import issue
from cunfang.airflow.assets import ORDER_SIGNED

PAGE = """
### 下达：签批齐备的指令

分区 `地区|考核期|指令编号`。下达前重新读取转出账户的余额。

* 余额变动在允许范围内：各笔划转定下期限，考核结果写入数据集市，一次完成；随后重写工作簿，发信给各行和财政局。
* 变动过大或余额不足：一笔也不下达，指令退回拟稿，发信给办公室，写明当时与现在的余额和办法；`issue` 以跳过结束。
  收回的，按现在的余额重新拟定一份，随即提请签批。
* 任一步都可以重做：已下达的不会再下达一次。
"""

with DAG(
    dag_id="issue",
    description="A signed order goes out, or back to the office",
    schedule=PartitionedAssetTimetable(assets=ORDER_SIGNED),
    catchup=False,
    max_active_runs=8,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "issue"],
    doc_md=PAGE,
):
    issued = issue.issue()
    issued >> [issue.hand_back(), issue.put_up_anew()]
    issue.announce(issue.files(issued))
    issue.put_up_corrections(issued)
