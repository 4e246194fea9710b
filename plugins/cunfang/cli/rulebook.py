"""`cunfang rulebook`: rule books listed, judged, shown whole and compared, for an office without a programmer."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cunfang.cli.options import Exit, JsonOption, OptionalPeriod, OptionalRegion, console, fail

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="考核办法：列出、检查、查看全文、比较、用算例核对。Rule books: list, lint, show, compare, test.",
)

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="考核办法代码，如 hefei-2012")]


class Lang(StrEnum):
    """In which language findings are said."""

    ZH = "zh"
    EN = "en"


@app.command(name="list")
def list_(json: JsonOption = False) -> None:
    """列出手头的考核办法：代码、名称、有效期、上级办法、适用地区。"""
    from cunfang.cli.rulebook_tables import listed, listing_json, print_listing

    found = listed()
    if json:
        sys.stdout.write(listing_json(found) + "\n")
    else:
        print_listing(found, console())


@app.command()
def lint(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="考核办法代码，可以多个")] = None,
    everything: Annotated[bool, typer.Option("--all", help="检查手头的每一份")] = False,
    lang: Annotated[Lang, typer.Option(help="提示用中文（zh）还是英文（en）")] = Lang.ZH,
    banks: Annotated[int | None, typer.Option(min=1, help="参加的银行有几家：据以检查名次、上限")] = None,
    region: OptionalRegion = None,
    period: OptionalPeriod = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不列提示（note），只列错误和警告")] = False,
    json: JsonOption = False,
) -> None:
    """检查考核办法：权重、分档、数据来源、原文矛盾、没有写明的规则。0 没有错误（可有警告），1 有错误，2 用法有误。

    给出 --region 和 --period，另用那一期最近一次考核的数据检查上限是否低于不调整存量；默认不读任何数据。
    """
    from cunfang.cli.rulebook_tables import KnownError, known_of, lint_json, print_lint
    from cunfang.rulebook.inherit import codes_on_hand
    from cunfang.rulebook.lint import lint as judge

    if everything == bool(codes):
        fail("请写明考核办法代码，或用 --all 检查每一份；有哪些见 cunfang rulebook list", Exit.USAGE)
    if (region is None) != (period is None):
        fail("--region 与 --period 须一起写", Exit.USAGE)
    try:
        known = known_of(region, period, banks)
    except KnownError as error:
        fail(escape(str(error)), Exit.USAGE)
    found = {code: judge(code, known=known) for code in (codes_on_hand() if everything else codes or [])}
    shown = {code: [flaw for flaw in flaws if not (quiet and flaw.level == "note")] for code, flaws in found.items()}
    if json:
        sys.stdout.write(lint_json(shown) + "\n")
    else:
        print_lint(shown, lang.value, console())
    raise typer.Exit(1 if any(flaw.level == "error" for flaws in found.values() for flaw in flaws) else 0)


@app.command()
def show(
    code: CodeArgument,
    json: JsonOption = False,
    yaml: Annotated[bool, typer.Option("--yaml", help="输出不带上级办法的一份完整 YAML")] = False,
) -> None:
    """查看全文：继承来的都在内，每个值附条款、出处（原文、推算、我方）和来自哪一份办法的哪一行。"""
    from cunfang.cli.rulebook_tables import print_parts, show_json
    from cunfang.rulebook import RulebookError
    from cunfang.rulebook.show import as_yaml, parts, resolved

    try:
        book = resolved(code)
    except RulebookError as error:
        fail(escape(str(error)), Exit.USAGE)
    if yaml:
        sys.stdout.write(as_yaml(book))
    elif json:
        sys.stdout.write(show_json(book) + "\n")
    else:
        print_parts(book, parts(book), console())


@app.command()
def diff(
    code: CodeArgument,
    other: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="与哪一份比；默认与上级办法")] = None,
    json: JsonOption = False,
) -> None:
    """比较：CODE 比 OTHER（默认为上级办法）增加、改动、去掉了什么，附两边的条款。"""
    from cunfang.cli.rulebook_tables import diff_json, print_changes
    from cunfang.rulebook import RulebookError
    from cunfang.rulebook.show import changes, resolved

    try:
        after = resolved(code)
        named = other or (after.descent[1].book if len(after.descent) > 1 else None)
        if named is None:
            fail(f"{code} 没有上级办法，请写明与哪一份比", Exit.USAGE)
        before = resolved(named)
    except RulebookError as error:
        fail(escape(str(error)), Exit.USAGE)
    found = changes(before, after)
    if json:
        sys.stdout.write(diff_json(before, after, found) + "\n")
    else:
        print_changes(before, after, found, console())


@app.command()
def test(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="考核办法代码，可以多个")] = None,
    everything: Annotated[bool, typer.Option("--all", help="手头每一份办法的算例")] = False,
    json: JsonOption = False,
) -> None:
    """用算例核对：把 situations/ 下每个算例的输入放进一次性的数据库里考核，与手算的得分、比例、金额逐格相比。

    0 都相符，1 有不符或读不通的（逐格列出应为多少、算得多少），2 用法有误。不留任何东西。
    """
    from cunfang.cli.situations import print_tried, to_json, try_all
    from cunfang.rulebook import rulebook_codes
    from cunfang.simulation.read import situation_paths

    known = rulebook_codes()
    if everything == bool(codes):
        fail("请写明考核办法代码，或用 --all 核对每一份；有哪些见 cunfang rulebook list", Exit.USAGE)
    if unknown := [code for code in codes or [] if code not in known]:
        fail(escape(f"没有可用的考核办法 {'、'.join(unknown)}；有哪些见 cunfang rulebook list"), Exit.USAGE)
    asked = known if everything else list(dict.fromkeys(codes or []))
    with Console(stderr=True).status("") as status:
        tried = try_all(asked, status.update)
    if json:
        sys.stdout.write(to_json(tried) + "\n")
    else:
        print_tried(tried, [code for code in asked if not situation_paths(code)], console())
    raise typer.Exit(0 if all(one.holds for one in tried) else 1)


@app.command()
def page(
    code: CodeArgument,
    out: Annotated[Path | None, typer.Option(help="写到哪个文件；默认为当前文件夹的 <CODE>.html，- 为标准输出")] = None,
) -> None:
    """生成可公布的网页：每个指标的分值、取数、公式、数据来源和条款，参加、分配与预警的规定；公布的就是计算所用的。"""
    from cunfang.documents.policy import rulebook_page
    from cunfang.rulebook import RulebookError, read_rulebook

    try:
        text = rulebook_page(read_rulebook(code))
    except RulebookError as error:
        fail(escape(str(error)), Exit.USAGE)
    if out is not None and str(out) == "-":
        sys.stdout.write(text)
        return
    target = out or Path(f"{code}.html")
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(escape(f"{target} 写不进去：{error.strerror}"), Exit.USAGE)
    console().print(f"已写入 {escape(str(target))}，可用浏览器打开或打印", highlight=False)
