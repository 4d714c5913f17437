"""What the services ask for is what the store gives: mypy compares, so this may look idle."""

from allocator import ports
from store.assembly import Store


def test_the_store_has_the_ports() -> None:
    def conforms(store: Store) -> tuple[object, ...]:
        ledger: ports.Ledger = store.ledger
        directory: ports.Directory = store.directory
        items: ports.Items = store.items
        content: ports.Content = store.content
        views: ports.Views = store.views
        groups: ports.Groups = store.groups
        operations: ports.Operations = store.operations
        return ledger, directory, items, content, views, groups, operations

    assert conforms(Store("redis://localhost", "postgresql://localhost"))
