"""Evaluate a region's quarter when its feeds are complete, draft its order, and put it up for signature."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, PartitionedAssetTimetable

from cunfang.airflow import evaluate
from cunfang.airflow.assets import PERIOD_READY

PAGE = """
### 考核：得分 → 比例 → 额度 → 调整指令

考核办法所需的报送齐全时，按分区 `地区|考核期` 运行；更正被接受后再次运行。输入相同则是同一批次，不会重复。

* `evaluate` 停下时，问题、原因和办法写入任务日志，并发信请办公室答复（`ask`）；系统不替办公室作决定。
* `draft` 写出工作簿和页面，`order` 拟定指令，`put_up` 提请签批（由 `sign` 逐环节办理，签齐后由 `issue` 下达）。
  已公布季度的更正：不改变额度的只留存，改变的按考核办法另行下达或下期补差。
* 地区配置写有试行办法（`trial`）时，`trial` 另按它算一遍，只作比较：不签批、不公布、不下达指令，停下也不影响正式考核。
* 领导小组决定暂停考核的季度没有批次，未下达的指令撤回，发信告知（`tell_waived`），以下各步跳过。
* 下达之前，什么也不写入数据集市。
"""

with DAG(
    dag_id="evaluate",
    description="Score, allocate and draft the order: one region and period",
    schedule=PartitionedAssetTimetable(assets=PERIOD_READY),
    catchup=False,
    max_active_runs=8,
    default_args={"owner": "data-engineering", "retries": 1, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "evaluate"],
    doc_md=PAGE,
):
    run = evaluate.evaluate()
    run >> evaluate.ask()
    run >> evaluate.tell_waived()
    run >> evaluate.trial()
    verified = evaluate.verify(run)
    evaluate.put_up(evaluate.order(verified, written=evaluate.draft(verified)))
