"""Settings: typed, read from the environment and `.env`; every fault is reported at once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "for-development-only-never-in-production"  # noqa: S105 - refused in production
MIN_SECRET_LENGTH = 32


class Environment(StrEnum):
    """Where this process runs; production refuses what is only safe on a developer's machine."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class SettingsError(Exception):
    """The environment cannot be used; the text lists every fault with the variable to change."""


class Settings(BaseSettings):
    """What an operator chooses. The README's table and this class say the same."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    podium_env: Environment = Environment.DEVELOPMENT
    secret_key: str = DEVELOPMENT_SECRET
    public_url: str = ""
    data_dir: Path = Path("var")
    database_url: str = ""
    store_url: str = ""
    jobs_url: str = ""
    mail_url: str = ""
    mail_from: str = "Podium <podium@localhost>"
    limits_url: str = "memory://"
    renditions_avif: bool = False
    debug: bool = False
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    proxies: Annotated[int, Field(ge=0, le=5)] = 0

    @model_validator(mode="after")
    def _embedded_defaults(self) -> Self:
        """Fill what was left out: this machine's address, and services in the data folder."""
        data = self.data_dir.resolve()
        for name, value in (
            ("public_url", f"http://127.0.0.1:{self.port}"),
            ("database_url", f"sqlite:///{data}/podium.sqlite3"),
            ("store_url", f"file://{quote(str(data))}/store"),
            ("jobs_url", f"sqlite:///{data}/jobs.sqlite3"),
            ("mail_url", f"folder://{quote(str(data))}/mail"),
        ):
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        object.__setattr__(self, "data_dir", data)
        return self

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        faults = _production_faults(self) if self.production else []
        faults += _url_faults(self)
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def production(self) -> bool:
        """Whether the strict rules hold."""
        return self.podium_env is Environment.PRODUCTION

    @property
    def development(self) -> bool:
        """Whether the pages that only a developer may see exist."""
        return self.podium_env is Environment.DEVELOPMENT


def _production_faults(settings: Settings) -> list[str]:
    faults = []
    if settings.secret_key == DEVELOPMENT_SECRET or len(settings.secret_key) < MIN_SECRET_LENGTH:
        faults.append(
            f"SECRET_KEY: set at least {MIN_SECRET_LENGTH} random characters"
            " (python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
        )
    if settings.debug:
        faults.append("DEBUG: must be off in production")
    if urlsplit(settings.public_url).scheme != "https":
        faults.append("PUBLIC_URL: must begin with https:// so that cookies stay private")
    if urlsplit(settings.mail_url).scheme == "folder":
        faults.append("MAIL_URL: set smtp://… or smtps://…; a folder delivers to nobody")
    return faults


_SCHEMES = {
    "public_url": {"http", "https"},
    "database_url": {"sqlite", "postgresql+psycopg"},
    "store_url": {"file", "s3"},
    "jobs_url": {"sqlite", "postgresql", "redis", "rediss"},
    "mail_url": {"folder", "smtp", "smtps"},
}


def _url_faults(settings: Settings) -> list[str]:
    return [
        f"{name.upper()}: must begin with {' or '.join(f'{s}://' for s in sorted(schemes))}"
        for name, schemes in _SCHEMES.items()
        if urlsplit(getattr(settings, name)).scheme not in schemes
    ]


def load_settings() -> Settings:
    """Read the environment; raise SettingsError with every fault in one text."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            place = ".".join(str(part) for part in fault["loc"]).upper()
            text = str(fault["msg"]).removeprefix("Value error, ")
            lines.append(f"{place}: {text}" if place else text)
        raise SettingsError("\n".join(lines)) from None
