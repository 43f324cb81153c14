"""Every setting of the stream: read from the environment (`REDEFLUSS_*`) and from `.env`.

Units stand in the names. `Settings.model_fields` has the default and the description of each setting, which
`redefluss settings` prints. The settings of the connection to the broker are in `agents/broker_settings.py`.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from agents.broker_settings import BrokerSettings, host_in_address
from agents.headers import installed_version
from agents.service_links import is_service_link
from pipeline.config import PipelineConfig
from pipeline.cores import available_cores

PREFIX = "REDEFLUSS_"
"""What the names of all variables begin with."""
ENV_FILE = ".env"
DEAD_LETTER_OVERHEAD_BYTES = 65_536
"""Of a dead letter, beside the message in it."""
STATEMENT_WINDOWS = 2
"""For so many times as long as a statement is open it is known after its last change: then it can be opened again."""


class Settings(BrokerSettings):
    """The settings of one worker and of the commands; the first of them are those of the broker."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        allow_inf_nan=False,
    )

    topic_prefix: str = Field("", description="put before every topic and consumer group", pattern=r"^[A-Za-z0-9._-]*$",
                              max_length=200)  # fmt: skip
    partitions: int = Field(8, ge=1, le=100_000, description="partitions of a topic that is created")
    replication_factor: int | None = Field(
        None, ge=1, description="copies of each partition of a topic that is created; by default as the cluster has it"
    )
    min_insync_replicas: int | None = Field(
        None,
        ge=1,
        description="copies that must have a message before it counts as sent, of a topic that is created; by default "
        "as the cluster has it",
    )
    retention_hours: float = Field(168, gt=0, description="how long the broker keeps messages, in hours")
    dead_letter_retention_hours: float = Field(720, gt=0, description="the same for dead letters, in hours")
    max_message_bytes: int = Field(
        33_554_432, ge=1_000_000, description="largest message on a topic, in bytes; articles may have 3/4 of it"
    )

    data_dir: Path = Field(
        Path("~/.local/share/redefluss"),
        description="folder of local state; each worker takes a part of it",
    )
    processes: int = Field(default_factory=available_cores, ge=1, description="pool processes; default: the cores")
    time_limit_seconds: float = Field(60, gt=0, description="longest time for one article in one stage, in seconds")
    process_memory_bytes: int = Field(
        1_500_000_000, ge=100_000_000, description="memory a pool process may add to the loaded models, in bytes"
    )
    buffer_messages: int = Field(16, ge=1, description="messages that a stage reads ahead, for each partition")
    duplicate_hours: float = Field(
        168, ge=0, description="hours in which the same version of an article is not processed again; 0: always process"
    )
    drain_seconds: float = Field(30, ge=0, description="time to finish the messages in work at SIGTERM, in seconds")

    publish_timeout_seconds: float = Field(
        30, gt=0, description="time for the broker to confirm a message before it is sent again, in seconds"
    )
    retry_initial_seconds: float = Field(0.2, gt=0, description="pause before the first retry, in seconds; doubles")
    retry_max_seconds: float = Field(15, gt=0, description="longest pause between retries, in seconds")
    session_timeout_seconds: float = Field(
        30, ge=1, description="silence after which a worker counts as dead and its partitions move, in seconds"
    )
    commit_interval_seconds: float = Field(
        5, gt=0, description="longest time between commits of offsets, in seconds; an idle stage commits at once"
    )
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field("lz4", description="compression on topics")
    linger_ms: int = Field(0, ge=0, description="wait for more messages before a send, in milliseconds")

    model_de: str = Field(
        "redefluss",
        description="entity model: redefluss, redefluss-fast, rules, a spaCy pipeline, a folder",
    )
    quote_model: str = Field(
        "redefluss", description="quote model: redefluss, redefluss-fast, rules, a folder of a trained one"
    )
    gazetteer: Path | None = Field(
        None, description="file of entities that take precedence over the model (CSV, JSON lines)"
    )
    max_article_bytes: int = Field(5_000_000, ge=1, description="a larger raw message is refused, in bytes")
    statement_days: float = Field(
        14, gt=0, description="days between two quotes of one statement at most; closed if no quote came for so long"
    )
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        ("de",), description="languages processed, ISO 639-1, comma-separated"
    )

    web_enabled: bool = Field(True, description="serve the web view, metrics and health checks")
    web_host: str = Field("127.0.0.1", description="address of the web view")
    web_port: int = Field(6066, ge=1, le=65535, description="port of the web view")
    web_token: SecretStr | None = Field(None, description="token of the web view; required unless it is on loopback")
    web_token_file: Path | None = Field(None, description="file with the token of the web view")
    web_keep_articles: int = Field(20_000, ge=1, description="articles kept for the web view")
    web_keep_days: float = Field(30, gt=0, description="how long articles are kept for the web view, in days")
    web_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="further host names under which the web view answers, comma-separated"
    )
    web_trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="proxies whose X-Forwarded-For is trusted, addresses or networks, comma-separated"
    )
    webhook_secret: SecretStr | None = Field(None, description="what the webhook sink signs its requests with")
    webhook_secret_file: Path | None = Field(None, description="file with the secret of the webhook sink")
    stuck_seconds: float = Field(20, gt=0, description="time without progress after which a stage is stuck, in seconds")

    feed_allow_private: bool = Field(False, description="let feeds be fetched from private and loopback addresses")
    feed_follow_hours: float = Field(
        24, ge=0, description="hours in which changes of an article are looked for; 0: never"
    )
    feed_pause_seconds: float = Field(
        0.2, ge=0, description="shortest rest of a host between two requests, in seconds; robots.txt may ask for more"
    )
    feed_timeout_seconds: float = Field(30, gt=0, description="longest time for one request of a feed, in seconds")
    feed_user_agent: str = Field(
        f"Redefluss/{installed_version()}",
        min_length=1,
        pattern=r"^[!-~][ -~]*$",
        description="User-Agent with which feeds are fetched; the word before / is its name in robots.txt",
    )
    feed_metrics_port: int = Field(0, ge=0, le=65535, description="port of the feed's metrics and health; 0: none")

    sink_metrics_port: int = Field(0, ge=0, le=65535, description="port of a sink's metrics and health; 0: none")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severe level that is logged"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="format of the log: lines of text, or one JSON object for each event"
    )
    tracing: bool = Field(
        False, description="send a span of each message by OpenTelemetry, to where its own variables (OTEL_*) say"
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_service_links(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if not is_service_link(name, value)}

    @field_validator("*", mode="before")
    @classmethod
    def _check_encoding(cls, value: Any) -> Any:
        """Bytes of a variable that are no UTF-8 come as surrogates, of which neither JSON nor a message can be made."""
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("it has to be UTF-8")
        return value

    @field_validator("languages", "web_allowed_hosts", "web_trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("languages")
    @classmethod
    def _check_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        languages = tuple(code.lower() for code in value)
        if not languages or not all(len(code) == 2 and code.isascii() and code.isalpha() for code in languages):
            raise ValueError("codes of two letters are needed, such as de or de,en")
        return languages

    @field_validator("web_trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network, strict=False)
        return value

    @model_validator(mode="after")
    def _check_copies(self) -> Self:
        if self.min_insync_replicas and self.replication_factor and self.min_insync_replicas > self.replication_factor:
            raise ValueError("min_insync_replicas cannot be larger than replication_factor")
        return self

    def topic(self, name: str) -> str:
        """The name on the broker of the topic that the code calls `name`."""
        return f"{self.topic_prefix}{name}"

    def group(self, stage: str) -> str:
        """The consumer group of a stage: the same whether a worker runs all stages or one."""
        return f"{self.topic_prefix}redefluss-{stage}"

    @property
    def web_address(self) -> str:
        """The address of the web view, for browsers."""
        return f"http://{host_in_address(self.web_host)}:{self.web_port}/"

    @property
    def max_raw_bytes(self) -> int:
        """Largest message on `articles.raw`: its dead letter, in base64, must fit into `max_message_bytes`."""
        return (self.max_message_bytes - DEAD_LETTER_OVERHEAD_BYTES) // 4 * 3

    @property
    def known_statement_days(self) -> float:
        """How long after its last change a statement is known."""
        return STATEMENT_WINDOWS * self.statement_days

    @property
    def known_article_hours(self) -> float:
        """How long after it was processed an article is known: as a duplicate, and as what a new version takes back."""
        return max(self.duplicate_hours, 24 * self.known_statement_days)

    @property
    def pipeline(self) -> PipelineConfig:
        """What the stages need to know."""
        return PipelineConfig(
            model_de=self.model_de,
            quote_model=self.quote_model,
            gazetteer=self.gazetteer,
            max_article_bytes=self.max_article_bytes,
            languages=self.languages,
            statement_days=self.statement_days,
        )
