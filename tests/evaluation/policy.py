"""Rule books for tests: the smallest that say something, and the shipped ones with another allocation."""

from __future__ import annotations

from typing import Any

from cunfang.rulebook import Rulebook, read_rulebook


def parameter(value: object) -> dict[str, object]:
    """A value with the clause that every parameter must have."""
    return {"value": value, "clause": "测试"}


def leaf(name: str, weight: str, measure: str, method: str = "share_of_total", missing: str = "zero") -> dict[str, Any]:
    """An indicator read from the `indicators` feed."""
    return {
        "name": name,
        "weight": parameter(weight),
        "measure": measure,
        "family": "indicators",
        "basis": "stock",
        "method": method,
        "missing": missing,
    }


ONE = {"size": leaf("规模", "100", "size")}
THREE = {
    "size": leaf("规模", "50", "size"),
    "growth": leaf("增量", "30", "growth", missing="mean"),
    "rate": leaf("及时率", "20", "rate", method="rate", missing="mean"),
}


def policy(
    indicators: dict[str, Any],
    *,
    unit: str = "10000",
    min_leg: str = "100000",
    cap: str | None = None,
    quota: str = "stock",
) -> Rulebook:
    """A rule book with these indicators; `unit` and `min_leg` in yuan, `cap` as a share of T."""
    allocation = {"scheme": "proportional", "quota_mode": quota, "rounding_unit": unit, "min_leg": min_leg}
    if cap is not None:
        allocation["concentration_cap"] = cap
    return Rulebook.model_validate(
        {
            "code": "test",
            "name": "测试办法",
            "document": "测试",
            "effective_from": "2009-01-01",
            "full_scale": parameter("100"),
            "requires": parameter(["institutions", "accounts", "balances"]),
            "indicators": indicators,
            "allocation": {key: parameter(value) for key, value in allocation.items()},
            "participation": {"disqualification_years": parameter(3), "policy_banks": parameter("held")},
            "warnings": {},
        }
    )


def sharing(rulebook: Rulebook, **allocation: object) -> Rulebook:
    """A rule book with other values for some parameters of its allocation."""
    content = rulebook.model_dump(by_alias=True)
    content["allocation"] |= {key: parameter(value) for key, value in allocation.items()}
    return Rulebook.model_validate(content)


def shipped(code: str, **allocation: str) -> Rulebook:
    """A shipped rule book, with other values for some parameters of its allocation."""
    return sharing(read_rulebook(code), **allocation)
