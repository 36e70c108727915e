"""Platform files: the ones that ship are sound, and a mistake is told exactly."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.targets import (
    find_image,
    find_platform,
    image_path,
    known_platforms,
    open_target,
    read_platform,
    read_platforms,
)
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from fuzz.targets import platform_file

SOUND = """
name = "mine"
description = "my board"
kind = "board"
[zephyr]
board = "mine"
"""
APP = Path(__file__).parents[2] / "zephyr_app"


def test_those_that_ship() -> None:
    platforms = known_platforms()
    assert {
        *("simulated", "native_sim", "native_posix", "mps2_an385", "qemu_cortex_m3", "qemu_x86"),
        "qemu_cortex_a9",
        *("frdm_k64f", "nrf9160dk", "nrf9160dk_ns"),
        *("esp32_devkitc", "esp32c3_devkitm", "qemu_esp32", "qemu_esp32c3"),
    } <= set(platforms)
    for name, platform in platforms.items():
        assert platform.name == name
        assert "bound0" in platform.ifaces


@pytest.mark.parametrize("suffix", ["conf", "overlay"])
def test_no_board_has_fragments_by_both_of_its_names(suffix: str) -> None:
    """Zephyr 4 refuses to build then: it takes `board_soc_variant`, or `board_variant` for a board of one SoC."""
    for platform in known_platforms().values():
        if platform.zephyr is None or "/" not in platform.zephyr.board_v2:
            continue
        board, soc, *rest = platform.zephyr.board_v2.split("/")
        names = ("_".join([board, soc, *rest]), "_".join([board, *rest]))
        there = [name for name in names if (APP / "boards" / f"{name}.{suffix}").is_file()]
        assert len(there) <= 1, f"{platform.name}: {there}"


def test_fragments_that_variants_name_exist() -> None:
    for platform in known_platforms().values():
        for variant in platform.variants.values():
            assert bool(variant.conf) != (platform.kind == "simulated")
            assert all((APP / conf).is_file() for conf in variant.conf)


def test_both_names_of_a_board_are_right() -> None:
    assert find_platform("frdm_k64f").boards == ("frdm_k64f", "frdm_k64f/mk64f12")
    assert find_platform("native_sim_64").boards[:2] == ("native_sim_64", "native_sim/native/64")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind =", "kinds ="), r"kinds.*known keys: actors, console, description"),
        (('"board"', '"boart"'), r"boart.*kind.*one of: simulated, native, qemu, renode, board"),
        (('board = "mine"', "board = 5"), r"str.*zephyr\.board"),
        (('board = "mine"', 'board = "x"\nbaud = 1'), r"baud.*known keys: app, board, board_v2"),
        (("name =", "#"), r"missing required field `name`"),
        (("[zephyr]", "[zephyr"), "TOML"),
        (('"board"', '"qemu"'), "emulator.program"),
        (('[zephyr]\nboard = "mine"', ""), r"\[zephyr\]"),
        (("kind =", "kid ="), r"did you mean `kind`\?"),
        (('"board"', '"boart"'), r"did you mean 'board'\?"),
        (('"mine"\ndesc', '"../mine"\ndesc'), r"regex.*`name`"),
        (("[zephyr]", "[time]\ntolerance_seconds = nan\n[zephyr]"), "tolerance_seconds"),
        (("[zephyr]", "[time]\ntolerance_seconds = -1\n[zephyr]"), "tolerance_seconds"),
        (
            ("[zephyr]", "[time]\ntolerance_seconds = 1e6\n[zephyr]"),
            r"<= 10.*time.tolerance_seconds",
        ),
        (("[zephyr]", "[zephyr]\nconf = ['no.conf']"), r"(?s)zephyr\.conf.*no\.conf"),
        (("[zephyr]", "[emulator.flash]\nchip='x'\nsize='4MB'\nlayouts=[]\n[zephyr]"), "flash"),
        (('"mine"\ndesc', '"""mine\n"""\ndesc'), r"regex.*`name`"),
        (('"my board"', r'"a\u0000b"'), r"(?s)description: this text has a NUL.*'a\\x00b'"),
        (('board = "mine"', r'board = "m\u0000"'), r"zephyr\.board: this text has a NUL"),
        (
            ("[zephyr]", r"[zephyr]@app = '..'@conf = [" + r'"\u0000.conf"]'),
            r"zephyr\.conf\[0\]: this text",
        ),
        (("[zephyr]", r'[zephyr]@app = "\u0000"'), r"zephyr\.app: this text has a NUL"),
        (
            ("[zephyr]", "[variants.'../x']@description = 'd'@[zephyr]"),
            r"(?s)variants: this is not a name.*'\.\./x'",
        ),
        (("[zephyr]", "[variants.'']@description = 'd'@[zephyr]"), r"variants: this is not a name"),
        (
            ("[zephyr]", "[stimuli.'../x']@description = 'd'@shell = 's'@[zephyr]"),
            r"stimuli: this is not a name",
        ),
        (("kind =", "ifaces = ['a b']@kind ="), r"(?s)ifaces: this is not a name.*'a b'"),
        (
            ("[zephyr]", "[reset]@boot_seconds = -1.0@[zephyr]"),
            r"reset\.boot_seconds: this is not a number from 0",
        ),
        (("[zephyr]", "[reset]@port_seconds = nan@[zephyr]"), r"(?s)reset\.port_seconds.*nan"),
        (
            ("[zephyr]", "[reset]@command_seconds = inf@[zephyr]"),
            r"(?s)reset\.command_seconds.*inf",
        ),
        (("[zephyr]", "[[reset.line]]@seconds = -0.1@[zephyr]"), r"reset\.line\[0\]\.seconds"),
        (("[zephyr]", "[flash]@seconds = 1e300@[zephyr]"), r"flash\.seconds"),
        (("[zephyr]", "[console]@baud = " + "9" * 400 + "@[zephyr]"), r"console\.baud"),
        (("[zephyr]", "[console]@pace_seconds = inf@[zephyr]"), r"console\.pace_seconds"),
        (
            ("[zephyr]", "[stimuli.x]@description = 'd'@shell = 's'@seconds = nan@[zephyr]"),
            r"stimuli\.x\.seconds",
        ),
        (
            (
                "[zephyr]",
                (
                    "[variants.v.stimuli.x]@description = 'd'@shell = 's'@seconds = -1.0@"
                    "[variants.v]@description = 'd'@[zephyr]"
                ),
            ),
            r"variants\.v\.stimuli\.x\.seconds",
        ),
        (
            (
                "[zephyr]",
                (
                    "[stimuli.x]@description = 'd'@"
                    "qmp = { execute = 'e', arguments = { n = nan } }@[zephyr]"
                ),
            ),
            r"stimuli\.x\.qmp\.arguments\.n: this is not a number of 64 bits",
        ),
        (("name =", "a = " + "[" * 5000 + "]" * 5000 + "\nname ="), "TOML"),
        (('"mine"\ndesc', '"mine"\n[time]\ngranted = "yes"\n[x]\ndesc'), "x|bool"),
    ],
)
def test_mistakes_name_file_key_and_what_may_be(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "mine.toml"
    before, after = change
    path.write_text(SOUND.replace(before, after.replace("@", "\n")))
    with pytest.raises(BadInput, match=message) as caught:
        read_platform(path)
    assert str(path) in str(caught.value)


def _keys() -> st.SearchStrategy[str]:
    known = (
        "name",
        "kind",
        "zephyr",
        "board",
        "emulator",
        "flash",
        "time",
        "variants",
        "untestable",
    )
    return st.sampled_from(known) | st.text("ab-_1", min_size=1, max_size=4)


def _values() -> st.SearchStrategy[str]:
    text = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=6)
    plain = (
        text.map(lambda word: f'"{word}"')
        | st.integers().map(str)
        | st.sampled_from(("true", "nan", "-inf", "1e999", "1979-05-27", '"\\u0000"', "1.5"))
    )
    return st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
            | st.dictionaries(_keys(), inner, max_size=3).map(
                lambda table: (
                    "{" + ", ".join(f"{key} = {each}" for key, each in table.items()) + "}"
                )
            )
        ),
        max_leaves=8,
    )


@settings(deadline=None)
@given(table=st.dictionaries(_keys(), _values(), max_size=6), noise=st.binary(max_size=8))
def test_any_toml_is_read_or_refused_with_its_name(table: dict[str, str], noise: bytes) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in table.items())
    for content in (text.encode(), text.encode() + b"\n" + noise, SOUND.encode() + noise):
        platform_file(content)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(SOUND)
    with pytest.raises(
        BadInput, match=r"b\.toml: another platform file has this name\n.*'mine', as in .*a\.toml"
    ):
        read_platforms([tmp_path / "a.toml", tmp_path / "b.toml"])


@pytest.mark.parametrize(
    ("key", "meant"), [("REQ-CTL-19", "REQ-CTL-019"), ("req-mon-008", "REQ-MON-008")]
)
def test_a_requirement_that_there_is_not_cannot_be_untestable(
    key: str, meant: str, tmp_path: Path
) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f'{SOUND}\n[untestable]\n"{key}" = "no cable"\n')
    with pytest.raises(BadInput, match=f"not the id of a requirement\n.*did you mean.*{meant}"):
        read_platform(path)
    with pytest.raises(BadInput, match="not the id of a requirement"):
        open_target(str(path))


def test_an_application_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "hil.conf").touch()
    path.write_text(SOUND + 'app = "app"\nconf = ["hil.conf"]\n')
    zephyr = read_platform(path).zephyr
    assert zephyr is not None
    assert zephyr.app_dir == tmp_path / "app"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SOUND)
    assert find_platform(str(path)).name == "mine"
    with pytest.raises(BadInput, match="cannot be read as a platform file"):
        find_platform(str(tmp_path / "none.toml"))


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(UsageError, match="mps2_an385"):
        open_target("mps3")
    with pytest.raises(UsageError, match=r"did you mean 'dad'.*valid: "):
        open_target("simulated", variant="dada")
    with pytest.raises(UsageError, match="--port"):
        open_target("frdm_k64f")


def test_missing_image_names_the_command_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path))
    with pytest.raises(UsageError, match="cmhil build -p mps2_an385 --variant dad"):
        open_target("mps2_an385", variant="dad")
    with pytest.raises(UsageError, match="cmhil build -p native"):
        open_target("native")


def test_an_image_that_cannot_be_executed_is_the_callers_slip(tmp_path: Path) -> None:
    image = tmp_path / "zephyr.exe"
    image.write_bytes(b"\x7fELF")
    with pytest.raises(UsageError, match=r"zephyr.exe cannot be executed[^\0]*chmod"):
        open_target("native", image=image)


def test_image_is_found_where_the_build_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CMHIL_BUILD_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    platform = find_platform("native_posix_64")
    path = image_path(platform, "dad")
    assert path == Path("out/build/native_posix_64-dad/zephyr/zephyr.exe")
    path.parent.mkdir(parents=True)
    path.touch(0o755)
    assert find_image(platform, None, "dad") == path
    assert open_target("native", variant="dad").name == "native_posix_64"


def test_a_variant_is_started_with_its_own_arguments_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    emulator = '[emulator]\nprogram = "qemu-system-arm"\narguments = ["-net", "none"]\n'
    variant = '[variants.lan]\ndescription = "x"\narguments = ["-nic", "user,model=e1000"]\n'
    path.write_text(SOUND.replace('"board"', '"qemu"') + emulator + variant)
    image = tmp_path / "zephyr.elf"
    image.touch()
    plain = open_target(str(path), image=image).platform
    assert plain.emulator.arguments == ("-net", "none")
    lan = open_target(str(path), image=image, variant="lan").platform
    assert lan.emulator.arguments == ("-net", "none", "-nic", "user,model=e1000")
