"""Who reads which digit as which: mistakes that people make, the same in every run.

What somebody says of an image follows from who they are, which image it is and
how often they have looked at it, and from nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

SEED: Final = 7
TAKEN_FOR: Final[Mapping[str, str]] = {
    "0": "6",
    "1": "74",
    "2": "71",
    "3": "85",
    "4": "9",
    "5": "36",
    "6": "05",
    "7": "12",
    "8": "319",
    "9": "48",
}
"""What each digit looks like to who does not look well."""
HARD: Final[Mapping[str, float]] = {"1": 1.2, "3": 1.3, "8": 2.0, "9": 1.7}
EASY: Final = 0.7
"""How much likelier than the person's rate a mistake is; what is not named is easy."""
STUBBORN: Final = 0.4
"""How often somebody who was wrong says the same again."""
OVERLOOKS: Final = 0.05
"""How often a reviewer takes the wrong for right, or the right for wrong."""
EXPERT_OVERLOOKS: Final = 0.01


def read(person: str, image: str, truth: str, rate: float) -> str:
    """The label that somebody gives an image at first sight; `rate`: of their mistakes."""
    fate = random.Random(f"{SEED} reads {person} {image}")
    wrong = fate.random() < min(1.0, rate * HARD.get(truth, EASY))
    return fate.choice(TAKEN_FOR[truth]) if wrong else truth


def read_again(person: str, image: str, truth: str, before: str, look: int) -> str:
    """The label that they give it at the second look, or a later one."""
    fate = random.Random(f"{SEED} reads again {person} {image} {look}")
    return before if fate.random() < STUBBORN else truth


def seems_right(image: str, label: str, truth: str, look: int, *, expert: bool) -> bool:
    """What whoever knows the truth says of a label, whoever it is."""
    fate = random.Random(f"{SEED} checks {image} {look} {expert}")
    overlooked = fate.random() < (EXPERT_OVERLOOKS if expert else OVERLOOKS)
    return (label == truth) != overlooked
