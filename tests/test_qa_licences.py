"""Which licences a build may use: SPDX identifiers compared whole, nothing inferred."""

from pathlib import Path

import pytest

from review_data import write_data
from spacevista.cli import main
from spacevista.errors import DatasetError, SpacevistaError
from spacevista.qa.dataset import read_manifest, settings_of
from spacevista.qa.licences import hub_licences, is_allowed, named_licences


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("CC0-1.0", True),
        ("cc0-1.0", True),  # SPDX: identifiers are matched without regard to case
        ("MIT", True),
        ("CC-BY-4.0", False),
        ("CC0", False),
        ("CC0-1.0 ", False),
        ("CC0-1.0 OR CC-BY-NC-4.0", False),  # an expression is not taken apart
        ("MIT License", False),
        ("", False),
    ],
)
def test_a_licence_is_compared_whole(licence: str, allowed: bool) -> None:
    assert is_allowed(licence, ("CC0-1.0", "MIT")) is allowed


def test_named_licences_have_one_order_whoever_names_them() -> None:
    assert named_licences(["MIT", "CC0-1.0", "mit"]) == ["CC0-1.0", "MIT"]
    assert settings_of([], 0, "native", ["MIT", "CC0-1.0"]) == settings_of([], 0, "native", ["CC0-1.0", "MIT"])


@pytest.mark.parametrize("wrong", ["", "CC BY 4.0", "MIT OR CC0-1.0", "-", "(MIT)"])
def test_what_is_no_identifier_is_a_wrong_call(wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SpacevistaError, match="expected an SPDX identifier"):
        named_licences([wrong])
    assert main(["build", str(tmp_path), "--out", str(tmp_path / "out"), f"--licence={wrong}"]) == 2
    assert "--licence: expected an SPDX identifier" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_the_hub_has_no_name_for_is_other() -> None:
    assert hub_licences(["CC0-1.0", "CC-BY-4.0", "by permission"]) == ["cc-by-4.0", "cc0-1.0", "other"]


def test_a_manifest_of_an_earlier_version_says_what_to_do(tmp_path: Path) -> None:
    write_data(tmp_path / "data")
    file = tmp_path / "data" / "manifest.json"
    file.write_text(
        file.read_text().replace('"version": 2', '"version": 1').replace('"licences": []', '"licence": null')
    )
    with pytest.raises(DatasetError, match="expected version 2, got 1; build it again"):
        read_manifest(tmp_path / "data")
