"""Every fault that a test lets the service or a verb show has its Chinese."""

from gisgrid import chinese, errors

UNSAID: list[str] = []
"""What was shown in English alone since the list was emptied."""


def listen() -> None:
    """Write down, from now on, each sentence of a fault that the catalogue does not know."""

    def in_chinese(english: str) -> str:
        found = chinese.in_chinese(english)
        if english and not found and english not in INVENTED:
            UNSAID.append(english)
        return found

    setattr(errors, "in_chinese", in_chinese)  # noqa: B010  # a function in the place of another


INVENTED = {"it is quite purple", "paint it purple"}
"""What tests say themselves."""
