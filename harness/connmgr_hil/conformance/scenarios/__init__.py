"""All scenarios, by subject. Importing this package registers them."""

from . import (  # noqa: F401
    automation,
    boot,
    bulk,
    bursts,
    control,
    delivery,
    ignoring,
    monitoring,
    resending,
    settings,
    timing,
)
