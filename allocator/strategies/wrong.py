"""What strategies refuse: a field that breaks its rule, in words for who asked."""

from __future__ import annotations


class WrongInputError(ValueError):
    """A field breaks its rule; `str` of this says what would be right.

    `name` is the field, of a list "people[2]", counted from 0.
    """

    def __init__(self, name: str, right: str) -> None:
        super().__init__(right)
        self.name = name
