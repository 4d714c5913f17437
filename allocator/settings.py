"""Settings: DIBS_* variables, read once, at the start of a process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LEASE_FLOOR_MS = 10_000


class Settings(BaseSettings):
    """What an operator may choose. Every field is `DIBS_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="DIBS_", extra="ignore")

    redis_url: SecretStr | None = None
    postgres_dsn: SecretStr | None = None
    data_dir: Path = Path(".dibs")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 7443
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 7480
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 8)
    )

    snapshot_events: Annotated[int, Field(ge=1_000, le=100_000_000)] = 25_000
    snapshot_interval_s: Annotated[float, Field(ge=10, le=7 * 86_400)] = 300.0

    max_message_bytes: int = 4 * 1024 * 1024
    max_connection_age_s: Annotated[int, Field(ge=1)] = 300
    stop_grace_s: Annotated[float, Field(ge=0)] = 5.0
    reflection: bool = True
    log_level: str = "info"
    metrics_dir: Path | None = None

    @property
    def figures(self) -> Path:
        """Where workers leave what they count."""
        return self.metrics_dir or self.data_dir / "metrics"

    @property
    def embedded_redis(self) -> bool:
        """Whether dibs starts a Valkey of its own."""
        return self.redis_url is None

    @property
    def embedded_postgres(self) -> bool:
        """Whether dibs starts a Postgres of its own."""
        return self.postgres_dsn is None
