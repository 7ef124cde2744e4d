"""What makes a bundle unfit to ship is named, each in a sentence."""

from pathlib import Path

import pytest

from infra.packaging import archive, faults, template

ARM, INTEL = 0xB7, 0x3E


def a_library(path: Path, machine: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little"))
    return path


def a_wheel(folder: Path, name: str, *, pure: bool, record: str = "") -> None:
    folder = folder / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "WHEEL").write_text(f"Root-Is-Purelib: {str(pure).lower()}\n")
    (folder / "RECORD").write_text(record)


class TestCompiledParts:
    def test_a_module_for_another_machine_is_a_fault(self, tmp_path: Path) -> None:
        a_library(tmp_path / "core" / "_core.so", INTEL)
        assert faults.of_compiled_parts(tmp_path, "arm64") == [
            "_core.so is made for x86_64, not for arm64"
        ]
        assert not faults.of_compiled_parts(tmp_path, "x86_64")

    def test_something_else_named_so_is_a_fault(self, tmp_path: Path) -> None:
        (tmp_path / "_core.so").write_bytes(b"MZ")
        assert faults.of_compiled_parts(tmp_path, "arm64") == [
            "_core.so is made for no Linux machine, not for arm64"
        ]

    def test_a_listed_module_that_is_not_there_is_a_fault(self, tmp_path: Path) -> None:
        a_wheel(tmp_path, "core", pure=True, record="core/_core.so,sha256=x,1\n")
        assert faults.of_compiled_parts(tmp_path, "arm64") == [
            "_core.so is listed by its distribution and not in the bundle"
        ]

    def test_a_platform_wheel_without_any_compiled_part_is_a_fault(self, tmp_path: Path) -> None:
        a_wheel(tmp_path, "core", pure=False)
        assert faults.of_compiled_parts(tmp_path, "arm64") == [
            "core should have a compiled part and has none"
        ]
        a_library(tmp_path / "core" / "_core.so", ARM)
        assert not faults.of_compiled_parts(tmp_path, "arm64")


class TestRequirements:
    def test_a_missing_or_other_version_is_a_fault(self, tmp_path: Path) -> None:
        """Chalice warns and ships; we refuse."""
        wanted = tmp_path / "requirements.txt"
        wanted.write_text("# comment\nSome.Thing[extra]==1.0  # why\nother-thing==2.0\n")
        (tmp_path / "some.thing-1.0.dist-info").mkdir()
        (tmp_path / "other_thing-1.9.dist-info").mkdir()
        assert faults.of_requirements(tmp_path, wanted) == [
            "other_thing 2.0 is required and not in the bundle"
        ]


class TestTemplate:
    def test_a_mistyped_name_of_the_merge_is_a_fault(self) -> None:
        merged = {"Resources": {"WorkAgneda": {"Properties": {}}, "Table": {"Type": "T"}}}
        assert template.faults(merged) == [
            "resource WorkAgneda has no Type: no such name in what Chalice makes"
        ]

    def test_a_placeholder_left_over_is_a_fault(self) -> None:
        arn = "arn:aws:sqs:eu-west-3:000000000000:agenda"
        merged = {"Resources": {"Worker": {"Type": "F", "Events": [{"Queue": arn}]}}}
        assert template.faults(merged) == [
            f"Resources.Worker.Events[0].Queue still carries the placeholder {arn}"
        ]

    def test_it_is_written_without_aliases(self, tmp_path: Path) -> None:
        """CloudFormation takes none, and Chalice writes one for every shared policy."""
        shared = {"Service": "lambda"}
        template.write({"Resources": {"A": shared, "B": shared}}, tmp_path / "sam.yaml")
        text = (tmp_path / "sam.yaml").read_text()
        assert "&" not in text
        assert template.read(tmp_path / "sam.yaml") == {"Resources": {"A": shared, "B": shared}}


class TestArchive:
    def test_equal_content_packs_to_equal_bytes(self, tmp_path: Path) -> None:
        """A deployment changes only when something in it does."""
        for name in ("one", "two"):
            folder = tmp_path / name
            (folder / "package").mkdir(parents=True)
            (folder / "package" / "module.py").write_text("VALUE = 1\n")
            archive.compile_modules(folder)
            archive.pack(folder, tmp_path / f"{name}.zip")
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()

    def test_a_module_that_does_not_compile_stops_the_build(self, tmp_path: Path) -> None:
        (tmp_path / "broken.py").write_text("def (:\n")
        with pytest.raises(SyntaxError):
            archive.compile_modules(tmp_path)

    def test_stale_byte_code_and_scripts_are_left_out(self, tmp_path: Path) -> None:
        for name in ("bin/tool", "package/__pycache__/old.pyc", "babel/locale-data/de_AT.dat"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("x")
        (tmp_path / "babel/locale-data/fr.dat").write_text("x")
        archive.prune(tmp_path)
        kept = {path.name for path in tmp_path.rglob("*") if path.is_file()}
        assert kept == {"fr.dat"}
