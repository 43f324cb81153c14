"""`redefluss settings`: every setting with its value, and the models that can be named in them."""

from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from agents.cli import console
from agents.cli.errors import ExitCode, load_settings
from agents.settings import Settings


def settings() -> int:
    """List every setting with its value, default, meaning and variable; then the models and their licences."""
    current = load_settings()
    rows = [_row(current, name) for name in Settings.model_fields]
    models = _models()
    if not console.for_people():
        console.write_json({"settings": rows, "models": models})
        return ExitCode.OK
    headings = {name: name for name in ("variable", "value", "default", "unit")} | {"description": "meaning"}
    console.show(rows, title="Settings (environment or .env)", columns=headings)
    console.out().print()
    headings = {"setting": "setting", "name": "model", "licence": "licence", "bytes": "bytes"}
    headings |= {"summary": "what it is", "trained_on": "trained on"}
    console.show(models, title="Models that ship", columns=headings)
    return ExitCode.OK


def _row(current: Settings, name: str) -> dict[str, Any]:
    field = Settings.model_fields[name]
    default = field.get_default(call_default_factory=True, validated_data={})
    return {
        "variable": f"REDEFLUSS_{name.upper()}",
        "value": _shown(getattr(current, name)),
        "default": None if default is PydanticUndefined else _shown(default),
        "unit": _unit(name),
        "description": field.description,
    }


def _unit(name: str) -> str | None:
    units = {"seconds": "s", "bytes": "bytes", "hours": "h", "days": "d", "ms": "ms"}
    return units.get(name.rsplit("_", 1)[-1])


def _shown(value: Any) -> Any:
    match value:
        case SecretStr():
            return "********"
        case Path():
            return str(value)
        case tuple():
            return ",".join(map(str, value)) or None
        case Enum():
            return value.value
    return value


def _models() -> list[dict[str, Any]]:
    from pipeline.models.catalogue import MODELS, QUOTE_MODELS

    return [
        {
            "setting": setting,
            "name": model.name,
            "licence": model.licence,
            "bytes": model.size,
            "installed": model.installed,
            "summary": model.summary,
            "trained_on": ", ".join(model.trained_on) or None,
        }
        for setting, models in (("REDEFLUSS_MODEL_DE", MODELS), ("REDEFLUSS_QUOTE_MODEL", QUOTE_MODELS))
        for model in models.values()
    ]
