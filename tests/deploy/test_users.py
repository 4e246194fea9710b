"""Users and signing on the real FAB auth manager, its tables on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from cunfang.airflow.users import ROLES, wanted
from cunfang.region import load_region
from cunfang.warehouse.embedded import create_database

SETTINGS = {
    "AIRFLOW__CORE__AUTH_MANAGER": "cunfang.airflow.signing.SigningAuthManager",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__API__SECRET_KEY": "0" * 64,
    "AIRFLOW__API_AUTH__JWT_SECRET": "0" * 64,
}
PASSWORDS = {f"{name.upper()}_PASSWORD": f"first-{name}" for name in ROLES}
QUESTION = """
from types import SimpleNamespace
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow.providers.fab.auth_manager.models import User
from cunfang.airflow.signing import SigningAuthManager
asked, signer, other = {"leading_group"}, User(id=3, username="leading_group"), User(id=1, username="engineer")
def may(kind, user):
    return kind.is_authorized_hitl_task(SimpleNamespace(), assigned_users=asked, user=user)
print(may(SigningAuthManager, signer), may(SigningAuthManager, other), may(FabAuthManager, signer))
"""


@pytest.fixture(scope="module")
def metadata(postgres: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of `init-airflow`, over a metadata database that `airflow db migrate` has just made."""
    database = create_database(postgres, "airflow_users")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        **SETTINGS,
        **PASSWORDS,
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
    }
    run(environment, "-m", "airflow", "db", "migrate")
    yield environment
    admin = create_engine(
        database.replace("/airflow_users", "/postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE airflow_users WITH (FORCE)"))


def run(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, *words], env=dict(environment), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_given_no_users_when_they_are_made_twice_then_each_is_there_once_with_its_roles(
    metadata: dict[str, str],
) -> None:
    first = run(metadata, "-m", "cunfang.airflow.users")
    with create_engine(metadata["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], poolclass=NullPool).connect() as connection:
        passwords = connection.execute(text("SELECT username, password FROM ab_user ORDER BY 1")).all()
        changed = {**metadata, "ENGINEER_PASSWORD": "another"}
        second = run(changed, "-m", "cunfang.airflow.users")
        connection.rollback()
        assert connection.execute(text("SELECT username, password FROM ab_user ORDER BY 1")).all() == passwords
        roles = connection.execute(
            text("""
                SELECT u.username, r.name FROM ab_user AS u
                JOIN ab_user_role AS j ON u.id = j.user_id JOIN ab_role AS r ON j.role_id = r.id
            """)
        ).all()
        allowed = connection.execute(
            text("""
                SELECT p.name, v.name FROM ab_role AS r
                JOIN ab_permission_view_role AS j ON r.id = j.role_id
                JOIN ab_permission_view AS pv ON j.permission_view_id = pv.id
                JOIN ab_permission AS p ON pv.permission_id = p.id JOIN ab_view_menu AS v ON pv.view_menu_id = v.id
                WHERE r.name = 'Signer' AND p.name = 'can_edit'
            """)
        ).all()
    assert "新建用户：engineer、finance_office、leading_group、finance_bureau" in first
    assert "新建用户：无" in second
    assert {tuple(row) for row in roles} == {(name, role) for name, names in ROLES.items() for role in names}
    assert {tuple(row) for row in allowed} == {("can_edit", "HITL Detail"), ("can_edit", "DAG:sign")}


def test_given_an_approval_then_the_named_user_may_sign_and_fab_alone_would_refuse_everybody(
    metadata: dict[str, str],
) -> None:
    assert run(metadata, "-c", QUESTION).splitlines()[-1] == "True False False"


def test_given_the_sample_region_then_those_who_sign_are_users_that_may() -> None:
    users = {user.name: user for user in wanted(PASSWORDS)}
    asked = [name for step in load_region("420922").sign_offs for name in step.by]
    assert asked == ["finance_office", "leading_group", "finance_bureau"]
    assert all("Signer" in users[name].roles for name in asked)


def test_given_a_password_is_missing_then_no_user_is_made_without_one() -> None:
    with pytest.raises(KeyError, match="LEADING_GROUP_PASSWORD"):
        wanted({name: value for name, value in PASSWORDS.items() if not name.startswith("LEADING")})
