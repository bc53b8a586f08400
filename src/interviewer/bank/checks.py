"""What a careful editor would say of cards that load well."""

import re
from collections.abc import Iterable, Iterator

from interviewer.bank.loader import LoadedFile, field_name
from interviewer.domain.card import Anchor, Item
from interviewer.domain.words import content_stems
from interviewer.errors import Problem

GIVEN_AWAY_FROM = 0.6
"""A text that says this share of the point's own words (those not in the question) gives the point away."""


def check_files(files: Iterable[LoadedFile]) -> list[Problem]:
    """Every complaint, in file order, each with its place and its remedy."""
    return [problem for file in files for problem in _check_file(file)]


def gives_away(item: Item, anchor: Anchor, text: str) -> bool:
    """Whether `text` gives the anchor's point away: it holds an alias, or most of the words that make the point."""
    folded = _folded(text)
    if any(_folded(alias) in folded for alias in anchor.aliases):
        return True
    own = content_stems(anchor.point) - content_stems(item.question)
    return bool(own) and len(own & content_stems(text)) / len(own) >= GIVEN_AWAY_FROM


def _check_file(file: LoadedFile) -> Iterator[Problem]:
    for index, card in enumerate(file.content.cards):
        here: tuple[int | str, ...] = ("cards", index)
        yield from _check_item(file, here, card)
        if not card.follow_ups:
            yield _problem(file, here, f"'{card.id}' has no follow-up: a full answer gets no deeper question; add one")
        for number, follow_up in enumerate(card.follow_ups):
            yield from _check_item(file, (*here, "follow_ups", number), follow_up)


def _check_item(file: LoadedFile, here: tuple[int | str, ...], item: Item) -> Iterator[Problem]:
    for number, anchor in enumerate(item.anchors):
        place = (*here, "anchors", number)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", anchor.name):
            yield _problem(file, (*place, "name"), f"'{anchor.name}' is not in snake_case, like fan_in")
        if anchor.misconception is None:
            yield _problem(
                file, place, f"'{anchor.name}' has no misconception: contradictions are harder to see; add one"
            )
        if anchor.probe is None:
            yield _problem(file, place, f"'{anchor.name}' has no probe: its follow-up will be a general one; add one")
        elif gives_away(item, anchor, anchor.probe):
            yield _problem(file, (*place, "probe"), f"the probe of '{anchor.name}' gives its point away; say less")
        for position, alias in enumerate(anchor.aliases):
            if _folded(alias) in {_folded(other) for other in (anchor.point, *anchor.aliases[:position])}:
                yield _problem(file, (*place, "aliases", position), f"'{alias}' is said twice; remove one")
            elif len(alias.split()) < 2:
                yield _problem(
                    file,
                    (*place, "aliases", position),
                    f"'{alias}' is a lone keyword, which earns nothing; say the point",
                )


def _problem(file: LoadedFile, loc: tuple[int | str, ...], message: str) -> Problem:
    name, line = file.place(*loc)
    return Problem(name, line, field_name(loc), message)


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
