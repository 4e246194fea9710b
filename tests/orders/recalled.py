"""Counties in which a bank is banned or red, laid as accepted files: what a recall is proposed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Engine, text

from cunfang.period import Period
from cunfang.rulebook import Rulebook, read_rulebook
from cunfang.simulation.lay import Delivered, free_region, lay
from cunfang.warnings import watch

Q4 = Period(2025, 4)
TODAY = "2026-01-20"
BANNED_ON = date(2025, 11, 20)


@dataclass(frozen=True)
class Account:
    """One account with its balance of 31 December 2025."""

    code: str
    bank: str
    balance: Decimal | int
    owner: str = "财政局"
    category: str = "special"
    role: str | None = None
    adjustable: bool | None = None
    matures_on: date | None = None


@dataclass(frozen=True)
class County:
    """What is delivered; `bans` are (event, bank, decision, day), `liquidity` the ratio by bank."""

    accounts: Sequence[Account]
    bans: Sequence[tuple[str, str, str, date]] = ()
    liquidity: dict[str, str] = field(default_factory=dict)
    decisions: Sequence[dict[str, object]] = ()
    closed: dict[str, tuple[date, str | None]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def laid(self, connection: Connection, region: str | None = None) -> str:
        """The region under which all of it was accepted; red figures are judged."""
        where = region or free_region(connection)
        lay(connection, where, self.files())
        watch(connection, where, Q4, policy())
        return where

    def files(self) -> Iterator[Delivered]:
        """Its feeds of the fourth quarter of 2025."""
        banks = dict.fromkeys(account.bank for account in self.accounts)
        yield Delivered(Q4, "institutions", tuple(self._institution(bank) for bank in banks))
        yield Delivered(
            Q4,
            "accounts",
            tuple(
                {
                    "account": a.code,
                    "institution": a.bank,
                    "owner": a.owner,
                    "fund_category": a.category,
                    "role": a.role,
                    "adjustable": a.adjustable,
                }
                for a in self.accounts
            ),
        )
        yield Delivered(Q4, "balances", tuple(self._balance(account) for account in self.accounts))
        yield Delivered(
            Q4,
            "supervisory_events",
            tuple(
                {
                    "event": event,
                    "institution": bank,
                    "kind": "withhold",
                    "severity": "disqualify",
                    "decided_on": day,
                    "decision": decision,
                }
                for event, bank, decision, day in self.bans
            ),
        )
        yield liquidity(Q4, self.liquidity)
        usual: dict[str, object] = {"valid_from": date(2025, 1, 1), "decided_on": date(2025, 1, 1)}
        kept: dict[str, object] = {"approver": "领导小组", "valid_to": date(2026, 12, 31)}
        yield Delivered(Q4, "decisions", tuple({**usual, **kept, **one} for one in self.decisions))

    def _institution(self, bank: str) -> dict[str, object]:
        closed_on, successor = self.closed.get(bank, (None, None))
        gone = {"closed_on": closed_on, "successor": successor}
        type_ = self.types.get(bank, "国有大行")
        return {"institution": bank, "name": f"{bank}行", "aliases": [], "type": type_, **gone}

    @staticmethod
    def _balance(account: Account) -> dict[str, object]:
        return {
            "account": account.code,
            "as_of": Q4.end,
            "balance": Decimal(account.balance),
            "matures_on": account.matures_on,
        }


def liquidity(period: Period, ratios: dict[str, str]) -> Delivered:
    """The prudential feed with each bank's liquidity ratio; below 20% is red by the sample rule book."""
    return Delivered(
        period,
        "pboc_prudential",
        tuple(
            {
                "institution": bank,
                "as_of": period.end,
                "metric": "liquidity_ratio",
                "value": Decimal(ratio),
                "scope": "legal_person",
            }
            for bank, ratio in ratios.items()
        ),
    )


def policy() -> Rulebook:
    """The sample rule book: bans of three years, recalls within three working days."""
    return read_rulebook("dawu-2025")


def ban(bank: str = "A") -> tuple[tuple[str, str, str, date], ...]:
    """One disqualification, of 20 November 2025."""
    return (("E1", bank, "悟政办〔2025〕3号", BANNED_ON),)


@contextmanager
def on(engine: Engine, day: str = TODAY) -> Iterator[Connection]:
    """A transaction on a day of the office's clock, rolled back."""
    with engine.connect() as opened:
        opened.execute(text("SELECT set_config('cunfang.today', :day, TRUE)"), {"day": day})
        yield opened
