"""Is a service well? `healthcheck.py URL` asks for an answer without error; with NAME the part of Airflow is looked up.

    healthcheck.py http://localhost:8974/health
    healthcheck.py http://api-server:8080/api/v2/monitor/health triggerer

Plain Python, as it runs every half minute in each container; `airflow jobs check` would cost seconds of CPU each time.
"""

from __future__ import annotations

import json
import sys
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

PATIENCE = 10.0


def main(arguments: list[str]) -> str:
    """What is wrong, or nothing."""
    address, *name = arguments
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=PATIENCE) as answer:
            page = answer.read()
    except (OSError, HTTPException) as error:
        return f"{address}: {error}"
    if not name:
        return ""
    status = (json.loads(page).get(name[0]) or {}).get("status")
    return "" if status == "healthy" else f"{name[0]}: {status}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
