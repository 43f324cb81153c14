"""Settings that name files, and those that are secrets, which can stand in files instead."""

from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings


class SecretFiles(BaseSettings):
    """Settings that are read from the file that the setting of the same name with `_file` names, if it names one.

    What is wrong with such a file is told by its name, as that of any other setting.
    """

    @classmethod
    def secrets(cls) -> tuple[str, ...]:
        """The names of these settings, without `_file`."""
        return tuple(name for name in cls.model_fields if f"{name}_file" in cls.model_fields)

    @field_validator("*")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        """Every path may begin with "~": in `.env`, no shell puts the home folder there."""
        try:
            return value.expanduser() if isinstance(value, Path) else value
        except RuntimeError:
            raise ValueError("there is no such user") from None

    @model_validator(mode="after")
    def _read_secrets(self) -> Self:
        for name in self.secrets():
            path: Path | None = getattr(self, f"{name}_file")
            if path is None:
                continue
            if getattr(self, name) is not None:
                raise ValueError(f"{name} and {name}_file: only one of the two")
            try:
                text = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"{name}_file: {path} cannot be read ({error})") from None
            if not text:
                raise ValueError(f"{name}_file: {path} is empty")
            setattr(self, name, SecretStr(text))
        return self
