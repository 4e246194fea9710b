"""`cunfang simulate`: a past quarter on other terms, what a bank must do to gain so much, how firmly ranks stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from cunfang.cli.options import JsonOption, OptionalPeriod, OptionalRegion
from cunfang.period import Period

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DatabaseOption = Annotated[str, typer.Option("--database", metavar="URL", help="数据仓库；默认取自环境或本机 make run")]
SimulatedInbox = Annotated[
    Path | None,
    typer.Option("--inbox", exists=True, file_okay=False, help="不用数据仓库，把这个收件箱读进一次性数据库"),
]


@dataclass(frozen=True)
class Place:
    """Where and when: the options that every form of the command has."""

    region: str | None = None
    period: Period | None = None
    database: str = ""
    inbox: Path | None = None
    json: bool = False

    def over(self, other: Place) -> Place:
        """These options, and where one is not given that of `other`."""
        return Place(
            self.region or other.region,
            self.period or other.period,
            self.database or other.database,
            self.inbox or other.inbox,
            self.json or other.json,
        )


@dataclass(frozen=True)
class Asked:
    """The whole command before it is understood: what is assumed, as written."""

    place: Place
    base: str = ""
    rulebook: str = ""
    file: Path | None = None
    settings: tuple[str, ...] = field(default=())
    methods: tuple[str, ...] = field(default=())
    rescale: bool = False
    total: str = ""
    excluded: tuple[str, ...] = field(default=())
    one_offs: tuple[str, ...] = field(default=())


@app.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="路径=值", help="改一个参数，如 indicators.tax.weight=25；null 为去掉"),
    ] = None,
    rescale: Annotated[bool, typer.Option("--rescale", help="同层其余权重按比例折算，使合计不变")] = False,
    methods: Annotated[
        list[str] | None,
        typer.Option("--method", metavar="指标=方法", help="改一项指标的计分方法，如 indicators.loans=share_of_best"),
    ] = None,
    total: Annotated[str, typer.Option(metavar="金额", help="额度总控 T 改为，如 120000万元")] = "",
    exclude: Annotated[list[str] | None, typer.Option(metavar="机构", help="假定该机构不参加；可写多次")] = None,
    one_offs: Annotated[
        list[str] | None,
        typer.Option(
            "--one-off", metavar="机构:计量=额", help="剔除一次性影响，如 ABC:loans=-3.6亿元（加回 3.6 亿元）"
        ),
    ] = None,
    rulebook: Annotated[str, typer.Option(metavar="代码", help="改用另一个考核办法")] = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="改用这个文件里的考核办法"),
    ] = None,
    base: Annotated[
        str, typer.Option(metavar="代码", help="以哪个办法为基准；默认为已公布的批次，没有则为地区的办法")
    ] = "",
    trial: Annotated[bool, typer.Option("--trial", help="看试行办法与正式考核的并行结果（已存的两个批次）")] = False,
    database: DatabaseOption = "",
    inbox: SimulatedInbox = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="另写一份 Excel")] = None,
    json: JsonOption = False,
) -> None:
    """测算：在过去的一个考核期上改权重、方法、总量、参加机构或整个办法，与正式结果并列，看谁增谁减；不留任何东西。

    反算：cunfang simulate inverse --bank 农行 --gain 100万元 …　稳定性：cunfang simulate stability …
    写在子命令之前的假设（--set、--rulebook 等）对子命令同样有效。
    """
    place = Place(region, period, database, inbox, json)
    asked = Asked(
        place, base, rulebook, file, tuple(settings or ()), tuple(methods or ()), rescale, total,
        tuple(exclude or ()), tuple(one_offs or ()),
    )  # fmt: skip
    if context.invoked_subcommand is not None:
        context.obj = asked
        return
    from cunfang.cli import simulating

    with simulating.answered():
        if trial:
            simulating.print_trial(place, xlsx)
        else:
            simulating.print_simulated(asked, xlsx)


@app.command()
def inverse(
    context: typer.Context,
    bank: Annotated[str, typer.Option(help="机构代码或名称")],
    gain: Annotated[str, typer.Option(metavar="金额", help="希望应存额度至少增加多少，如 1000000 或 100万元")],
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    database: DatabaseOption = "",
    inbox: SimulatedInbox = None,
    json: JsonOption = False,
) -> None:
    """反算：这家银行要多得这些，每个数单独变动时最少要变多少（其他各行、其他数不变）。"""
    from cunfang.cli import simulating

    with simulating.answered():
        simulating.print_inverse(_asked(context, Place(region, period, database, inbox, json)), bank, gain)


@app.command()
def stability(
    context: typer.Context,
    by: Annotated[str, typer.Option(metavar="幅度", help="每个权重增减多少")] = "10%",
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    database: DatabaseOption = "",
    inbox: SimulatedInbox = None,
    json: JsonOption = False,
) -> None:
    """稳定性：每个权重增减一成时名次动不动，多大的权重变化使相邻两家互换，哪些指标分不出高低，结果有多均匀。"""
    from cunfang.cli import simulating

    with simulating.answered():
        simulating.print_stability(_asked(context, Place(region, period, database, inbox, json)), by)


def _asked(context: typer.Context, place: Place) -> Asked:
    before: Asked = context.obj or Asked(Place())
    return Asked(
        place.over(before.place), before.base, before.rulebook, before.file, before.settings, before.methods,
        before.rescale, before.total, before.excluded, before.one_offs,
    )  # fmt: skip
