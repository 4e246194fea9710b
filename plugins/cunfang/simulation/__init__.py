"""Simulation (测算): a rule book tried on a described county or on other terms; nothing of it is kept."""
