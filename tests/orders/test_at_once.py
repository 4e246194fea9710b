"""Two who do the same at the same time: one does it, the other finds it done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, text

from cunfang.evaluation import evaluate
from cunfang.evaluation.official import SignOffError
from cunfang.orders import signing
from cunfang.orders.audit import verify
from cunfang.orders.draft import draft_adjustment
from cunfang.orders.issue import issue
from cunfang.rulebook import read_rulebook
from documents.sample_run import PERIOD, REGION, load_sample
from signed import a_month_ago, sign_all


def test_evaluations_drafts_and_issues_of_one_quarter_at_once_leave_one_of_each(
    new_warehouse: Callable[[], str],
) -> None:
    options = "-c timezone=Asia/Shanghai -c cunfang.today=2026-01-20"
    engine = create_engine(new_warehouse(), connect_args={"options": options})
    load_sample(engine)
    rulebook = read_rulebook("hefei-2012")

    def drafted(run_id: int) -> str:
        with engine.begin() as connection:
            return draft_adjustment(connection, run_id)

    with ThreadPoolExecutor(4) as pool:
        runs = {done.run_id for done in pool.map(lambda _: evaluate(engine, REGION, PERIOD, rulebook), range(4))}
        assert len(runs) == 1
        orders = set(pool.map(drafted, [*runs] * 4))
        assert len(orders) == 1
        (order_no,) = orders

        def reviewed(_: int) -> str:
            try:
                with engine.begin() as connection, a_month_ago(connection):
                    return signing.sign(connection, order_no, approved=True, actor="finance_office")
            except SignOffError as refused:
                return str(refused)

        said = sorted(pool.map(reviewed, range(4)))
        assert said.count("reviewed") == 1 and all("finance_office" in one for one in said if one != "reviewed")
        with engine.begin() as connection:
            sign_all(connection, order_no)
        assert {done.drifts for done in pool.map(lambda _: issue(engine, order_no), range(4))} == {()}

    with engine.connect() as connection:
        issued = "SELECT count(*), count(DISTINCT (order_id, leg_no)) FROM ops.leg_event WHERE status = 'issued'"
        events, legs = connection.execute(text(issued)).one()
        papers = connection.execute(text("SELECT count(*) FROM ops.order_event WHERE status = 'issued'")).scalar_one()
        assert events == legs > 0 and papers == 1
        assert verify(connection).breaks == ()
    engine.dispose()
