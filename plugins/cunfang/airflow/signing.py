"""Who may sign: the auth manager of production, which knows an approval's respondents by user name."""

from __future__ import annotations

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class SigningAuthManager(FabAuthManager):
    """FAB's, with one change. `SignOff` names the approver of a region's file by user name, as policy must not hang on
    the number a database happened to give a user; FAB compares with that number and so refuses everybody (S26).
    """

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: object) -> bool:
        """Whether `user` is one of those asked; an administrator who is not asked may not sign either."""
        return str(getattr(user, "username", "")) in assigned_users
