import sys

import pytest

from tools.check import Step, run_steps

WELL = Step("well", (sys.executable, "-c", "print('not shown')"))
BROKEN = Step("broken", (sys.executable, "-c", "print('the reason'); raise SystemExit(3)"))


def test_check_runs_every_step_and_shows_only_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_steps((BROKEN, WELL)) is False
    printed = capsys.readouterr().out
    assert ("  | the reason\n" in printed, "not shown" in printed) == (True, False)
    assert printed.splitlines()[-1] == "failed: broken"


def test_check_is_well_when_all_steps_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_steps((WELL,)) is True
    assert capsys.readouterr().out.splitlines()[-1] == "all 1 steps ok"


def test_check_counts_a_missing_program_as_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_steps((Step("absent", ("no-such-program",)),)) is False
    assert "  | no-such-program is not installed\n" in capsys.readouterr().out
