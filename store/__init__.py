"""Redis executes, Postgres commits: the adapters behind allocator.ports."""
