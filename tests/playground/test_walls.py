"""The web process never imports torch."""

import os
import subprocess
import sys

from playground.config import ROOT


def test_the_web_process_starts_without_torch() -> None:
    program = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'playground.settings'\n"
        "import playground.asgi, playground.urls, playground.runs.boot\n"
        "heavy = sorted({'torch', 'transformers', 'llguidance'} & set(sys.modules)); print(heavy); sys.exit(bool(heavy))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_constraint_is_checked_without_torch() -> None:
    program = (
        "import sys; from inference.grammar import check_constraint; from inference.spec import SamplingParams\n"
        "assert check_constraint(SamplingParams(regex='a+')); assert 'llguidance' in sys.modules\n"
        "heavy = sorted({'torch', 'transformers'} & set(sys.modules)); print(heavy); sys.exit(bool(heavy))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
