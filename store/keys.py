"""The keys Python itself needs; everything else is built in Lua from the prefix.

Each key of a project has its sentence in `functions/shared/10_keys.lua`. Nobody builds a key string
anywhere else, and no byte of a client ever enters one (reliability.md R17).
"""


def header(project: int) -> str:
    """HASH epoch, state, seq, chain, durable, clock, ticked, wall, lag_limit of the live state."""
    return f"dibs:{{{project}}}:header"


def prefix(project: int, epoch: int) -> str:
    """What every key of one epoch of a project begins with."""
    return f"dibs:{{{project}}}:{epoch}:"


def log(project: int, epoch: int) -> str:
    """STREAM of events by id `<epoch>-<seq>`: fields c, the chain, and p, the payload."""
    return f"{prefix(project, epoch)}log"


def totals(project: int, epoch: int) -> str:
    """HASH entries, items, settings_seq, fast: counters of the whole project."""
    return f"{prefix(project, epoch)}totals"


def scratch(project: int) -> str:
    """STRING: number of the one scratch state that is being built; others are leftovers."""
    return f"dibs:{{{project}}}:scratch"


def scratch_header(project: int) -> str:
    """Never there: what is built beside the live state is never opened."""
    return f"{scratch(project)}:header"


def scratch_prefix(project: int, number: int) -> str:
    """What every key of a scratch state begins with."""
    return f"{scratch(project)}:{number}:"
