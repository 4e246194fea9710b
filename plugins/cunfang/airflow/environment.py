"""What every Airflow process of the local stack is told, as environment variables. Pure: values in, mapping out."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cunfang.airflow.processes import MARK

USERS: Mapping[str, str] = {"engineer": "admin", "finance_office": "op", "leading_group": "op", "finance_bureau": "op"}
"""User of Airflow's page → role. Names of roles, never of people."""

_TUNING = {
    "CORE__EXECUTOR": "LocalExecutor",
    "CORE__MP_START_METHOD": "fork",
    "CORE__LOAD_EXAMPLES": "False",
    "CORE__LAZY_LOAD_PLUGINS": "False",
    "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    # What a killed scheduler or task leaves behind is taken up in a minute or two instead of five to ten: looking is
    # one query, and a living task is heard every five seconds.
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
    "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
    "DAG_PROCESSOR__PARSING_PROCESSES": "2",
    "WORKERS__EXECUTION_API_TIMEOUT": "60",
    "API__EXPOSE_CONFIG": "False",
    "LOGGING__COLORED_CONSOLE_LOG": "False",
    "USAGE_DATA_COLLECTION__ENABLED": "False",
}

_PLAIN = {
    "GX_ANALYTICS_ENABLED": "False",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
    "NO_PROXY": "localhost,127.0.0.1",
    "no_proxy": "localhost,127.0.0.1",
}


@dataclass(frozen=True)
class Secrets:
    """Made once for a `var` folder and kept there, readable by its owner alone; never in the repository."""

    jwt: str
    fernet: str
    session: str
    mark: str
    passwords: Mapping[str, str]


@dataclass(frozen=True)
class Addresses:
    """What the components of one running stack answer on. Ports are on loopback."""

    api_port: int
    mail_port: int
    metadata_url: str
    warehouse_url: str

    @property
    def api_url(self) -> str:
        """Airflow's page."""
        return f"http://localhost:{self.api_port}"


def load_secrets(var: Path) -> Secrets:
    """Read `var/secrets.json`, made when missing (mode 0600); a user that it does not know yet gets a password."""
    path = var / "secrets.json"
    if not path.exists():
        made = Secrets(
            jwt=secrets.token_urlsafe(48),
            fernet=urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            session=secrets.token_urlsafe(32),
            mark=secrets.token_hex(16),
            passwords={},
        )
        write_private(path, json.dumps(asdict(made), indent=1))
    kept = Secrets(**json.loads(path.read_text(encoding="utf-8")))
    lacking = [user for user in USERS if user not in kept.passwords]
    if lacking:
        kept = replace(kept, passwords={**kept.passwords, **{user: secrets.token_urlsafe(12) for user in lacking}})
        write_private(path, json.dumps(asdict(kept), indent=1))
    return kept


def write_private(path: Path, content: str) -> None:
    """Write for the owner's eyes only, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)


def password_file(var: Path) -> Path:
    """Where Airflow's simple auth manager reads user → password."""
    return var / "airflow" / "passwords.json"


def environment(
    *,
    var: Path,
    dags: Path,
    plugins: Path,
    inbox: Path,
    parallelism: int,
    addresses: Addresses,
    keys: Secrets,
    inherited: Mapping[str, str],
) -> dict[str, str]:
    """The environment of every component: what the caller has, without foreign Airflow settings, and ours over it."""
    keep = {name: value for name, value in inherited.items() if not name.startswith(("AIRFLOW__", "AIRFLOW_HOME"))}
    keep.pop("PYTHONDONTWRITEBYTECODE", None)
    path = os.pathsep.join(part for part in (str(plugins), keep.get("PYTHONPATH", "")) if part)
    settings = _TUNING | {
        "CORE__DAGS_FOLDER": str(dags),
        "CORE__PLUGINS_FOLDER": str(plugins),
        "CORE__PARALLELISM": str(parallelism),
        "CORE__FERNET_KEY": keys.fernet,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{addresses.api_port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(var)),
        "DATABASE__SQL_ALCHEMY_CONN": addresses.metadata_url,
        "API__BASE_URL": addresses.api_url,
        "API__SECRET_KEY": keys.session,
        "API_AUTH__JWT_SECRET": keys.jwt,
    }
    return (
        keep
        | _PLAIN
        | {
            "AIRFLOW_HOME": str(var / "airflow"),
            "PYTHONPATH": path,
            "CUNFANG_WAREHOUSE_URL": addresses.warehouse_url,
            "CUNFANG_INBOX": str(inbox),
            "CUNFANG_VAR": str(var),
            "CUNFANG_SMTP_URL": f"smtp://localhost:{addresses.mail_port}",
            "CUNFANG_LOOK_SECONDS": "2",
            MARK: keys.mark,
        }
        | {f"AIRFLOW__{name}": value for name, value in settings.items()}
    )
