"""Have an order signed: one run per signature, asked of those whose turn it is, until the chain is through."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param, PartitionedAssetTimetable

from cunfang.airflow import sign
from cunfang.airflow.assets import SIGN_OFF

PAGE = """
### 签批：复核 → 签批 → 下达

一份指令的每个签批环节运行一次，分区为 `地区|考核期|指令编号`；签批链写在地区配置 `sign_offs` 中，拟稿时随指令定下。

* `wait_for_objections`：使结果生效的环节之前，等到异议期满、异议都已处理；等待期间不占用执行槽。
* `approve` 由轮到的用户在“待处理操作”（Required Actions）中批准或退回，可写意见；等待期间不占用执行槽，
  各进程重启后照旧等待。
* 不该签的人签了（拟定人、已签前一环节的人、不是签批人），数据库不予记录：原因写入日志、发信告知，同一环节随即重新提请。
* 批准后提请下一环节；签齐后由 `issue` 下达。退回的，发信给办公室，到此为止；`cunfang order submit` 之后次日早上
  重新提请，也可以立即以同一分区手工触发。
* 复核之后，初步结果发给各行，写明提出异议的期限。
"""

with DAG(
    dag_id="sign",
    description="One signature of one order, by a named person",
    schedule=PartitionedAssetTimetable(assets=SIGN_OFF),
    catchup=False,
    max_active_runs=1000,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "sign"],
    doc_md=PAGE,
):
    asked = sign.due()
    waited = sign.ObjectionSensor(task_id="wait_for_objections", asked=asked)
    page = sign.lay_before(asked)
    approve = sign.SignOff(
        task_id="approve",
        subject="签批：{{ dag_run.partition_key }}",
        body=page,
        asked=asked,
        params={"comment": Param("", type=["null", "string"], title="意见")},
        retries=100,
        retry_delay=timedelta(seconds=5),
    )
    waited >> page
    after = sign.go_on(asked)
    approve >> after
    sign.put_up_next(after)
    sign.have_issued(after)
