"""What the operator sets is understood, and every fault is told at once."""

from pathlib import Path

import pytest

from app.settings import Environment, Settings, SettingsError, load_settings

GOOD = {
    "PODIUM_ENV": "production",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "PUBLIC_URL": "https://podium.example",
    "MAIL_URL": "smtps://user:pass%40word@mail.example",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test an environment that says nothing, and a folder without an `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def faults(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    return str(caught.value)


def test_nothing_need_be_set_on_a_developers_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load(monkeypatch)
    assert settings.development
    assert not settings.production
    assert settings.data_dir == tmp_path / "var"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/podium.sqlite3"
    assert settings.store_url == f"file://{tmp_path}/var/store"
    assert settings.jobs_url == f"sqlite:///{tmp_path}/var/jobs.sqlite3"
    assert settings.mail_url == f"folder://{tmp_path}/var/mail"


def test_links_follow_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, PORT="8123").public_url == "http://127.0.0.1:8123"


def test_a_folder_may_have_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATA_DIR="50% of #1?")
    assert settings.mail_url.endswith("/50%25%20of%20%231%3F/mail")


def test_the_env_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=8001\nDEBUG=true\nSOMETHING_ELSE=1\n")
    settings = load(monkeypatch, PORT="8002")
    assert (settings.port, settings.debug) == (8002, True)


def test_production_takes_good_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **GOOD)
    assert settings.podium_env is Environment.PRODUCTION
    assert not settings.development


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", "for-development-only-never-in-production"),
        ("SECRET_KEY", "short"),
        ("DEBUG", "1"),
        ("PUBLIC_URL", "http://podium.example"),
        ("PUBLIC_URL", ""),
        ("MAIL_URL", "folder:///var/mail"),
        ("MAIL_URL", ""),
    ],
)
def test_production_refuses_what_is_only_safe_at_home(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    told = faults(monkeypatch, **(GOOD | {variable: value}))
    assert told.startswith(f"{variable}: ")
    assert len(told.splitlines()) == 1


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(monkeypatch, PODIUM_ENV="production", DEBUG="1", STORE_URL="ftp://x")
    assert {line.partition(":")[0] for line in told.splitlines()} == {
        "SECRET_KEY",
        "DEBUG",
        "PUBLIC_URL",
        "MAIL_URL",
        "STORE_URL",
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("PORT", "65536"),
        ("PROXIES", "-1"),
        ("PODIUM_ENV", "staging"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://x"),
        ("JOBS_URL", "amqp://x"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    assert faults(monkeypatch, **{variable: value}).startswith(f"{variable}: ")
