"""Files that are part of the package: platform files, Robot suites and the Zephyr application.

A checkout keeps them beside the package's source folder, a wheel inside the package.
"""

from pathlib import Path

from connmgr_hil.vocabulary.errors import UsageError

_PACKAGE = Path(__file__).parent
_HOMES = (_PACKAGE / "data", _PACKAGE.parent.parent)


def platforms_dir() -> Path:
    """Return the folder with the platform files that come with this package.

    Raises `UsageError` when the installation is not whole.
    """
    return _find("platforms")


def zephyr_app_dir() -> Path:
    """Return the folder with the sources of the sample application and the probe.

    Raises `UsageError` when the installation is not whole.
    """
    return _find("zephyr_app")


def examples_dir() -> Path:
    """Return the folder with applications that are not ours and have the probe in their build.

    Raises `UsageError` when the installation is not whole.
    """
    return _find("examples")


def docs_dir() -> Path:
    """Return the folder with the documentation.

    Raises `UsageError` when the installation is not whole.
    """
    return _find("docs")


def _find(name: str) -> Path:
    for home in _HOMES:
        if (home / name).is_dir():
            return home / name
    raise UsageError(
        f"the folder '{name}' of connmgr-hil is missing",
        "not in " + " or ".join(str(home) for home in _HOMES),
        "install connmgr-hil again",
    )
