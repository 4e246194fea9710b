"""How hard the properties are tried: each example is a batch of counties, so few examples are many cases."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, Verbosity, settings

PROPERTY = settings(
    max_examples=10,
    deadline=None,
    verbosity=Verbosity.quiet,
    # A failing batch names its county; shrinking would evaluate thousands of batches to say it shorter.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
