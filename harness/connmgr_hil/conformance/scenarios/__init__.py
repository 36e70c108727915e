"""All scenarios, by subject. Importing this package registers them."""

from . import (  # noqa: F401
    admission,
    at_once,
    automation,
    boot,
    bulk,
    bursts,
    control,
    delivery,
    idling,
    ignoring,
    implementing,
    monitoring,
    real,
    resending,
    settings,
    stock,
    timing,
    tour,
)
