"""Judge supervisory limits whenever prudential figures are accepted, and warn of what breaks them."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import attend
from cunfang.airflow.assets import feed_asset

PAGE = """
### 预警：黄、橙、红

监管指标被接受后，按考核办法的限值表判定。每一项只预警一次；收回存款只由人决定，系统不自动执行。
"""

with DAG(
    dag_id="watch",
    description="Judge limits; warn",
    schedule=PartitionedAssetTimetable(assets=feed_asset("pboc_prudential")),
    catchup=False,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "watch"],
    doc_md=PAGE,
):
    attend.judge_limits()
