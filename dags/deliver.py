"""Send what the outbox holds, each message once."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import attend
from cunfang.airflow.assets import OUTBOX

PAGE = """
### 发信

待发信箱有信时运行；发不出去的留在信箱里，逐次延后重试，不影响考核。
"""

with DAG(
    dag_id="deliver",
    description="Outbox to SMTP, once each",
    schedule=PartitionedAssetTimetable(assets=OUTBOX),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "data-engineering",
        "retry_delay": timedelta(minutes=2),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(hours=2),
    },
    tags=["cunfang", "deliver"],
    doc_md=PAGE,
):
    attend.deliver()
