"""A region is data: roles and addresses, the tax arrangement of the day, who gets how much (S25, S26)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cunfang.region import Banks, Level, Region, RegionError, Topic, load_region


def test_the_sample_county_names_roles_that_cannot_be_written_to_by_mistake() -> None:
    region = load_region("420922")

    addresses = [item.address for item in (*region.recipients, *region.providers)]
    assert region.name == "大悟县" and region.sample
    assert {user for step in region.sign_offs for user in step.by} == {item.user for item in region.recipients} - {""}
    assert addresses and all(address.endswith((".example", ".invalid")) for address in addresses)
    assert {topic for item in region.recipients for topic in item.topics} == set(Topic)


def test_a_region_without_a_file_is_empty_and_named_by_its_code(tmp_path: Path) -> None:
    region = load_region("130100", tmp_path)

    assert (region.name, region.sample, region.recipients) == ("130100", False, ())
    assert region.tax_feeds(date(2025, 12, 31)) == ()


def test_the_tax_arrangement_is_that_of_the_day() -> None:
    region = Region.model_validate(
        {
            "code": "420922",
            "name": "某县",
            "tax_arrangement": [
                {"since": "2018-07-20", "feeds": ["tax"]},
                {"since": "1994-09-01", "feeds": ["tax_national", "tax_local"]},
            ],
        }
    )

    assert region.tax_feeds(date(2018, 7, 19)) == ("tax_national", "tax_local")
    assert region.tax_feeds(date(2018, 7, 20)) == ("tax",)
    assert region.tax_feeds(date(1990, 1, 1)) == ()


def test_an_address_outside_the_internal_domains_defaults_to_a_notice() -> None:
    region = Region.model_validate(
        {
            "code": "420922",
            "name": "某县",
            "internal_domains": ["gov.example"],
            "recipients": [
                {"role": "内", "address": "a@gov.example"},
                {"role": "外", "address": "a@elsewhere.example"},
                {"role": "外，另有约定", "address": "b@elsewhere.example", "level": "summary"},
            ],
        }
    )

    assert [item.level for item in region.recipients] == [Level.FULL, Level.NOTICE, Level.SUMMARY]


@pytest.mark.parametrize("code", ["ICBC", "A.B-1"])
def test_a_bank_is_found_by_the_pattern(code: str) -> None:
    assert Banks(pattern="{institution}@banks.example").address(code) == f"{code.lower()}@banks.example"


@pytest.mark.parametrize("code", ["农行", "a@b", "x\r\nBcc: y", ""])
def test_a_code_that_cannot_stand_in_an_address_has_no_mailbox(code: str) -> None:
    assert Banks(pattern="{institution}@banks.example").address(code) is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("code: '420922'\nname: 甲\nrecipient: []\n", "recipient"),
        ("code: '420922'\nname: 甲\nrecipients: [{role: 乙, address: '乙@x.example'}]\n", "邮箱地址"),
        ("code: '420000'\nname: 甲\n", "文件名"),
        ("code: [\n", "YAML"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_its_fault(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "420922.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(RegionError, match=fault):
        load_region("420922", tmp_path)


def test_a_code_is_six_digits(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="六位数字"):
        load_region("../etc", tmp_path)
