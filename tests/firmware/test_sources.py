"""What the firmware's sources must not do, since no test that runs them on a host could show it."""

import re
from pathlib import Path

import pytest

APPLICATION = Path(__file__).parents[2] / "zephyr_app"

BUFFERS = {
    ("cmd_where.c", "errand"): "only the thread that reads commands, and not nested",
    ("fault.c", "fields"): "once in a life",
    ("gate_native.c", "data"): "only the gate's thread",
    ("machine.c", "argv"): "only the thread that reads lines",
    ("machine.c", "text"): "only the thread that reads lines",
    ("shell.c", "text"): "under the lock of the shell's command",
    ("thread_text.c", "text"): "under the lock of interrupts",
    ("writer.c", "text"): "only one thread each, or under a lock",
    ("life.c", "table"): "a seeded defect",
}
"""Buffers of functions that keep their place, and why no second caller can come in between."""

_BUFFER = re.compile(
    r"^\t+static (?!const\b)(?:struct )?\w+ \*?(\w+)(?:\[.*\])?(?: = .*)?;$", re.MULTILINE
)


def _buffers(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [
        match[1]
        for match in _BUFFER.finditer(text)
        if "[" in match[0] or "static struct" in match[0]
    ]


@pytest.mark.parametrize("part", ["probe", "simconn"])
def test_no_frame_is_made_in_a_buffer_that_a_hook_can_enter_again(part: str) -> None:
    """A state frame of iface 1 and one that a hook sent were mixed, with a good checksum."""
    sources = sorted((APPLICATION / part / "src").glob("*.c"))
    assert sources
    found = {(path.name, name) for path in sources for name in _buffers(path)}
    assert found == {key for key in BUFFERS if (APPLICATION / part / "src" / key[0]).exists()}


def test_the_search_finds_what_the_probe_did_before() -> None:
    assert _BUFFER.findall(
        "\tstatic char text[CM_FIELDS_MAX];\n\tstatic struct errand errand;\n"
    ) == [
        "text",
        "errand",
    ]


def test_deadly_defects_say_which_requirement_they_break() -> None:
    header = (APPLICATION / "simconn/include/cm_simconn/defects.h").read_text(encoding="utf-8")
    named = re.findall(r'L\((life_\w+), "', header)
    told = dict(re.findall(r"^ \* (life_\w+) +(00[1-5])  ", header, re.MULTILINE))
    assert len(named) >= 20
    assert list(told) == named
    assert set(told.values()) == {"001", "002", "003", "004", "005"}


def test_the_sections_of_the_probe_lie_where_the_linker_script_takes_them_for() -> None:
    """On x86 they lay beyond the last page that the MMU maps, and whether the device died was a matter of the image's size."""
    probe = APPLICATION / "probe"
    (condition,) = re.findall(
        r"if\((.*)\)\n  zephyr_linker_sources\(DATA_SECTIONS cm_probe.ld\)",
        (probe / "CMakeLists.txt").read_text(encoding="utf-8"),
    )
    (directive,) = re.findall(
        r"#if (.*)\n#define CM_PROBE_SECTION\(name\) ITERABLE_SECTION_RAM",
        (probe / "cm_probe.ld").read_text(encoding="utf-8"),
    )
    in_data = set(re.findall(r"CONFIG_\w+", condition))
    assert in_data == set(re.findall(r"CONFIG_\w+", directive))
    assert in_data == {"CONFIG_HAS_ESPRESSIF_HAL", "CONFIG_X86"}
