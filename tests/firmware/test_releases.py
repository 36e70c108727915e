"""The firmware's sources compile as Zephyr 4.1 and 4.5 declare what they use of it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
APP = HERE.parents[1] / "zephyr_app"
SOURCES = ("probe/src/address.c", "src/reach.c", "src/kinds.c", "simwifi/driver.c")
USED = re.compile(r"#\s*(?:include|if __has_include\()\s*<((?:zephyr/)[^>]+)>")
MISSING_BEFORE_4_0 = {"zephyr/random/rand32.h"}
RELEASES = (401, 405)


@pytest.fixture(scope="module")
def gcc() -> str:
    found = shutil.which("gcc")
    if found is None:
        pytest.skip("needs the host's gcc")
    return found


@pytest.fixture(scope="module")
def headers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every header of Zephyr that the firmware includes is our one."""
    folder = tmp_path_factory.mktemp("zephyr")
    for source in [*APP.rglob("*.c"), *APP.rglob("*.h")]:
        for name in USED.findall(source.read_text()):
            if name in MISSING_BEFORE_4_0:
                continue
            header = folder / name
            header.parent.mkdir(parents=True, exist_ok=True)
            header.write_text(f'#include "{HERE / "zephyr_as_declared.h"}"\n')
    return folder


def compiled(gcc: str, headers: Path, release: int, *arguments: str | Path) -> str:
    folders = (headers, APP / "probe" / "include", APP / "probe" / "src", APP / "src")
    command = [gcc, "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
    command += [f"-DRELEASE={release}", *(f"-I{folder}" for folder in folders)]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.stderr


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("source", SOURCES)
def test_a_source_compiles(gcc: str, headers: Path, source: str, release: int) -> None:
    assert compiled(gcc, headers, release, "-fsyntax-only", APP / source) == ""


def test_the_declarations_of_the_two_releases_do_not_fit_each_other(
    gcc: str, headers: Path, tmp_path: Path
) -> None:
    use = tmp_path / "use.c"
    use.write_text(
        "#include <zephyr/net/ethernet.h>\n"
        "int send(const struct device *dev, struct net_pkt *pkt);\n"
        "const struct ethernet_api api = {.send = send};\n"
        "const int family = AF_INET;\n"
    )
    assert compiled(gcc, headers, 401, "-fsyntax-only", use) == ""
    refused = compiled(gcc, headers, 405, "-fsyntax-only", use)
    assert "AF_INET" in refused
    assert "send" in refused


@pytest.mark.parametrize(
    ("release", "public", "told"),
    [(401, True, "4.1 known 3"), (405, True, "4.5 known 3"), (405, False, "4.5 unknown -95")],
)
def test_a_queue_that_is_not_public_is_said_to_be_unknown(
    gcc: str, headers: Path, tmp_path: Path, release: int, public: bool, told: str
) -> None:
    program = tmp_path / "program"
    switches = ["-DQUEUE_IS_PUBLIC"] if public else []
    assert compiled(
        gcc, headers, release, *switches, "-o", program, HERE / "queue_unknown.c"
    ) == ""  # fmt: skip
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told
