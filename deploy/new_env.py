"""Write .env beside docker-compose.yml from .env.example, with fresh secrets; a .env that exists is left alone.

python3 deploy/new_env.py    (standard library alone, so that it runs on a host that has nothing but Docker)
"""

from __future__ import annotations

import os
import secrets
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]


def secret(name: str) -> str:
    """A fresh value for a name that says it is secret, else nothing."""
    if name == "AIRFLOW_FERNET_KEY":
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if name.endswith("_SECRET"):
        # Airflow signs with SHA-512 and asks for 64 bytes at least.
        return secrets.token_hex(40)
    return secrets.token_hex(24) if name.endswith("_PASSWORD") else ""


def filled(example: str) -> tuple[str, list[str]]:
    """The example with its secrets made, and the names that are still empty."""
    lines, empty = [], []
    for line in example.splitlines():
        name, sign, value = line.partition("=")
        if sign and not value and not line.startswith("#"):
            made = secret(name)
            lines.append(f"{name}={made}")
            if not made:
                empty.append(name)
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", empty


def main(home: Path = HOME) -> int:
    """Write it, readable by its owner alone, and say what is left to do."""
    target = home / ".env"
    content, empty = filled((home / ".env.example").read_text(encoding="utf-8"))
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{target} exists; remove it first if its secrets may be lost")
        return 1
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    print(f"{target}: secrets made. Fill in: {', '.join(empty)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
