"""Files and folders that are there whole or not at all."""

from pathlib import Path

import pytest

from archive.model.atomic_file import atomic_file, atomic_folder


def test_a_file_replaces_the_one_before_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_file(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_fails_leaves_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    path, left = tmp_path / "a.txt", tmp_path / ".a.txt.part"
    path.write_text("old")
    left.write_text("of a killed process")
    with pytest.raises(FileNotFoundError), atomic_file(path) as part:
        part.read_text()
    with pytest.raises(ZeroDivisionError), atomic_file(path) as part:
        part.write_text(str(1 // part.write_text("half")) + str(1 // 0))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(ZeroDivisionError), atomic_folder(path) as part:
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with atomic_folder(path, "one.writer") as part:
        (part / "b").touch()
        assert part.name == ".a.one.writer.part"
        assert not path.exists()
    assert [each.name for each in path.iterdir()] == ["b"]
    with pytest.raises(FileNotFoundError), atomic_folder(tmp_path / "none" / "b"):
        pass
