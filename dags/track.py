"""Move transfers along when receipts or balances come in."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import attend
from cunfang.airflow.assets import MOVED

PAGE = """
### 跟踪：收悉 → 已执行 → 已确认

下达过指令的地区，银行回报、余额或账户名录被接受后运行，逐笔核对：

* 有回报的划转依次为收悉、已执行、退回；过了期限没有回执的为逾期；回执与随后的余额一致的才为已确认；
* 银行退回的、回执与余额不一致的，发信给办公室，写明编号、账户、相差多少和办法；
* 一家行的收回办结了，其间另有起因的，另拟一份收回提请签批（`propose_recalls`）。
"""

with DAG(
    dag_id="track",
    description="Receipts and balances move transfers along",
    schedule=PartitionedAssetTimetable(assets=MOVED),
    catchup=False,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "track"],
    doc_md=PAGE,
):
    attend.move_along() >> attend.propose_recalls()
