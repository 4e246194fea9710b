"""Every morning: pick up what came late or was lost, apply late rules, chase what did not come, send unsent mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

from cunfang.airflow import attend
from cunfang.airflow.timetable import CalendarTimetable

PAGE = """
### 催报

每天早上：

* 收件箱里后到的文件（更正、补报），以及登记之后没有处理完的，交给对应的 `ingest` 处理；
* 工作日（按国务院放假安排）：到了逾期规则适用之日仍未接受的，按报送约定等、用上期数据或不计入本期，记录在案、发信告知，
  齐备而没有按现有报送考核过的（进程中断、办法后来才配置的），随即考核；停在问题上的，每个工作日早上再试，信不重发；
* 其余过了报送期限仍未接受的，给报送单位发一封催报信，每天至多一封；
* 工作日：逾期未办的划转催办付款行，下达后一个工作日没有回报的请其回报，待签批过久的催签，每天各至多一封；
* 重新判定预警，到了该提请的收回和补差，拟定并提请；
* 待签批、待下达而没有运行在办的指令（进程中断、退回后重新提交），重新提请；下达了而没有发信的，补发；
* 发信箱里还有未发出的信，再发一次。
"""

with DAG(
    dag_id="remind",
    description="Late files in, late feeds and transfers chased, lost papers taken up, unsent mail out",
    schedule=CalendarTimetable("0 8 * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["cunfang", "remind"],
    doc_md=PAGE,
):
    TriggerDagRunOperator.partial(task_id="ingest_late_files", conf={"wait": False}).expand(
        trigger_dag_id=attend.find_late_files()
    )
    chased, followed, taken_up = attend.chase_late_feeds(), attend.follow_orders(), attend.take_up_lost_papers()
    attend.apply_late_rules() >> chased
    unsent = attend.find_unsent_mail()
    [chased, followed, taken_up] >> unsent
    TriggerDagRunOperator.partial(task_id="deliver_unsent_mail").expand(trigger_dag_id=unsent)
