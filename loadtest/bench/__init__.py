"""`make bench`: what dibs does on this machine, by the ids of PERFORMANCE.md.

A module `b<number>.py` is a bench: `MEASURES`, in words, and
`run`, see `Bench`. `__main__` finds it by its name. Benches boot servers of
their own in a temporary directory (`ground.py`), check answers and not only
speed, and report figures that are ratios within one run.
"""

import os

# gRPC would tell of each pgbench that we start. Read when grpc is imported.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
