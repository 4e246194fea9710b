"""Whether shares can become amounts: caps, floors, ranks and tiers that leave room for every yuan."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from cunfang.rulebook.model import Allocation, Rulebook
from cunfang.rulebook.rules.bands import judged
from cunfang.rulebook.rules.site import Known, Raised
from cunfang.rulebook.rules.spoken import short

_AT = ("allocation",)


def allotment(rulebook: Rulebook, known: Known) -> Iterator[Raised]:
    """Caps that hold too little, ranks without an amount, scores that never count."""
    share = rulebook.allocation
    yield from _limits(share)
    yield from _ranks(share, known)
    if share.base_score is not None and share.base_score.value >= rulebook.scale:
        facts = {"base": short(share.base_score.value), "scale": short(rulebook.scale)}
        yield Raised("base_score_above", (*_AT, "base_score"), facts)
    if share.tiers is not None:
        yield from _tiers(rulebook)
    yield from _caps(share, known)


def _limits(share: Allocation) -> Iterator[Raised]:
    least, most = share.minimum_amount, share.maximum_amount
    if least is not None and most is not None and least.value > most.value:
        facts = {"least": short(least.value), "most": short(most.value)}
        yield Raised("minimum_above_maximum", (*_AT, "minimum_amount"), facts)


def _ranks(share: Allocation, known: Known) -> Iterator[Raised]:
    amounts = share.rank_amounts.value if share.rank_amounts else ()
    at = (*_AT, "rank_amounts")
    if share.top is not None and amounts and share.top.value > len(amounts):
        yield Raised("top_above_ranks", (*_AT, "top"), {"top": share.top.value, "ranks": len(amounts)})
    if any(later > sooner for sooner, later in pairwise(amounts)):
        yield Raised("rank_amounts_rise", at)
    if amounts and share.leftover is None:
        yield Raised("leftover_unstated", at)
    if known.banks is not None:
        if share.top is not None and share.top.value > known.banks:
            yield Raised("top_above_banks", (*_AT, "top"), {"top": share.top.value, "banks": known.banks})
        if amounts and len(amounts) < known.banks:
            yield Raised("ranks_below_banks", at, {"ranks": len(amounts), "banks": known.banks})


def _tiers(rulebook: Rulebook) -> Iterator[Raised]:
    at = (*_AT, "tiers")
    bands = rulebook.allocation.tiers.value if rulebook.allocation.tiers else ()
    if any(band.lower is None and band.upper is None for band in bands):
        yield Raised("tier_without_edges", at)
        return
    if any(band.points < 0 for band in bands):
        yield Raised("tier_negative", at)
    yield from judged(bands, at, rulebook.name, lowest=Decimal(0), highest=rulebook.scale)


def _caps(share: Allocation, known: Known) -> Iterator[Raised]:
    cap, own = share.concentration_cap, share.deposits_cap
    at = (*_AT, "concentration_cap")
    if cap is not None and known.banks is not None and cap.value * known.banks < 1:
        facts = {"cap": f"{short(cap.value * 100)}%", "banks": known.banks}
        yield Raised("caps_too_low", at, facts)
    for bank, rigid in known.rigid.items():
        if cap is not None and known.total is not None and cap.value * known.total < rigid:
            facts = {"bank": bank, "cap": short(cap.value * known.total), "rigid": short(rigid)}
            yield Raised("cap_below_rigid", at, facts)
        if own is not None and bank in known.deposits and own.share.value * known.deposits[bank] < rigid:
            facts = {"bank": bank, "cap": short(own.share.value * known.deposits[bank]), "rigid": short(rigid)}
            yield Raised("cap_below_rigid", (*_AT, "deposits_cap"), facts)
        if share.maximum_amount is not None and share.maximum_amount.value < rigid:
            facts = {"bank": bank, "cap": short(share.maximum_amount.value), "rigid": short(rigid)}
            yield Raised("cap_below_rigid", (*_AT, "maximum_amount"), facts)
