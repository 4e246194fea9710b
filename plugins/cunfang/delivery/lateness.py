"""Letters about what did not come: the reminder of each working day, and word that a late rule was applied (S25)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from cunfang.delivery.letter import AMBER, Letter, level_of, post, told
from cunfang.documents import words
from cunfang.evaluation import Substitute
from cunfang.feeds.contract import contract, contracts
from cunfang.period import Period
from cunfang.region import Level, Provider, Region, Topic, load_region

LATE_RULES = {
    "wait": "未收到前，本期考核暂缓。",
    "use_previous": "逾期仍未收到的，按规定使用上期数据，并在结果中注明。",
    "exclude": "逾期仍未收到的，按规定不计入本期。",
}


def remind_late(
    connection: Connection, region: str, period: str, feed: str, *, due: date, today: date, deadline: date | None = None
) -> int:
    """Remind the provider of a feed past its due day, and those who follow up; once per day and mailbox (S25).

    `deadline` is the day from which the late rule applies; past it the feed is one that nothing can stand in for.
    """
    place = load_region(region)
    provider = place.provider(feed)
    agreed = contracts().get(feed)
    quarter, feed_name = words.quarter(Period.parse(period)), words.feed_name(feed)
    days = (today - due).days
    letter = Letter(
        kind="late",
        key=f"late|{region}|{period}|{feed}|{today}",
        subject=f"【催报】{quarter} {feed_name} 已逾期 {days} 天",
        title=f"{place.name} {quarter}“{feed_name}”催报",
        template="late",
        values={
            "provider": provider.office if provider else agreed.provider if agreed else feed,
            "feed_name": feed_name,
            "quarter": quarter,
            "due": f"{due:%Y-%m-%d}",
            "today": f"{today:%Y-%m-%d}",
            "days": days,
            "consequence": _consequence(agreed.late, today, deadline) if agreed else "",
        },
        colour=AMBER,
        thread=f"late|{region}|{period}|{feed}|",
    )
    return _send(connection, place, letter, provider)


def _send(connection: Connection, place: Region, letter: Letter, provider: Provider | None) -> int:
    """To the provider, and to those who follow up."""
    sent = post(connection, place, letter, provider.address, Level.FULL) if provider else 0
    for recipient in told(place.recipients, Topic.LATE):
        sent += post(connection, place, letter, recipient.address, level_of(place, recipient))
    return sent


def _consequence(rule: str, today: date, deadline: date | None) -> str:
    if rule == "wait" or deadline is None:
        return LATE_RULES[rule]
    if today >= deadline:
        return "没有可以代替的数据，" + LATE_RULES["wait"]
    return f"{deadline:%Y-%m-%d} 起" + LATE_RULES[rule].removeprefix("逾期")


def announce_late_rule(connection: Connection, region: str, period: str, substitute: Substitute, today: date) -> int:
    """Tell the provider, and those who follow up, that the evaluation goes on without its feed, and how (S25)."""
    place = load_region(region)
    agreed = contract(substitute.feed)
    provider = place.provider(substitute.feed)
    quarter, used = words.quarter(Period.parse(period)), substitute.used
    what = f"用{words.quarter(used)}的数据代替" if used else "不计入本期"
    letter = Letter(
        kind="late_rule",
        key=f"late_rule|{region}|{period}|{substitute.feed}",
        subject=f"【逾期处理】{quarter} {agreed.name} {what}",
        title=f"{place.name} {quarter}“{agreed.name}”逾期处理",
        template="late_rule",
        values={
            "provider": provider.office if provider else agreed.provider,
            "feed_name": agreed.name,
            "quarter": quarter,
            "today": f"{today:%Y-%m-%d}",
            "what": what,
            "shown": _shown(substitute),
        },
        colour=AMBER,
        thread=f"late|{region}|{period}|{substitute.feed}|",
    )
    return _send(connection, place, letter, provider)


def _shown(substitute: Substitute) -> str:
    if substitute.used:
        return "用到这些数据的每一项得分都会注明。"
    if contract(substitute.feed).coverage == "register":
        return "此前各期登记的事项仍然有效，结果中会注明。"
    return "用到这项报送的指标不计分，其权重由其余指标分担，结果中会注明；考核办法没有写明缺数处理的，考核停下待决。"
