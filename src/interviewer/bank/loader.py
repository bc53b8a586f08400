"""Read banks from YAML files, and say everything that is wrong with them at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from interviewer.domain.card import Bank, TopicFile
from interviewer.errors import BankError, Problem, UnknownName

MAX_BYTES = 16 * 1024 * 1024
"""A bank file is text that people write; a larger one is a mistake or an attack."""

DEEPEST = 50
"""Brackets or dashes inside one another beyond which a file is refused; a card needs five."""
_FLOW = re.compile(r"[\[\]{}]")
_DASHES = re.compile(rf"^\s*(?:[-?]\s+){{{DEEPEST},}}", re.MULTILINE)

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # which of the two it is depends on the platform
    """Leaves dates as the text that they are: an id or a question may look like one."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


_Path = tuple[int | str, ...]


@dataclass(frozen=True)
class LoadedFile:
    """A bank file with the places of its values."""

    path: Path
    content: TopicFile
    node: yaml.Node

    def place(self, *loc: int | str) -> tuple[str, int]:
        """File and line (from 1) of the value at `loc`."""
        return str(self.path), line_of(self.node, loc)


def load_bank(sources: Iterable[Path]) -> Bank:
    """Merge the bank files and the folders of bank files (`*.yaml`, `*.yml`, in name order) into one bank.

    Raises BankError with every problem of every file: unreadable files, YAML errors, unknown, missing or wrong
    fields, and ids that occur twice.
    """
    return Bank(file.content for file in load_files(sources))


def load_files(sources: Iterable[Path]) -> list[LoadedFile]:
    """The files of a bank, each with the places of its values. Raises BankError like `load_bank`."""
    problems: list[Problem] = []
    loaded: list[LoadedFile] = []
    for path in _files(sources, problems):
        if (file := _load_file(path, problems)) is not None:
            loaded.append(file)
    _refuse_duplicates(loaded, problems)
    if problems:
        raise BankError(problems)
    return loaded


def _files(sources: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    """The files of the sources, each once however often it is named."""
    seen: set[Path] = set()
    for source in sources:
        if source.is_dir():
            files = sorted(path for path in source.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())
            if not files:
                problems.append(Problem(str(source), None, "", "this folder has no .yaml file"))
        elif source.exists():
            files = [source]
        else:
            files = []
            problems.append(Problem(str(source), None, "", "there is no such file or folder"))
        for file in files:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _load_file(path: Path, problems: list[Problem]) -> LoadedFile | None:
    before = len(problems)
    node = _compose(path, problems)
    if node is None:
        return None
    problems.extend(_structure_problems(path, node))
    if len(problems) > before:
        return None
    loader = _Loader("")
    try:
        data = loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        problems.append(Problem(str(path), _mark_line(error), "", f"not valid YAML: {_problem_text(error)}"))
        return None
    finally:
        loader.dispose()
    try:
        return LoadedFile(path, TopicFile.model_validate(data), node)
    except ValidationError as error:
        problems.extend(_validation_problems(path, node, error))
        return None


def _compose(path: Path, problems: list[Problem]) -> yaml.Node | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            problems.append(Problem(str(path), None, "", f"larger than {MAX_BYTES // 2**20} MB; split it by topic"))
            return None
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), None, "", f"not UTF-8 (byte {error.start}); save it as UTF-8"))
        return None
    except OSError as error:
        problems.append(Problem(str(path), None, "", f"can not be read: {error.strerror}"))
        return None
    try:
        if _too_deep(text):
            problems.append(Problem(str(path), None, "", f"nested more than {DEEPEST} deep"))
            return None
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        problems.append(Problem(str(path), _mark_line(error), "", f"not valid YAML: {_problem_text(error)}"))
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(str(path), 1, "", "expected the keys 'topic' and 'cards'"))
        return None
    return node


def _too_deep(text: str) -> bool:
    """Whether the text nests so deep that composing it, which recurses, might not come to an end."""
    opened = sum(bracket[0] in "[{" for bracket in _FLOW.finditer(text))
    if opened <= DEEPEST and _DASHES.search(text) is None:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):  # does not recurse
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return True
    return False


def _structure_problems(path: Path, root: yaml.Node) -> Iterator[Problem]:
    """Keys given twice, and YAML aliases: both parse silently into something the author did not mean."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            yield Problem(str(path), node.start_mark.line + 1, "", "YAML aliases (*name) are not allowed; write it out")
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in keys:
                    yield Problem(str(path), key.start_mark.line + 1, key.value, "this key is given twice")
                keys.add(str(key.value))
                stack.append(value)


def _validation_problems(path: Path, root: yaml.Node, error: ValidationError) -> Iterator[Problem]:
    faults = error.errors()
    for fault in faults:
        loc: _Path = fault["loc"]
        if fault["type"] == "too_short" and any(other["loc"][: len(loc)] == loc != other["loc"] for other in faults):
            continue  # the list is short because what is wrong with its parts is told
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "unknown field; see `interviewer bank schema` for the fields there are"
        elif fault["type"] == "missing":
            message = "this field is missing"
        yield Problem(str(path), line_of(root, loc), field_name(loc), message)


def line_of(root: yaml.Node, loc: _Path) -> int:
    """The line (from 1) of the value at `loc`, or of the nearest enclosing value that exists."""
    node, line = root, root.start_mark.line
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


def field_name(loc: _Path) -> str:
    """`("cards", 3, "anchors", 0, "point")` as `cards[3].anchors[0].point`, counted from 0."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _refuse_duplicates(loaded: list[LoadedFile], problems: list[Problem]) -> None:
    topics: dict[str, str] = {}
    cards: dict[str, str] = {}
    for file in loaded:
        ids: list[tuple[dict[str, str], str, str, tuple[int | str, ...]]] = [
            (topics, "topic", file.content.topic.id, ("topic", "id"))
        ]
        ids += [(cards, "card", card.id, ("cards", index, "id")) for index, card in enumerate(file.content.cards)]
        for seen, kind, identifier, loc in ids:
            name, line = file.place(*loc)
            if identifier in seen:
                message = f"'{identifier}' is already the id of a {kind} in {seen[identifier]}"
                problems.append(Problem(name, line, field_name(loc), message))
            seen.setdefault(identifier, f"{name}:{line}")


def _mark_line(error: Exception) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else None


def _problem_text(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).split("\n")[0]


def find_place(sources: Iterable[Path], card_id: str) -> tuple[Path, int]:
    """The file and the line (from 1) where a card begins. Raises UnknownName, and BankError like `load_bank`."""
    for file in load_files(sources):
        for index, card in enumerate(file.content.cards):
            if card.id == card_id:
                return file.path, file.place("cards", index, "id")[1]
    raise UnknownName(f"There is no card '{card_id}'.")
