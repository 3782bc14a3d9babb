"""Word lists written as one line of text."""


def listed(text: str, separator: str | None = None) -> list[str]:
    """The words of the line, split at white space or at the separator."""
    return text.split(separator)
