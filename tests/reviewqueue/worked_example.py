"""The worked example of expert review (SEMANTICS §6), computed anew with nothing of ours."""

from __future__ import annotations

import xxhash

APPROVED, REJECTED = 3, 6


def final_states(queue: str, item: str, slot: int = 1) -> dict[str, int]:
    """The final state of each of u0 … u99: approved, or rejected for good."""

    def is_drawn(stage: int, unit: int, rate: float) -> bool:
        said = b""
        for field in ("7", f"expert:{stage}", queue, item, slot, f"u{unit}", stage):
            text = str(field).encode()
            said += len(text).to_bytes(4, "big") + text
        return xxhash.xxh3_64_intdigest(said) < int(rate * 2**64)

    first = set(range(100))
    rejected = {u for u in first if u % 5 < 2}
    with_experts = {u for u in first if is_drawn(1, u, 0.1)}
    returned = rejected - with_experts

    rejected_again = {u for u in returned if u % 3 == 0}
    with_experts |= rejected_again
    with_experts |= {u for u in returned - rejected_again if is_drawn(2, u, 0.5)}
    refused = {u for u in with_experts if u % 2}
    return {f"u{u}": REJECTED if u in refused else APPROVED for u in first}
