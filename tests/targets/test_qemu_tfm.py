"""A non-secure image in QEMU: what is loaded is TF-M's merged file beside it."""

from pathlib import Path

import pytest

from connmgr_hil.targets import QemuTarget
from connmgr_hil.targets.platforms import read_platform
from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError


@pytest.fixture
def target(tmp_path: Path) -> QemuTarget:
    """A target whose QEMU writes its arguments to a file and ends."""
    program = tmp_path / "qemu"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\n')
    program.chmod(0o755)
    path = tmp_path / "ours.toml"
    path.write_text(
        'name = "ours"\ndescription = "non-secure"\nkind = "qemu"\n[zephyr]\nboard = "ours_ns"\n'
        f'[emulator]\nprogram = "{program}"\nload = "tfm_merged.hex"\n'
    )
    folder = tmp_path / "a,b"
    folder.mkdir()
    return QemuTarget(read_platform(path), folder / "zephyr.elf")


def test_the_merged_file_is_loaded_in_place_of_the_image(
    target: QemuTarget, tmp_path: Path
) -> None:
    (tmp_path / "a,b" / "tfm_merged.hex").touch()
    with pytest.raises(RigFault, match="QEMU did not start"):
        target.start()
    given = (tmp_path / "arguments").read_text().splitlines()
    assert given[-2:] == ["-device", f"loader,file={tmp_path}/a,,b/tfm_merged.hex"]
    assert "-kernel" not in given


def test_without_it_the_error_names_it_and_the_build(target: QemuTarget) -> None:
    with pytest.raises(UsageError, match=r"tfm_merged\.hex is missing beside the image") as caught:
        target.start()
    assert "'cmhil build'" in caught.value.remedy
    assert target.pid is None


def test_only_qemu_loads_another_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ndescription = "mine"\nkind = "native"\n'
        '[zephyr]\nboard = "x"\n[emulator]\nload = "x.hex"\n'
    )
    with pytest.raises(BadInput, match=r"emulator\.load"):
        read_platform(path)
