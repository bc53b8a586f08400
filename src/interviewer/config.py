"""Settings: a TOML file in the platform's config folder, environment variables over it, options over both.

Nothing is read or created at import. `load_settings` reads, `Settings` is what it gives.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from platformdirs import PlatformDirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.errors import SettingsError

APP = "interviewer"
ENV_PREFIX = "INTERVIEWER_"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class InterviewSettings(Section):
    questions: int = Field(default=5, ge=1, le=100)
    """Questions in a mock interview."""
    seconds: int = Field(default=0, ge=0, le=3600)
    """Time limit for one question, in seconds. 0 means no limit."""
    adaptive: bool = True
    """Let the difficulty follow how the interview goes."""
    follow_ups: bool = True
    """Ask a follow-up after each graded answer."""


class GradingSettings(Section):
    grader: Literal["offline", "embeddings", "llm", "hybrid"] = "offline"
    """Which grader grades: `offline` with both shipped models, `embeddings` with sentence embeddings alone (for other
    languages, with a multilingual embedder). `llm` and `hybrid` are not in this version."""
    embedder: str = "shipped"
    """`shipped`, or the name or folder of a sentence-transformers model (needs the extra `sbert`)."""
    cross_encoder: str = "shipped"
    """`shipped`, or the name or folder of a three-way sentence-transformers cross-encoder (needs the extra `sbert`)."""


class InterfaceSettings(Section):
    theme: str = "interviewer-dark"
    """A theme by name: `interviewer-dark`, `interviewer-light`, `ansi-dark` and `ansi-light` (the terminal's own
    colours), or another of Textual's."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Keys for actions, by the action's id: `"question.submit" = "f5"`."""


class Settings(Section):
    """All settings. Each field's text is what `interviewer config show` and the docs say of it."""

    banks: tuple[Path, ...] = ()
    """Files and folders with cards of your own, merged with the shipped bank."""
    shipped_bank: bool = True
    """Whether the shipped 75 cards are asked too."""
    data_dir: Path | None = None
    """Where the history is kept. Default: the platform's data folder."""
    interview: InterviewSettings = Field(default_factory=InterviewSettings)
    grading: GradingSettings = Field(default_factory=GradingSettings)
    interface: InterfaceSettings = Field(default_factory=InterfaceSettings)

    @property
    def database(self) -> Path:
        return (self.data_dir or Path(_platform_dirs().user_data_dir)) / "history.sqlite3"


def _platform_dirs() -> PlatformDirs:
    return PlatformDirs(APP, appauthor=False)


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The settings file: `INTERVIEWER_CONFIG`, else `config.toml` in the platform's config folder."""
    named = environ.get(f"{ENV_PREFIX}CONFIG")
    return Path(named).expanduser() if named else Path(_platform_dirs().user_config_dir) / "config.toml"


def shipped_folder(name: str) -> Path:
    """The shipped folder `bank` or `prompts`: inside an installed wheel, else at the top of the source tree."""
    package = Path(__file__).parent
    for folder in (package / f"{name}_data", package.parents[1] / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"The shipped folder '{name}' is missing: the installation is damaged. Install it again.")


def load_settings(environ: Mapping[str, str] = os.environ, options: Mapping[str, Any] | None = None) -> Settings:
    """Settings from file, environment and `options` (dotted names to values), the later over the earlier.

    Raises SettingsError that names the file and line, the environment variable or the option at fault.
    """
    path = settings_path(environ)
    text = _read(path, required=bool(environ.get(f"{ENV_PREFIX}CONFIG")))
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    _resolve_paths(values, path.parent)
    origins: dict[str, str] = {}
    for name, value in sorted(environ.items()):
        if value and name.startswith(ENV_PREFIX) and name != f"{ENV_PREFIX}CONFIG":
            dotted = name.removeprefix(ENV_PREFIX).lower().replace("__", ".")
            origins[dotted] = f"environment variable {name}"
            _put(values, dotted, value.split(os.pathsep) if dotted == "banks" else value)
    for dotted, value in (options or {}).items():
        if value is not None:
            origins[dotted] = f"option --{dotted.rpartition('.')[2].replace('_', '-')}"
            _put(values, dotted, value)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error, path, text, origins)) from error


def _read(path: Path, *, required: bool) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError(f"{path}: this settings file, named by {ENV_PREFIX}CONFIG, does not exist.") from None
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: can not be read: {error}") from error


def _resolve_paths(values: dict[str, Any], base: Path) -> None:
    """Paths in the settings file are relative to the file, with `~` for the home folder."""
    if isinstance(values.get("banks"), list):
        values["banks"] = [str(base / Path(str(bank)).expanduser()) for bank in values["banks"]]
    if isinstance(values.get("data_dir"), str):
        values["data_dir"] = str(base / Path(values["data_dir"]).expanduser())


def _put(values: dict[str, Any], dotted: str, value: Any) -> None:
    *sections, key = dotted.split(".")
    for section in sections:
        inner = values.setdefault(section, {})
        values = inner if isinstance(inner, dict) else {}
    values[key] = value


def _explain(error: ValidationError, path: Path, text: str, origins: Mapping[str, str]) -> str:
    lines = []
    for fault in error.errors():
        dotted = ".".join(str(part) for part in fault["loc"])
        origin = next(
            (source for name, source in origins.items() if dotted == name or dotted.startswith(f"{name}.")), None
        )
        if origin is None:
            number = _line_of(text, [str(part) for part in fault["loc"]])
            origin = f"{path}:{number}" if number else str(path)
        if fault["type"] == "extra_forbidden":
            lines.append(f"{origin}: unknown setting '{dotted}'. {_known(fault['loc'][:-1])}")
        else:
            lines.append(f"{origin}: {dotted}: {fault['msg']} (given: {fault['input']!r})")
    return "\n".join(lines)


def _known(sections: tuple[int | str, ...]) -> str:
    model: Any = Settings
    for section in sections:
        model = model.model_fields[str(section)].annotation
    return f"Known here: {', '.join(model.model_fields)}."


def _line_of(text: str, keys: list[str]) -> int | None:
    """The line (from 1) that sets the dotted key, found by its section header; None when it is not found."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = header[1].strip()
            if section == ".".join(keys):
                return number
        elif assignment := re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*=", line):
            dotted = f"{section}.{assignment[1]}" if section else assignment[1]
            if dotted == ".".join(keys[: dotted.count(".") + 1]):
                return number
    return None


def settings_as_toml(settings: Section, heading: str = "") -> str:
    """The settings as commented TOML. A setting without a value stands commented out."""
    lines: list[str] = []
    sections: list[str] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        dotted = f"{heading}.{name}" if heading else name
        if isinstance(value, Section | dict):
            inner = settings_as_toml(value, dotted) if isinstance(value, Section) else _toml_table(value)
            about = f"# {field.description}\n" if field.description else ""
            sections.append(f"\n{about}[{dotted}]\n{inner}")
            continue
        lines += [f"# {line}" for line in (field.description or "").splitlines()]
        lines.append(f"{name} = {_toml_value(value)}" if value is not None else f'# {name} = ""')
    return "".join(f"{line}\n" for line in lines) + "".join(sections)


def _toml_table(table: dict[str, str]) -> str:
    return "".join(f"{json.dumps(key)} = {_toml_value(value)}\n" for key, value in table.items())


def _toml_value(value: Any) -> str:
    """JSON's notation of strings, numbers, booleans and lists of them is TOML's too."""
    if isinstance(value, tuple):
        return json.dumps([str(part) for part in value], ensure_ascii=False)
    return json.dumps(value if isinstance(value, bool | int | float) else str(value), ensure_ascii=False)
