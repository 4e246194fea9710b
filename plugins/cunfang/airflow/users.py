"""`python -m cunfang.airflow.users`: the users and the signing role of production, in FAB's tables. Safe to repeat."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cunfang.airflow.environment import USERS

SIGNER = "Signer"
PERMISSIONS = (
    ("can_read", "HITL Detail"),
    ("can_edit", "HITL Detail"),
    ("menu_access", "HITL Detail"),
    # Airflow asks for the right to edit the DAG behind an approval as well.
    ("can_read", "DAG:sign"),
    ("can_edit", "DAG:sign"),
)
ROLES: Mapping[str, tuple[str, ...]] = {
    "engineer": ("Admin",),
    "finance_office": ("Op", SIGNER),
    "leading_group": ("Viewer", SIGNER),
    "finance_bureau": ("Viewer", SIGNER),
}


@dataclass(frozen=True)
class User:
    """Somebody who logs in under the name of a role. The password counts only when the user is made."""

    name: str
    roles: tuple[str, ...]
    password: str


def wanted(environment: Mapping[str, str]) -> list[User]:
    """The users with their first passwords, `ENGINEER_PASSWORD` and so on. Raises KeyError for one that is missing."""
    return [User(name, ROLES[name], environment[f"{name.upper()}_PASSWORD"]) for name in USERS]


def ensure(manager: Any, users: list[User]) -> list[str]:
    """Make the signing role and the users that are not there; names of those made. `manager`: FAB's security manager.

    Raises RuntimeError where FAB refuses one.
    """
    manager.sync_roles()
    role = manager.add_role(SIGNER)
    for action, resource in PERMISSIONS:
        manager.add_permission_to_role(role, manager.create_permission(action, resource))
    made = []
    for user in users:
        if manager.find_user(user.name):
            continue
        roles = [manager.find_role(name) for name in user.roles]
        address = f"{user.name}@cunfang.invalid"
        if not manager.add_user(user.name, user.name, "cunfang", address, roles, user.password):
            raise RuntimeError(f"用户 {user.name} 没有建成，原因见上面的日志")
        made.append(user.name)
    return made


def main() -> None:
    """Entry point: passwords from the environment."""
    users = wanted(os.environ)
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        made = ensure(builder.sm, users)
    sys.stdout.write(f"新建用户：{'、'.join(made) or '无'}\n")


if __name__ == "__main__":
    main()
