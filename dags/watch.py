"""Judge supervisory limits whenever supervisory data or balances are accepted; warn, and propose recalls."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import attend
from cunfang.airflow.assets import SUPERVISED

PAGE = """
### 预警：黄、橙、红

监管指标、监管事件、账户或余额被接受后运行：按考核办法的限值表判定，每一项只预警一次。
预警先到、余额后到的，余额一到即拟收回。
红色预警和取消资格的决定，各拟一份收回指令（`propose_recalls`）提请签批：只有人签了才办理，系统不自动执行。
"""

with DAG(
    dag_id="watch",
    description="Judge limits; warn, propose recalls",
    schedule=PartitionedAssetTimetable(assets=SUPERVISED),
    catchup=False,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "watch"],
    doc_md=PAGE,
):
    attend.judge_limits() >> attend.propose_recalls()
