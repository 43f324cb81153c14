"""How any client reaches the cluster: its addresses, encryption (TLS) and log-in (SASL)."""

import ssl
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from agents.secret_files import SecretFiles

if TYPE_CHECKING:
    from aiokafka.abc import AbstractTokenProvider

DEFAULT_BROKER = "kafka://127.0.0.1:9092"


class BrokerSettings(SecretFiles):
    """The settings of the connection to the broker, and what they come to for a client."""

    broker: str = Field(DEFAULT_BROKER, description="Kafka address; several are separated by commas")
    tls: bool = Field(False, description="encrypt the connection to the broker")
    tls_ca_file: Path | None = Field(None, description="certificate authorities to trust; else the system's")
    tls_certificate_file: Path | None = Field(None, description="client certificate (PEM)")
    tls_key_file: Path | None = Field(None, description="key of the client certificate (PEM)")
    tls_key_password: SecretStr | None = Field(None, description="password of the key file")
    tls_key_password_file: Path | None = Field(None, description="file with the password of the key file")
    tls_check_hostname: bool = Field(True, description="refuse a broker whose certificate is for another name")
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        None, description="log in to the broker by this mechanism"
    )
    sasl_username: str | None = Field(None, description="user name for SASL; for a token endpoint the client's id")
    sasl_password: SecretStr | None = Field(None, description="password for SASL; the client's secret")
    sasl_password_file: Path | None = Field(None, description="file with the password for SASL")
    sasl_oauth_token_file: Path | None = Field(None, description="file with the token for OAUTHBEARER, read each time")
    sasl_oauth_token_url: str | None = Field(
        None, description="endpoint that gives the token for OAUTHBEARER (client credentials)", pattern=r"^https?://."
    )
    sasl_oauth_scope: str | None = Field(None, description="scope that is asked of the token endpoint")

    @field_validator("broker")
    @classmethod
    def _check_broker(cls, value: str) -> str:
        for address, parts in _addresses(value):
            try:
                host = (parts.hostname or "").encode("idna")
                valid = parts.scheme in {"kafka", "aiokafka"} and bool(host) and parts.port != 0
            except ValueError:
                valid = False
            if not valid:
                raise ValueError(f"{address!r} is not an address such as {DEFAULT_BROKER}")
        return value

    @model_validator(mode="after")
    def _check_login(self) -> Self:
        if self.sasl_mechanism == "OAUTHBEARER":
            if (self.sasl_oauth_token_file is None) == (self.sasl_oauth_token_url is None):
                raise ValueError("OAUTHBEARER needs sasl_oauth_token_file or sasl_oauth_token_url")
            if self.sasl_oauth_token_url and not (self.sasl_username and self.sasl_password):
                raise ValueError("sasl_oauth_token_url needs sasl_username and sasl_password")
        elif self.sasl_mechanism and not (self.sasl_username and self.sasl_password):
            raise ValueError("sasl_mechanism needs sasl_username and sasl_password")
        for name in ("tls_ca_file", "tls_certificate_file", "tls_key_file"):
            path = getattr(self, name)
            if self.tls and path is not None and not Path(path).is_file():
                raise ValueError(f"{name}: there is no file {path}")
        return self

    @cached_property
    def bootstrap_servers(self) -> list[str]:
        """Addresses as `host:port`, those of IPv6 as `[host]:port`."""
        servers = []
        for _, parts in _addresses(self.broker):
            servers.append(f"{host_in_address(parts.hostname or '')}:{parts.port or 9092}")
        return servers

    def ssl_context(self) -> ssl.SSLContext | None:
        """The TLS context for the broker, or None.

        Raises:
            OSError: a file is missing or of no use; one line that names it.
        """
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=None if self.tls_ca_file is None else str(self.tls_ca_file))
        except OSError as error:
            raise OSError(f"tls_ca_file: {self.tls_ca_file} is of no use ({error})") from None
        context.check_hostname = self.tls_check_hostname
        if self.tls_certificate_file:
            # Without any password the library would ask for one on the terminal.
            password = "" if self.tls_key_password is None else self.tls_key_password.get_secret_value()
            try:
                context.load_cert_chain(self.tls_certificate_file, self.tls_key_file, password)
            except OSError as error:
                files = self.tls_certificate_file if self.tls_key_file is None else self.tls_key_file
                raise OSError(f"tls_certificate_file, tls_key_file: {files} is of no use ({error})") from None
        return context

    @cached_property
    def token_provider(self) -> "AbstractTokenProvider | None":
        """Where the tokens for OAUTHBEARER come from; None for another mechanism."""
        if self.sasl_mechanism != "OAUTHBEARER":
            return None
        from agents.oauth import TokenEndpoint, TokenFile

        if self.sasl_oauth_token_file is not None:
            return TokenFile(self.sasl_oauth_token_file)
        assert self.sasl_oauth_token_url
        assert self.sasl_username
        assert self.sasl_password
        secret = self.sasl_password.get_secret_value()
        return TokenEndpoint(self.sasl_oauth_token_url, self.sasl_username, secret, self.sasl_oauth_scope)

    def client_options(self) -> dict[str, Any]:
        """How any aiokafka client reaches the cluster: addresses, TLS and SASL."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap_servers}
        if self.tls:
            options["ssl_context"] = self.ssl_context()
        if self.sasl_mechanism:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value() if self.sasl_password else None
            options["sasl_oauth_token_provider"] = self.token_provider
            options["security_protocol"] = "SASL_SSL" if self.tls else "SASL_PLAINTEXT"
        elif self.tls:
            options["security_protocol"] = "SSL"
        return options


def host_in_address(host: str) -> str:
    """A host as it stands in addresses: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _addresses(broker: str) -> Iterator[tuple[str, SplitResult]]:
    """The addresses of the setting `broker`, each as it is written and in its parts."""
    for address in map(str.strip, broker.replace(";", ",").split(",")):
        yield address, urlsplit(address if "://" in address else f"kafka://{address}")
