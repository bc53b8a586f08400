"""Grade a stream of lines, in one process or several."""

import multiprocessing
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import IO

from interviewer.config import Settings
from interviewer.domain.card import Bank
from interviewer.grading.interface import Grader
from interviewer.scripting import GradedLine, grade_line
from interviewer.wiring import Interviewer, make_grader

AHEAD = 16
"""Lines a worker that are read before the first of them is written: what bounds the memory."""

_worker: tuple[Bank, Grader] | None = None


def grade_lines(settings: Settings, source: IO[bytes], open_target: Callable[[], IO[bytes]], workers: int = 1) -> int:
    """Grade each line of `source` into a line of the target, in order, each written as soon as it and those before it
    are graded. Returns how many failed.

    Raises ModelError, BankError or SettingsError before anything is read and before the target is opened, so that
    results of an earlier run are not lost to a wrong option.
    """
    program = Interviewer(settings)
    bank, grader = program.bank, program.grader()
    target = open_target()
    if workers == 1:
        failed = 0
        for number, line in enumerate(source, start=1):
            failed += _write(target, grade_line(bank, grader, number, line))
        return failed
    return _grade_in_processes(settings, source, target, workers)


def _grade_in_processes(settings: Settings, source: IO[bytes], target: IO[bytes], workers: int) -> int:
    pending: queue.Queue[Future[GradedLine] | None] = queue.Queue(maxsize=AHEAD * workers)
    stopped = threading.Event()
    outcome: list[int | BaseException] = []

    def write_in_order() -> None:
        failed = 0
        try:
            while (future := pending.get()) is not None:
                failed += _write(target, future.result())
            outcome.append(failed)
        except BaseException as error:  # handed to the caller below
            outcome.append(error)
            stopped.set()
            while pending.get() is not None:
                pass

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_load, initargs=(settings,)) as pool:
        writer = threading.Thread(target=write_in_order)
        writer.start()
        try:
            for number, line in enumerate(source, start=1):
                if stopped.is_set():
                    break
                pending.put(pool.submit(_grade, number, line))
        finally:
            pending.put(None)
            writer.join()
            if stopped.is_set():
                pool.shutdown(wait=True, cancel_futures=True)
    [result] = outcome
    if isinstance(result, BaseException):
        raise result
    return result


def _load(settings: Settings) -> None:
    global _worker
    _worker = (Interviewer(settings).bank, make_grader(settings, threads=1))


def _grade(number: int, line: bytes) -> GradedLine:
    if _worker is None:
        raise RuntimeError("the worker process was not initialised")
    return grade_line(*_worker, number, line)


def _write(target: IO[bytes], graded: GradedLine) -> bool:
    target.write(graded.output)
    target.flush()
    return graded.failed
