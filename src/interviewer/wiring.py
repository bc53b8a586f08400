"""The one place where implementations are chosen."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from interviewer.bank.loader import load_bank
from interviewer.config import Settings, shipped_folder
from interviewer.domain.card import Bank
from interviewer.domain.transcript import Mode, Plan, SessionSummary
from interviewer.errors import SettingsError, UnknownName
from interviewer.grading.interface import Grader
from interviewer.report import Report, build_report
from interviewer.session.machine import fold
from interviewer.session.runner import Clock, SessionRunner
from interviewer.session.state import SessionState
from interviewer.storage.store import Store


def utc_now() -> datetime:
    return datetime.now(UTC)


class Interviewer:
    """The parts of the program as the settings choose them, each made when it is first needed."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self._grader: Grader | None = None
        self._grader_lock = threading.Lock()

    @cached_property
    def bank_sources(self) -> tuple[Path, ...]:
        """Where the cards come from: the shipped bank first."""
        shipped = (shipped_folder("bank"),) if self.settings.shipped_bank else ()
        return (*shipped, *self.settings.banks)

    @cached_property
    def bank(self) -> Bank:
        """Raises BankError."""
        if not self.bank_sources:
            raise SettingsError("There are no cards: shipped_bank is off and no bank of your own is named.")
        return load_bank(self.bank_sources)

    def reload_bank(self) -> Bank:
        """Read the files again, after an edit. On a BankError the bank stays as it was."""
        self.__dict__["bank"] = load_bank(self.bank_sources)
        return self.bank

    @cached_property
    def store(self) -> Store:
        """Raises StoreError."""
        return Store(self.settings.database)

    def open(self) -> None:
        """Read the bank and open the history now. Raises BankError, SettingsError or StoreError."""
        for part in ("bank", "store"):
            getattr(self, part)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()

    def grader(self) -> Grader:
        """The grader of the settings, loaded on the first call. Raises ModelError or SettingsError."""
        with self._grader_lock:
            if self._grader is None:
                self._grader = make_grader(self.settings)
            return self._grader

    def start(self, plan: Plan) -> SessionRunner:
        """Begin a session. Raises UnknownName when the plan fits no card."""
        return SessionRunner.start(
            self._new_session_id(), plan, bank=self.bank, store=self.store, grader=self.grader, clock=self.clock
        )

    def resume(self, session_id: str) -> SessionRunner:
        """Continue a session. Raises UnknownName."""
        return SessionRunner.resume(session_id, bank=self.bank, store=self.store, grader=self.grader, clock=self.clock)

    def unfinished(self) -> list[SessionSummary]:
        """Sessions that can be resumed: first those in which something was answered or is being written, then those
        that were only opened; of each kind the one last worked on first."""
        drafts = self.store.sessions_with_draft()

        def worth(session: SessionSummary) -> tuple[bool, datetime]:
            return session.answered > 0 or session.asked > 1 or session.id in drafts, session.updated_at

        return sorted((s for s in self.store.sessions() if not s.ended), key=worth, reverse=True)

    def latest_session(self) -> str:
        """The id of the newest session. Raises UnknownName when there is none."""
        sessions = self.store.sessions(limit=1)
        if not sessions:
            raise UnknownName("There is no session yet. `interviewer` starts one.")
        return sessions[0].id

    def report(self, session_id: str) -> Report:
        """Raises UnknownName."""
        return self.report_of(session_id, fold(self.store.events(session_id)))

    def report_of(self, session_id: str, state: SessionState) -> Report:
        return build_report(session_id, state, self.bank, self.store.wording)

    def _new_session_id(self) -> str:
        """Sorts by time, and can be typed."""
        return f"{self.clock():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def make_grader(settings: Settings, threads: int = 0) -> Grader:
    """The grader that the settings name. `threads` is for the model runtime, 0 lets it choose.

    Raises ModelError when a model can not be loaded, SettingsError for a grader that this version does not have.
    """
    chosen = settings.grading
    if chosen.grader not in ("offline", "embeddings"):
        raise SettingsError(
            f"The grader '{chosen.grader}' needs a language model, which this version can not use yet. "
            "Set grading.grader to 'offline'."
        )
    from interviewer.grading.coverage import Calibration
    from interviewer.grading.embedding import Embedder, OnnxEmbedder, SentenceTransformerEmbedder
    from interviewer.grading.entailment import EntailmentModel, OnnxEntailment, SentenceTransformerEntailment
    from interviewer.grading.local import OfflineGrader

    name = chosen.embedder
    embedder: Embedder = OnnxEmbedder(threads=threads) if name == "shipped" else SentenceTransformerEmbedder(name)
    if chosen.grader == "embeddings":
        return OfflineGrader(embedder, None, Calibration(entailment=False))
    name = chosen.cross_encoder
    entailment: EntailmentModel = (
        OnnxEntailment(threads=threads) if name == "shipped" else SentenceTransformerEntailment(name)
    )
    return OfflineGrader(embedder, entailment, Calibration())


def make_plan(
    settings: Settings,
    *,
    mode: Mode = Mode.MOCK,
    topics: tuple[str, ...] = (),
    difficulties: tuple[str, ...] = (),
    card_id: str | None = None,
    questions: int | None = None,
    seconds: int | None = None,
    adaptive: bool | None = None,
    seed: int | None = None,
    random: Callable[[], int] = lambda: secrets.randbelow(2**31),
) -> Plan:
    """A plan with the settings' defaults for what is None. Only a mock interview has a clock and adapts."""
    chosen = settings.interview
    mock = mode is Mode.MOCK
    return Plan.model_validate(
        {
            "mode": mode,
            "topics": topics,
            "difficulties": difficulties,
            "card_id": card_id,
            "questions": chosen.questions if questions is None else questions,
            "seconds": (chosen.seconds if seconds is None else seconds) if mock else 0,
            "adaptive": (chosen.adaptive if adaptive is None else adaptive) and mock,
            "follow_ups": chosen.follow_ups,
            "seed": random() if seed is None else seed,
        }
    )
