"""docker-compose.yml: what must hold of it beyond the schema that `make lint` checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

Services = Mapping[str, Mapping[str, Any]]
OURS = {
    *("init-airflow", "init-warehouse", "api-server", "scheduler"),
    *("dag-processor", "triggerer", "worker"),
}
SECRET = re.compile(r"PASSWORD|SECRET|FERNET_KEY|CONN$|_URL$|BACKEND$")
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z_]+)(?P<rule>:[-?])?")


def ends(service: Mapping[str, Any]) -> bool:
    """Whether it does its work and ends."""
    return str(service["restart"]) == "no"


def waited_for(services: Services) -> dict[tuple[str, str], str]:
    """(service, what it waits for) → until when."""
    return {
        (name, other): facts["condition"]
        for name, service in services.items()
        for other, facts in service.get("depends_on", {}).items()
    }


def knows(service: Mapping[str, Any], word: str) -> bool:
    return any(word in f"{name}={value}" for name, value in service.get("environment", {}).items())


def test_given_a_service_that_stays_then_it_is_watched_and_restarted(services: Services) -> None:
    staying = {name: service for name, service in services.items() if not ends(service)}
    assert set(services) - set(staying) == {"init-airflow", "init-warehouse", "init-logins"}
    for name, service in staying.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_given_a_dependency_then_it_waits_for_health_or_for_the_end(services: Services) -> None:
    waits = waited_for(services)
    assert len(waits) >= 12
    for (name, other), condition in waits.items():
        expected = "service_completed_successfully" if ends(services[other]) else "service_healthy"
        assert condition == expected, f"{name} → {other}"


def test_given_tasks_then_none_starts_before_api_server_and_warehouse_are_ready(services: Services) -> None:
    waits = waited_for(services)
    assert {other for name, other in waits if name == "worker"} >= {"api-server", "redis", "init-logins"}
    assert ("scheduler", "api-server") in waits


def test_given_our_image_then_every_service_of_it_is_without_privileges(services: Services) -> None:
    assert {name for name, service in services.items() if service["image"].startswith("cunfang:")} == OURS
    for name in OURS:
        service = services[name]
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service and "user" not in service, name


def test_given_airflow_services_then_all_share_one_secret_and_one_api_address(services: Services) -> None:
    airflow = [services[name] for name in OURS - {"init-warehouse"}]
    for name in ("API_AUTH__JWT_SECRET", "CORE__EXECUTION_API_SERVER_URL", "CORE__AUTH_MANAGER", "CORE__EXECUTOR"):
        assert len({service["environment"][f"AIRFLOW__{name}"] for service in airflow}) == 1, name
    assert services["worker"]["environment"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].endswith("/execution/")


@pytest.mark.parametrize(
    ("what", "who"),
    [
        ("WAREHOUSE_OWNER_PASSWORD", {"postgres-warehouse", "init-warehouse", "init-logins"}),
        ("WAREHOUSE_PIPELINE_PASSWORD", {"init-logins", "triggerer", "worker"}),
        ("WAREHOUSE_BI_PASSWORD", {"init-logins"}),
        ("WAREHOUSE_ADMIN_PASSWORD", {"postgres-warehouse"}),
        (
            "AIRFLOW_DB_PASSWORD",
            {"postgres-airflow", "init-airflow", "api-server", "scheduler", "dag-processor", "triggerer"},
        ),
        ("REDIS_PASSWORD", {"redis", "scheduler", "worker"}),
        ("CUNFANG_SMTP_URL", {"worker"}),
        ("LEADING_GROUP_PASSWORD", {"init-airflow"}),
        ("FINANCE_BUREAU_PASSWORD", {"init-airflow"}),
        ("CUNFANG_LOOK_SECONDS", {"triggerer"}),
    ],
)
def test_given_a_secret_then_only_those_who_use_it_are_told(services: Services, what: str, who: set[str]) -> None:
    assert {name for name, service in services.items() if knows(service, what)} == who


def test_given_who_speaks_to_whom_then_networks_join_them_and_hide_the_rest(
    compose: Mapping[str, Any], services: Services
) -> None:
    assert compose["networks"]["airflow"]["internal"] is True
    for name, service in services.items():
        text = f"{service.get('environment')} {service.get('healthcheck')}"
        for other in services:
            if f"@{other}:" in text or f"//{other}:" in text:
                assert set(service["networks"]) & set(services[other]["networks"]), f"{name} → {other}"
    published = {name for name, service in services.items() if "ports" in service}
    assert published == {"api-server", "postgres-warehouse", "mailpit"}


def test_given_the_inbox_then_nobody_can_write_to_it(services: Services) -> None:
    mounts = {name: [v for v in s.get("volumes", []) if "/srv/cunfang/inbox" in v] for name, s in services.items()}
    assert {name for name, found in mounts.items() if found} == {"triggerer", "worker"}
    assert all(mount.endswith(":ro") for found in mounts.values() for mount in found)


def test_given_postgresql_18_then_its_volume_holds_the_data(services: Services) -> None:
    for name in ("postgres-airflow", "postgres-warehouse"):
        assert services[name]["image"].startswith("postgres:18")
        assert any(mount.endswith(":/var/lib/postgresql") for mount in services[name]["volumes"]), name


def test_given_a_trial_then_only_the_mail_catcher_is_added(services: Services) -> None:
    assert {name: s["profiles"] for name, s in services.items() if "profiles" in s} == {"mailpit": ["trial"]}


def test_given_mounted_files_and_scripts_then_they_exist(services: Services, home: Path) -> None:
    named = set(re.findall(r"(?:\./|/opt/cunfang/)(deploy/[\w./-]+)", str(services)))
    assert {"deploy/healthcheck.py", "deploy/warehouse/owner.sql", "deploy/warehouse/logins.sql"} == named
    for path in named:
        assert (home / path).is_file(), path


def test_given_environments_then_no_secret_is_written_out_or_has_a_default(services: Services) -> None:
    seen = 0
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key) and not key.endswith(("BASE_URL", "EXECUTION_API_SERVER_URL")):
                rules = {match["rule"] for match in VARIABLE.finditer(str(value))}
                assert rules == {":?"}, f"{name}: {key}"
                seen += 1
    assert seen > 20
