"""Evaluate a region's quarter when its feeds are complete, have it signed, publish it and tell the banks."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param, PartitionedAssetTimetable

from cunfang.airflow import evaluate
from cunfang.airflow.assets import PERIOD_READY

PAGE = """
### 考核：得分 → 比例 → 额度 → 调整指令

考核办法所需的报送齐全时，按分区 `地区|考核期` 运行；更正被接受后再次运行。输入相同则是同一批次，不会重复。

* `evaluate` 停下时，问题、原因和办法写入任务日志，并发信请办公室答复（`ask`）；系统不替办公室作决定。
* `approve` 由地区配置中的签批人答复（页面“待处理操作”，或 REST 接口），等待期间不占用执行槽。
* 地区配置写有试行办法（`trial`）时，`trial` 另按它算一遍，只作比较：不签批、不公布、不下达指令，停下也不影响正式考核。
* 批准后才写入数据集市、下达调整指令、发信；退回则留痕并到此为止。
"""

with DAG(
    dag_id="evaluate",
    description="Score, allocate and order: one region and period, signed by a person",
    schedule=PartitionedAssetTimetable(assets=PERIOD_READY),
    catchup=False,
    max_active_runs=8,
    default_args={"owner": "data-engineering", "retries": 1, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "evaluate"],
    doc_md=PAGE,
):
    run = evaluate.evaluate()
    run >> evaluate.ask()
    run >> evaluate.trial()
    verified = evaluate.verify(run)
    drafted = evaluate.draft(verified)
    approve = evaluate.SignOff(
        task_id="approve",
        subject="存放考核签批：{{ dag_run.partition_key }}",
        body=drafted,
        number=run,
        params={"comment": Param("", type=["null", "string"], title="意见")},
    )
    published = evaluate.publish(run)
    drafted >> approve >> published
    evaluate.announce(published)
