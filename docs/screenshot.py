"""Make `docs/feedback.svg`, the screenshot of the README, from the real program.

python docs/screenshot.py
"""

import asyncio
import tempfile
from pathlib import Path

from textual.widgets import TextArea

from interviewer.config import load_settings
from interviewer.domain.transcript import Mode
from interviewer.ui.app import InterviewerApp
from interviewer.ui.screens.feedback import FeedbackScreen
from interviewer.wiring import Interviewer, make_plan

ANSWER = (
    "In training it normalizes with the mean and variance of the current mini-batch. At inference it does exactly the "
    "same: it computes the statistics from whatever batch comes in. Gamma and beta are just applied as learned."
)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({}, {"data_dir": folder})
        program = Interviewer(settings)
        plan = make_plan(settings, mode=Mode.CARD, card_id="train-versus-eval", seed=1)
        app = InterviewerApp(program, plan, immediately=True)
        async with app.run_test(size=(120, 34)) as pilot:
            await pilot.pause()
            app.screen.query_one(TextArea).load_text(ANSWER)
            await pilot.press("ctrl+s")
            while not isinstance(app.screen, FeedbackScreen):
                await pilot.pause()
            await pilot.pause()
            Path(__file__).with_name("feedback.svg").write_text(app.export_screenshot(), encoding="utf-8")
        program.close()


if __name__ == "__main__":
    asyncio.run(main())
