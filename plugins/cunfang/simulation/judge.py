"""Judge a situation: lay its county, evaluate it, and hold what came out against what was worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, Engine

from cunfang.evaluation import RunStoppedError, evaluate_within
from cunfang.money import UNITS
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.altered import Setting, altered
from cunfang.simulation.county import files
from cunfang.simulation.lay import free_region, lay
from cunfang.simulation.outcome import Outcome, outcome
from cunfang.simulation.printed import Printed
from cunfang.simulation.situation import NONE, Place, Situation

SECTIONS = {
    "values": "指标值",
    "points": "得分",
    "score": "总得分",
    "share": "分配比例",
    "rank": "名次",
    "target": "应存额度",
    "supplement": "加减存款额",
    "support": "政策性银行支持额",
    "classes": "新增存贷比情形",
    "flags": "说明",
    "roles": "参加身份",
    "excluded": "不参加的理由",
    "falling": "四项均下降",
    "noted": "提示",
    "question": "停在的问题",
}
_AMOUNTS = frozenset({"target", "supplement", "support"})


@dataclass(frozen=True)
class Difference:
    """One expectation that did not hold, and what came out instead."""

    place: Place
    expected: str
    found: str

    def __str__(self) -> str:
        where = " ".join((SECTIONS[str(self.place[0])], *map(str, self.place[1:])))
        return f"{where}：应为 {self.expected}，算得 {self.found}"


def judge(database: Engine, situation: Situation, rulebook: Rulebook) -> list[Difference]:
    """Where the evaluation differs from the situation; empty where all holds. Nothing is kept in `database`."""
    with database.connect() as connection:
        return judge_within(connection, situation, rulebook)


def judge_within(connection: Connection, situation: Situation, rulebook: Rulebook) -> list[Difference]:
    """Like `judge`, in a transaction that the caller rolls back."""
    policy = _otherwise(rulebook, situation)
    region = free_region(connection)
    lay(connection, region, files(situation, policy, region))
    try:
        run = evaluate_within(connection, region, situation.quarter, policy)
    except RunStoppedError as stopped:
        return list(_stopped(situation, stopped))
    if asked := situation.expect.question:
        return [Difference(("question",), f"{asked.check} {asked.says}".strip(), "没有停下")]
    return list(_differences(situation, outcome(connection, run.run_id, run.noted)))


def _otherwise(rulebook: Rulebook, situation: Situation) -> Rulebook:
    """The rule book with what the situation sets otherwise, and with the policy banks' one that it then names."""
    if not situation.except_:
        return rulebook
    changed = altered(rulebook, [Setting(path, value) for path, value in situation.except_.items()])
    named = changed.participation.policy_rulebook
    return changed.model_copy(update={"policy": read_rulebook(named.value) if named else None})


def _stopped(situation: Situation, stopped: RunStoppedError) -> Iterator[Difference]:
    said = [f"{one.check} {one.message}" for one in stopped.findings]
    asked = situation.expect.question
    if asked is None:
        yield Difference(("question",), NONE, "；".join(said))
    elif not any(one.startswith(asked.check) and asked.says in one for one in said):
        yield Difference(("question",), f"{asked.check} {asked.says}".strip(), "；".join(said))


def _differences(situation: Situation, found: Outcome) -> Iterator[Difference]:
    for place, number in situation.expect.numbers():
        value = found.numbers[place]
        scale = UNITS[situation.unit] if place[0] in _AMOUNTS else Decimal(1)
        if number == NONE or value is None:
            if not (number == NONE and value is None):
                yield Difference(place, number, NONE if value is None else f"{value.normalize():f}")
        elif not (printed := Printed.read(number, scale)).shows(value):
            yield Difference(place, number, printed.like(value))
    for place, word in situation.expect.words():
        said = found.words[place]
        if (word not in said) if place[0] in ("flags", "excluded") else (word != said):
            yield Difference(place, word, said)
    known = {one.check for one in found.noted}
    for check in situation.expect.noted:
        if check not in known:
            yield Difference(("noted", check), "有", NONE)
