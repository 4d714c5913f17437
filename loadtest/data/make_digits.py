"""Writes digits.jsonl: `python make_digits.py > digits.jsonl`.

Needs scikit-learn, which ships the data set; the project does not depend on
it. Deterministic: the data set's order, one line an item.
"""

import json
import sys

from sklearn.datasets import load_digits

GREYS = "0123456789abcdefg"


def lines() -> list[str]:
    """One item a digit; `pixels` has a character for each of the 64 pixels."""
    digits = load_digits()
    return [
        json.dumps(
            {
                "external_id": f"digit-{number:04}",
                "weight": 1,
                "classes": ["digit"],
                "required_skills": [],
                "attributes": {
                    "label": str(label),
                    "pixels": "".join(GREYS[int(grey)] for grey in image),
                },
            },
            separators=(",", ":"),
        )
        for number, (image, label) in enumerate(zip(digits.data, digits.target, strict=True), 1)
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
