"""Short runs of the fuzzer that is guided by coverage, from sound inputs on; long ones are run by hand."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from connmgr_hil.resources import platforms_dir
from fuzz.targets import TARGETS
from stand_ins.device import frame_bytes

HERE = Path(__file__).parent
TRACES = HERE.parent / "traces" / "native_dad"
SOUND = {
    "frames": frame_bytes("1f 1500 reply tag=7 t0=1400 rc=0") * 2,
    "stock-lines": b"\x1b[8D\x1b[J\x1b[1;32mEVENT: L4 [1] connected (0x1f)\r\nuart:~$ ",
    "monitor-replies": b"\xff\xfd\x00(monitor) start\r\nThere is no such device\r\n(k64f) ",
    "platform-file": (platforms_dir() / "frdm_k64f.toml").read_bytes(),
    "trace": min((path.read_bytes() for path in TRACES.glob("*.jsonl")), key=len),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_sound_input_and_its_pieces(name: str) -> None:
    TARGETS[name](SOUND[name], (1, 50))


@pytest.mark.skipif(find_spec("atheris") is None, reason="needs atheris: the extra 'fuzz'")
def test_a_short_run(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, name in enumerate(TARGETS):
        (corpus / name).write_bytes(bytes((number, 1, 16, 64)) + SOUND[name])
    runs = os.environ.get("FUZZ_RUNS", "1500")
    done = subprocess.run(
        [sys.executable, HERE / "guided.py", "all", corpus, f"-runs={runs}", "-seed=1",
         f"-artifact_prefix={tmp_path}/", "-max_len=4096", "-timeout=30", "-rss_limit_mb=1000"],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {runs} runs" in done.stderr
