"""Measurements against peers and against the floor, side by side in one run. `make bench` writes bench/report.md."""
