"""Secrets can stand in files; whatever is wrong with one is told by its name, and never the secret itself."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.oauth import TokenEndpoint, TokenFile
from agents.settings import Settings
from agents.web.collector_supervisor import _plain


def settings(**options: Any) -> Settings:
    return Settings(_env_file=None, **options)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", Settings.secrets())
def test_a_secret_from_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("  größtes Geheimnis\n", encoding="utf-8")
    read = settings(**{f"{name}_file": path})
    assert getattr(read, name).get_secret_value() == "größtes Geheimnis"
    assert "Geheimnis" not in repr(read)


@pytest.mark.parametrize("name", Settings.secrets())
def test_what_is_wrong_with_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with pytest.raises(ValidationError, match=rf"{name}_file: {path} cannot be read"):
        settings(**{f"{name}_file": path})
    path.write_text("\n")
    with pytest.raises(ValidationError, match=rf"{name}_file: {path} is empty"):
        settings(**{f"{name}_file": path})
    path.write_text("x")
    with pytest.raises(ValidationError, match=rf"{name} and {name}_file: only one of the two"):
        settings(**{f"{name}_file": path, name: "x"})


def test_the_collector_is_told_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("wort")
    told = _plain(settings(sasl_mechanism="PLAIN", sasl_username="a", sasl_password_file=path))
    assert settings(**told).client_options()["sasl_plain_password"] == "wort"


def test_where_tokens_come_from(tmp_path: Path) -> None:
    login = {"sasl_mechanism": "OAUTHBEARER", "sasl_username": "a", "sasl_password": "b"}
    url = {"sasl_oauth_token_url": "https://login.example/token"}
    file = {"sasl_oauth_token_file": tmp_path / "token"}
    assert isinstance(settings(**login, **url).token_provider, TokenEndpoint)
    by_file = settings(sasl_mechanism="OAUTHBEARER", **file)
    assert isinstance(by_file.token_provider, TokenFile)
    assert by_file.client_options()["sasl_oauth_token_provider"] is by_file.token_provider
    assert settings(sasl_mechanism="PLAIN", sasl_username="a", sasl_password="b").token_provider is None
    for options, words in (
        (login, "OAUTHBEARER needs sasl_oauth_token_file or sasl_oauth_token_url"),
        (login | url | file, "OAUTHBEARER needs sasl_oauth_token_file or sasl_oauth_token_url"),
        ({"sasl_mechanism": "OAUTHBEARER", **url}, "sasl_oauth_token_url needs sasl_username and sasl_password"),
    ):
        with pytest.raises(ValidationError, match=words):
            settings(**options)
