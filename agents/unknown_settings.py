"""Variables that look like settings and are none: a misspelt one has no effect, which nobody would notice."""

from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from agents.service_links import is_service_link
from agents.settings import ENV_FILE, PREFIX, Settings

OTHERS = frozenset((
    "REDEFLUSS_POSTGRES_PASSWORD", "REDEFLUSS_WORKER_MEMORY",  # docker-compose.yml
    "REDEFLUSS_MODEL_THREADS",  # the models
    "REDEFLUSS_ARCHIVE",  # the notebook
    "REDEFLUSS_KAFKA_CACHE", "REDEFLUSS_LOADER", "REDEFLUSS_LONG", "REDEFLUSS_OBEDIENT", "REDEFLUSS_TEST_DATA",  # tests
    "REDEFLUSS_CORENLP_CACHE", "REDEFLUSS_PEERS_CACHE",  # benchmarks
))  # fmt: skip
"""What others read."""


def unknown_settings() -> str | None:
    """One line about the variables, in the environment or in `.env`, that are no settings; None: there are none.

    Empty ones are passed by, as those of settings are.
    """
    file = ENV_FILE if Path(ENV_FILE).is_file() else None  # a pipe can be read once
    variables = {**DotEnvSettingsSource(Settings, env_file=file).env_vars, **EnvSettingsSource(Settings).env_vars}
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OTHERS
    unknown = sorted(
        name.upper()
        for name, value in variables.items()
        if name.upper().startswith(PREFIX) and name.upper() not in known and not is_service_link(name, value)
    )
    return f"there is no setting {', '.join(map(_with_nearest, unknown))}" if unknown else None


def _with_nearest(variable: str) -> str:
    near = get_close_matches(variable.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    return f"{variable} (is {PREFIX}{near[0].upper()} meant?)" if near else variable
