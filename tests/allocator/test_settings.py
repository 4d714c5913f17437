"""Settings come from DIBS_* variables."""

import pytest
from pydantic import ValidationError

from allocator.settings import Settings


def test_without_variables_the_servers_are_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DIBS_REDIS_URL", "DIBS_POSTGRES_DSN", "DIBS_PORT"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()

    assert settings.embedded_redis
    assert settings.embedded_postgres
    assert (settings.host, settings.http_host) == ("127.0.0.1", "127.0.0.1")
    assert 1 <= settings.workers <= 8


def test_variables_are_read_and_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIBS_POSTGRES_DSN", "postgresql://u:secret@h/db")
    monkeypatch.setenv("DIBS_WORKERS", "3")
    settings = Settings()

    assert (settings.workers, settings.embedded_postgres) == (3, False)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(("name", "value"), [("DIBS_PORT", "99999"), ("DIBS_WORKERS", "0")])
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()
