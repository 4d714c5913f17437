"""A store at work, to be audited: the fixtures of the store's own tests."""

from tests.store.conftest import dsn, empty_redis, stack

__all__ = ["dsn", "empty_redis", "stack"]
