"""From what a user types to a target."""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from msgspec import structs

from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import UsageError

from .base import Target
from .board import BoardTarget
from .labgrid import PREFIX, LabgridTarget, find_place
from .platforms import Dialect, Must, Platform, find_platform, is_path, spelled
from .program import native_target, simulated_target
from .qemu import QemuTarget
from .renode import RenodeTarget

_STOCK_TOLERANCE = 0.5
"""Without the probe the only clock is that of this host, in seconds; a busy host is late by this much."""

GROUP = "connmgr_hil.targets"
"""The group of entry points by which other packages bring kinds of targets."""

Opener = Callable[[str, str, float], Target]
"""What such an entry point names: from what follows `KIND:`, a variant and the seconds that may be waited, to a target."""

NATIVE = ("native_sim", "native_posix", "native_sim_64", "native_posix_64")


def open_target(
    name: str,
    *,
    image: Path | None = None,
    variant: str = "",
    port: str = "",
    arguments: Sequence[str] = (),
    dialect: Dialect = "probe",
    wait: float = 0.0,
    any_build: bool = False,
    as_configured: bool = False,
) -> Target:
    """Return the target that a name stands for; it is not started yet.

    `simulated`, `native` (whichever native platform was built), the name of a platform, the path
    of a platform file, `labgrid:PLACE`, or `KIND:REST` for a kind of target from another package (see `GROUP`). `arguments` are extra arguments for the simulated board. With the dialect `stock` the image
    needs no probe, and time is real. `wait` is how many seconds to wait for other users of a board.

    A board must run the image, if one is given, or else what was built for it, if anything was; with
    `any_build` it may run any. Where that build left no build id nothing is compared. `as_configured`: the image is built
    as the platform file says, so it must have what that says. Raises `UsageError` when there is no such target, variant or image.
    """
    variant = variant_of(name, variant)
    target = _opened(
        name, image, variant, port, arguments, dialect, wait,
        any_build=any_build, as_configured=as_configured,
    )  # fmt: skip
    given = {"-t": name, "--image": image, "--variant": variant, "--port": port}
    target.asked = tuple(str(word) for pair in given.items() if pair[1] for word in pair)
    target.asked += ("--any-build",) if any_build else ()
    target.asked += ("--dialect", dialect) if dialect != "probe" else ()
    return target


def _opened(
    name: str,
    image: Path | None,
    variant: str,
    port: str,
    arguments: Sequence[str],
    dialect: Dialect,
    wait: float,
    *,
    any_build: bool,
    as_configured: bool,
) -> Target:
    if brought := _brought(name):
        return brought(name.partition(":")[2], variant, wait)
    if name.startswith(PREFIX):
        place, board = find_place(name)
        return LabgridTarget(place, varied(_spoken(board, dialect), variant), wait=wait)
    if spelled(name) == "native":
        platform, found = _built_native(image, variant)
        native = native_target(varied(_spoken(platform, dialect), variant), found)
        native.image = found
        return native
    platform = varied(_spoken(find_platform(name), dialect), variant)
    if (image is not None and not as_configured) or arguments:
        # A user who names an image, or other arguments, has configured it.
        platform = structs.replace(platform, must=Must())
    if platform.kind == "simulated":
        if image is not None:
            raise UsageError(
                "the simulated board does not run images",
                f"--image {image}",
                "name a platform that does: 'cmhil platforms'; 'native' for a native executable",
            )
        return simulated_target(platform, arguments)
    if platform.kind == "board":
        there = None if any_build else _expected_image(platform, image, variant)
        fixed = BoardTarget(platform, port, build=_build_of(platform, there), wait=wait)
        fixed.image = there
        return fixed
    found = find_image(platform, image, variant, name)
    target = _running(platform, found)
    target.image = found
    return target


def _running(platform: Platform, image: Path) -> Target:
    if platform.kind == "native":
        return native_target(platform, image)
    if platform.kind == "renode":
        return RenodeTarget(platform, image)
    return QemuTarget(platform, image)


def _brought(name: str) -> Opener | None:
    """Return what opens a target of another package's kind; None for a target of our own.

    Raises `UsageError` for an unknown kind, and for one that cannot be imported.
    """
    kind, colon, _ = name.partition(":")
    if not colon or is_path(name) or name.startswith(PREFIX):
        return None
    kinds = entry_points(group=GROUP)
    if kind not in kinds.names:
        others = ", ".join(["labgrid", *sorted(kinds.names)])
        raise UsageError(
            f"there is no kind of target {kind!r}",
            name,
            f"kinds: {others}; 'cmhil docs python' shows how a package adds one",
        )
    try:
        opener: Opener = kinds[kind].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"the kind of target {kind!r} cannot be imported",
            str(error),
            f"check the package with the entry point {kinds[kind].value}",
        ) from error
    return opener


def insist_on_board(name: str, options: Iterable[str]) -> None:
    """Raise `UsageError` if any option is given to a target that is no board: it would mean nothing there."""
    given = list(options)
    if not given or name.startswith(PREFIX) or _brought(name):
        return
    kind = "native" if spelled(name) == "native" else find_platform(name).kind
    if kind != "board":
        raise UsageError(
            f"{given[0]} is for boards", f"the target {name} is {kind}", f"leave out {given[0]}"
        )


