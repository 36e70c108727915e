"""Jinja templates that are part of the package."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates(package: str, folder: str, *, html: bool = False) -> Environment:
    """Return the templates in a folder of a package. In HTML, every value is escaped."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=html,  # noqa: S701 - C, Python, TOML and Robot have no markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
