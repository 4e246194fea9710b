"""One DAG per feed contract: a file arrives, is registered, read, checked, and accepted or refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Param

from cunfang.airflow import ingest
from cunfang.airflow.timetable import CalendarTimetable

PAGE = """
### 报送 `{feed}`：从收件箱到入库

等新文件（不占用执行槽）→ 登记（先算 SHA-256，后读取）→ 读取 → 等名册 → 校验 → 接受或退回。

* 文件放入 `inbox/<地区>/<考核期>/{feed}/`。同一文件只登记一次；更正后的文件是新的一次报送，被接受之前原报送仍然有效。
* 退回的原因、位置和办法见退回信与 `var/data-docs/`；名册更正之后，清除 `check` 任务即可重新校验。
* 手工触发时把 `wait` 设为 false，则不等新文件，直接处理收件箱里现有的。
"""

for feed in ingest.feeds():
    with DAG(
        dag_id=f"ingest_{feed}",
        description=f"Take in {feed}: from the provider's file to core",
        schedule=CalendarTimetable("0 8 1 1,4,7,10 *", timezone="Asia/Shanghai"),
        start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
        catchup=False,
        max_active_runs=4,
        default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
        params={"wait": Param(True, type="boolean", title="等待新文件")},
        tags=["cunfang", "ingest"],
        doc_md=PAGE.format(feed=feed),
    ):
        arrived = ingest.NewFileSensor(task_id="wait_for_file", feed=feed)
        landed = ingest.land(feed)
        read = ingest.read(landed)
        registers = ingest.RegistersSensor(task_id="wait_for_registers", submission_ids=read)
        checked = ingest.check(read)
        arrived >> landed
        registers >> checked
        ingest.accept(feed)(feed, checked)