def _spoken(platform: Platform, dialect: Dialect) -> Platform:
    """Return the platform with a dialect applied: without the probe time cannot be granted."""
    if "stock" not in (dialect, platform.dialect):
        return platform
    if platform.kind == "simulated":
        raise UsageError(
            "the dialect 'stock' needs firmware with upstream's own shell",
            f"the platform {platform.name}, which has only the probe",
            "run your own image: cmhil verify -t native --image PATH --dialect stock",
        )
    tolerance = max(platform.time.tolerance_seconds, _STOCK_TOLERANCE)
    real = structs.replace(platform.time, granted=False, tolerance_seconds=tolerance)
    return structs.replace(platform, dialect="stock", time=real)


def varied(platform: Platform, variant: str) -> Platform:
    """Return the platform as a variant of it is started: with that variant's arguments as well."""
    _check_variant(platform, variant)
    if not variant:
        return platform
    about = platform.variants[variant]
    arguments = (*platform.emulator.arguments, *about.arguments)
    uart = about.uart or platform.emulator.uart
    return structs.replace(
        platform,
        emulator=structs.replace(platform.emulator, arguments=arguments, uart=uart),
        ifaces=about.ifaces or platform.ifaces,
        network=tuple({*platform.network, *about.network}),
        stimuli=platform.stimuli | about.stimuli,
        must=about.must,
    )


def variant_of(name: str, variant: str) -> str:
    """Return a variant of a target as its platform file spells it; any other is returned unchanged."""
    if not variant or name.startswith(PREFIX) or _brought(name):
        return variant
    variants = find_platform(NATIVE[0] if spelled(name) == "native" else name).variants
    return next((each for each in variants if each.casefold() == variant.casefold()), variant)


def _check_variant(platform: Platform, variant: str) -> None:
    if variant and variant not in platform.variants:
        raise UsageError(
            f"{platform.name} has no such variant",
            repr(variant),
            did_you_mean(variant, sorted(platform.variants))
            if platform.variants
            else "it has none",
        )


def image_path(platform: Platform, variant: str = "") -> Path:
    """Return where the build of a platform leaves its image."""
    folder = Path(os.environ.get("CMHIL_BUILD_DIR") or Path("out") / "build")
    build = f"{platform.build_name}-{variant}" if variant else platform.build_name
    suffix = "exe" if platform.kind == "native" else "elf"
    return folder / build / "zephyr" / f"zephyr.{suffix}"


def build_command(platform: Platform, variant: str = "", named: str = "") -> str:
    """Return the command that builds what a platform runs. A platform file is found only as the user `named` it."""
    of_its_own = platform.build_name == platform.name and is_path(named)
    words = ["cmhil", "build", "-p", named if of_its_own else platform.build_name]
    return shlex.join([*words, "--variant", variant] if variant else words)


def find_image(
    platform: Platform, image: Path | None = None, variant: str = "", named: str = ""
) -> Path:
    """Return the image to run: the given one, or the one that was built.

    `named` is how the user called the platform. Raises `UsageError` with the command that builds it.
    """
    _check_variant(platform, variant)
    path = image or image_path(platform, variant)
    if path.is_file():
        return path
    raise UsageError(
        f"there is no image for {platform.name}",
        f"no file {path}",
        f"{build_command(platform, variant, named)}, or name one with --image PATH",
    )


def build_id(image: Path) -> str:
    """Return what the hello of an image will say it was built from; empty if its build folder does not tell.

    CMake works it out when it configures a build (zephyr_app/probe/CMakeLists.txt).
    """
    ninja = image.absolute().parent.parent / "build.ninja"
    text = ninja.read_text(encoding="utf-8", errors="replace") if ninja.is_file() else ""
    found = re.search(r'CM_BUILD_ID=[\\"]*([0-9a-f]+)', text)
    return found[1] if found else ""


def _expected_image(platform: Platform, image: Path | None, variant: str) -> Path | None:
    """Return the image that a board must run; None if that is unknown."""
    if image is None and not image_path(platform, variant).is_file():
        return None
    return find_image(platform, image, variant)


def _build_of(platform: Platform, image: Path | None) -> str:
    """Return the build id that a board must report; empty if it is unknown, or the board has no probe."""
    return build_id(image) if image and platform.dialect != "stock" else ""


def _built_native(image: Path | None, variant: str) -> tuple[Platform, Path]:
    platforms = [find_platform(name) for name in NATIVE]
    if image is not None:
        # The hello tells which native board the image was built for.
        any_native = structs.replace(
            platforms[0],
            name="native",
            description="Zephyr as a native executable",
            zephyr=None,
            ifaces=(),
            must=Must(),
        )
        return any_native, find_image(platforms[0], image, variant)
    for platform in platforms:
        if image_path(platform, variant).is_file():
            return platform, find_image(platform, None, variant)
    return platforms[0], find_image(platforms[0], None, variant)
