"""Commands and their options; what they do stands in the modules beside this one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cunfang.cli.audit import app as audit_app
from cunfang.cli.options import (
    Exit,
    InboxOption,
    JsonOption,
    OptionalPeriod,
    OptionalRegion,
    PeriodOption,
    RegionOption,
    console,
    fail,
    parse_period,
)
from cunfang.cli.order import app as order_app
from cunfang.cli.rulebook import app as rulebook_app
from cunfang.cli.simulate import app as simulate_app
from cunfang.period import Period
from cunfang.settings import settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="存放：县级政府性资金存放考核。County public-deposit placement.",
)
app.add_typer(rulebook_app, name="rulebook")
app.add_typer(simulate_app, name="simulate")
app.add_typer(order_app, name="order")
app.add_typer(audit_app, name="audit")


@app.command()
def evaluate(
    inbox: InboxOption,
    region: RegionOption,
    period: PeriodOption,
    rulebook: Annotated[str, typer.Option(help="考核办法代码，如 hefei-2012")],
    json: JsonOption = False,
) -> None:
    """在一次性的数据库里读取、校验、考核到划转明细，打印结果，不留任何东西。"""
    from cunfang.cli.evaluate import InputError, evaluate_inbox
    from cunfang.cli.render import print_outcome, to_json

    try:
        outcome = evaluate_inbox(inbox, region, period, rulebook, Console(stderr=True))
    except InputError as error:
        fail(str(error), Exit.USAGE)
    if json:
        sys.stdout.write(to_json(outcome) + "\n")
    else:
        print_outcome(outcome, console())
    raise typer.Exit(Exit.STOPPED if outcome.result is None else Exit.DONE)


def _feed(value: str | None) -> str | None:
    from cunfang.feeds.contract import contracts

    if value is not None and value not in contracts():
        raise typer.BadParameter(f"没有报送约定 {value}；现有：{'、'.join(contracts())}")
    return value


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="报送文件：xlsx、xlsm、xls、csv，可以多个")],
    feed: Annotated[str | None, typer.Option(callback=_feed, help="哪项报送；默认按路径和表头辨认")] = None,
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    register: Annotated[Path | None, typer.Option(help="金融机构名录文件，用来辨认机构名称")] = None,
    accounts: Annotated[Path | None, typer.Option(help="账户名录文件，用来核对账号")] = None,
    json: JsonOption = False,
) -> None:
    """报送之前在本机校验文件，规则与金融办接收时相同；不用数据库，不写任何东西。0 可以报送，3 须更正，2 用法有误。"""
    from cunfang.cli.beside import InputError
    from cunfang.cli.check import Asked, check_file
    from cunfang.cli.verdict import print_checked, to_json

    asked = Asked(feed or "", region or "", period, register, accounts)
    progress = Console(stderr=True)
    try:
        with progress.status("") as status:
            checked = [check_file(path, asked, status.update) for path in files]
    except InputError as error:
        fail(str(error), Exit.USAGE)
    if json:
        sys.stdout.write(to_json(checked) + "\n")
    else:
        for one in checked:
            print_checked(one, console())
    raise typer.Exit(Exit.STOPPED if any(one.blocked for one in checked) else Exit.DONE)


def _unit(value: str) -> str:
    from cunfang.money import UNITS

    if value not in UNITS:
        raise typer.BadParameter(f"金额单位应为 {'、'.join(UNITS)} 之一")
    return value


@app.command()
def template(
    feed: Annotated[str | None, typer.Argument(callback=_feed, help="哪项报送，如 pboc_credit")] = None,
    all_into: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help="把所有报送的表样写进这个文件夹")
    ] = None,
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    layout: Annotated[str, typer.Option(help="表样的名称；默认为常用的一种")] = "",
    unit: Annotated[str, typer.Option(callback=_unit, help="金额单位：元、万元、亿元")] = "元",
    register: Annotated[Path | None, typer.Option(help="金融机构名录文件，机构一列据此可选")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到哪个文件；默认按报送命名")] = None,
    force: Annotated[bool, typer.Option("--force", help="已有的文件也写")] = False,
) -> None:
    """按报送约定制作空白表样（Excel）：表头、格式、下拉选项、填报说明俱全，填好即可报送。"""
    from cunfang.cli.beside import InputError
    from cunfang.cli.template import Wanted, write_all, write_one

    wanted = Wanted(region or "", period, unit, register)
    if (feed is None) == (all_into is None):
        fail("请指明一项报送，或用 --all 文件夹 写出全部", Exit.USAGE)
    try:
        if all_into is not None:
            written = list(write_all(all_into, wanted, replace=force))
        else:
            written = [write_one(feed or "", layout, wanted, output, replace=force)]
    except InputError as error:
        fail(str(error), Exit.USAGE)
    for path in written:
        console().print(f"已写出 {path}", highlight=False, markup=False)


@app.command()
def explain(
    region: RegionOption,
    period: PeriodOption,
    institution: Annotated[str, typer.Option(help="机构代码或名称")],
    run: Annotated[int | None, typer.Option(help="考核批次；默认为最近公布的，没有则最近计算的")] = None,
    json: JsonOption = False,
) -> None:
    """说明一家银行的额度从何而来：得分、每项指标、每个数据所在的文件、工作表和单元格。"""
    from cunfang.cli.explain import ExplainError, explain_institution, print_explanation, to_json
    from cunfang.cli.warehouse import WarehouseError, warehouse_url

    try:
        with warehouse_url() as url:
            explanation = explain_institution(url, region, period, institution, run)
    except (ExplainError, WarehouseError) as error:
        fail(str(error), Exit.USAGE)
    if json:
        sys.stdout.write(to_json(explanation) + "\n")
    else:
        print_explanation(explanation, console())


@app.command()
def correction(
    region: RegionOption,
    period: PeriodOption,
    run: Annotated[int | None, typer.Option(help="更正后的考核批次；默认为最近的一个")] = None,
    json: JsonOption = False,
) -> None:
    """更正的影响：与现行结果相比，各行应存额度差多少元，差在哪些报送，下期补差还是另行下达。只读，不写任何东西。"""
    from cunfang.cli.correction import CorrectionError, load_correction, print_correction, to_json
    from cunfang.cli.warehouse import WarehouseError, warehouse_url

    try:
        with warehouse_url() as url:
            found = load_correction(url, region, period, run)
    except (CorrectionError, WarehouseError) as error:
        fail(str(error), Exit.USAGE)
    if json:
        sys.stdout.write(to_json(found) + "\n")
    else:
        print_correction(found, console())


@app.command()
def answer(
    region: RegionOption,
    period: PeriodOption,
    check: Annotated[str, typer.Option(help="校验编号，如 TXL-Q010")],
    reason: Annotated[str, typer.Option(help="理由")],
    by: Annotated[str, typer.Option(help="说明人的岗位")],
    feed: Annotated[str, typer.Option(help="所说明的报送，代码或名称；考核自身的发现（EVA、REC 开头）不写")] = "",
    institution: Annotated[str, typer.Option(help="只说明这一家机构")] = "",
    cell: Annotated[str, typer.Option(help="只说明这一格，如 C20")] = "",
    until: Annotated[
        Period | None, typer.Option(parser=parse_period, metavar="YYYY-Qn", help="有效期至；此前各期沿用这一理由")
    ] = None,
    attachment: Annotated[str, typer.Option(help="依据文件的名称")] = "",
    inbox: Annotated[Path | None, typer.Option(file_okay=False, help="收件箱；默认取自 CUNFANG_INBOX")] = None,
) -> None:
    """以说明答复一条质量或宏观发现：写成规范文件放入收件箱，与其他报送一样登记、校验、接受。"""
    from cunfang.cli.answer import Answer, AnswerError, write_answer

    given = Answer(region, period, check, reason, by, feed, institution, cell, until, attachment)
    try:
        path = write_answer(inbox or settings().inbox, given)
    except AnswerError as error:
        fail(str(error), Exit.USAGE)
    sys.stdout.write(f"{path}\n")


@app.command()
def migrate(
    revision: Annotated[str, typer.Option(help="目标版本；head 为最新")] = "head",
) -> None:
    """把数据仓库升级到最新结构（数据库地址取自 CUNFANG_WAREHOUSE_URL）。"""
    from cunfang.warehouse.migrate import upgrade

    url = settings().warehouse_url
    if not url:
        fail("没有设置 CUNFANG_WAREHOUSE_URL，不知道升级哪个数据库；见 .env.example", Exit.USAGE)
    upgrade(url, revision)
    Console(stderr=True).print("数据仓库已是最新结构")


def main() -> None:
    """Entry point of the command. A contract or rule book that cannot be taken is said line by line, without trace."""
    try:
        app()
    except ValueError as error:
        from cunfang.feeds.document import DocumentError

        if not isinstance(error, DocumentError):
            raise
        Console(stderr=True).print(f"[bold red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(Exit.USAGE)
