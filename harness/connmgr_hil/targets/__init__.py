"""Things that run the application: emulators, boards, the simulated board."""

from .base import End, Target
from .board import BoardTarget
from .choice import Choice
from .death import crash_told
from .declared import require_clock, require_configuration, require_ifaces, require_order
from .opening import (
    build_command,
    build_id,
    find_image,
    image_path,
    insist_on_board,
    open_target,
    variant_of,
    varied,
)
from .platforms import (
    Dialect,
    Platform,
    find_platform,
    folder_name,
    known_platforms,
    read_platform,
    read_platforms,
    spelled,
)
from .program import ProgramTarget, native_target, simulated_target
from .qemu import QemuTarget
from .renode import RenodeTarget
from .speaking import attach_to_boot, device_on

__all__ = [
    "BoardTarget",
    "Choice",
    "Dialect",
    "End",
    "Platform",
    "ProgramTarget",
    "QemuTarget",
    "RenodeTarget",
    "Target",
    "attach_to_boot",
    "build_command",
    "build_id",
    "crash_told",
    "device_on",
    "find_image",
    "find_platform",
    "folder_name",
    "image_path",
    "insist_on_board",
    "known_platforms",
    "native_target",
    "open_target",
    "read_platform",
    "read_platforms",
    "require_clock",
    "require_configuration",
    "require_ifaces",
    "require_order",
    "simulated_target",
    "spelled",
    "variant_of",
    "varied",
]
