"""Texts of a device, which may hold anything, made fit to be shown."""


def visible(text: str) -> str:
    """Return a text with control characters made visible, written as hexadecimal escapes."""
    return "".join(
        character if character in "\n\t" or character.isprintable() else f"\\x{ord(character):02x}"
        for character in text
    )
