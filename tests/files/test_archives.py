"""What a ZIP from a stranger can do to us: nothing; and what it gives: its photos, in the order people expect."""

from __future__ import annotations

import io
import pickle
import resource
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from domain.file_problems import BrokenZip, FileProblem, NotAZip, Refused, ZipTooFull
from files.archives import ArchiveLimits, list_archive, take_photos
from files.pictures import Taken, normalise
from tests.files.zips import archive, blank_png, explain, forged, photo, special


def reasons(refused: tuple[Refused, ...]) -> dict[str, str]:
    return {line.name: line.reason for line in refused}


def test_photos_come_in_the_order_people_count(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", *((f"photo{n}.jpg", photo()) for n in (10, 2, 1)), ("Photo3.PNG", b""))
    listing = list_archive(path)
    assert [member.name for member in listing.members] == ["photo1.jpg", "photo2.jpg", "Photo3.PNG", "photo10.jpg"]
    assert listing.refused == ()


def test_what_is_no_photo_is_refused_by_name_and_reason(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip",
        ("cat.jpg", photo()),
        ("notes.txt", b"hello"),
        ("inner.zip", b"PK"),
        ("phone.HEIC", b"x"),
        ("../up.jpg", photo()),
        ("a/../../up.jpg", photo()),
        ("/etc/passwd.jpg", photo()),
        ("..\\up.png", photo()),
        ("C:\\up.png", photo()),
        (special("link.jpg"), b"/etc/passwd"),
        (special("device.jpg", stat.S_IFBLK), b""),
        ("huge.jpg", b"\0" * 30_000_000),
        ("dense.jpg", b"\0" * 1_000_000),
    )
    listing = list_archive(path)
    assert [member.name for member in listing.members] == ["cat.jpg"]
    assert reasons(listing.refused) == {
        "notes.txt": "not_photo",
        "inner.zip": "archive",
        "phone.HEIC": "heic",
        "../up.jpg": "path",
        "a/../../up.jpg": "path",
        "/etc/passwd.jpg": "path",
        "../up.png": "path",
        "C:/up.png": "path",
        "link.jpg": "link",
        "device.jpg": "link",
        "huge.jpg": "too_big",
        "dense.jpg": "ratio",
    }
    assert all(explain(line).startswith(line.name + ": ") for line in listing.refused)


def test_names_that_go_on_with_a_number_and_names_of_nothing_are_listed_too(tmp_path: Path) -> None:
    names = ("notes1", "notes", "cat.jpg2.jpg", "cat.jpg", "cat.jpg10.jpg")
    nothing = zipfile.ZipInfo("x")
    nothing.filename = "\0.jpg"  # a name is read up to its first zero
    path = archive(tmp_path / "a.zip", (nothing, photo()), *((name, photo()) for name in names))
    listing = list_archive(path)
    assert [member.name for member in listing.members] == ["cat.jpg", "cat.jpg2.jpg", "cat.jpg10.jpg"]
    assert [line.name for line in listing.refused] == ["?", "notes", "notes1"]


def test_litter_and_folders_are_passed_over_in_silence(tmp_path: Path) -> None:
    litter = ("__MACOSX/._cat.jpg", ".DS_Store", "pets/Thumbs.db", "pets/._cat.jpg", "pets/")
    listing = list_archive(archive(tmp_path / "a.zip", *((name, b"") for name in litter), ("pets/cat.jpg", photo())))
    assert ([member.name for member in listing.members], listing.refused) == (["pets/cat.jpg"], ())


def test_second_file_of_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "a.zip", ("cat.jpg", photo(colour="red")), ("cat.jpg", photo(colour="blue")))
    listing = list_archive(path)
    assert reasons(listing.refused) == {"cat.jpg": "same_name"}
    taken = take_photos(path, listing.members, tmp_path)
    assert [one.sha256 for one in taken if isinstance(one, Taken)] == [normalise(photo(colour="red")).sha256]


def test_encrypted_entry_is_refused_and_never_asked_for_a_password(tmp_path: Path) -> None:
    listing = list_archive(forged(tmp_path / "a.zip", "cat.jpg", photo(), claims=len(photo()), flags=1))
    assert reasons(listing.refused) == {"cat.jpg": "encrypted"}


def test_of_20_000_entries_5_000_are_taken_and_the_rest_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(20_000):
            file.writestr(f"{number}.jpg", b"x")
    listing = list_archive(path)
    assert [member.name for member in (listing.members[0], listing.members[-1])] == ["0.jpg", "4999.jpg"]
    assert listing.refused == (Refused("", "too_many_photos", {"count": 15_000, "limit": 5_000}),)
    assert explain(listing.refused[0]).startswith("15000 more photos")


def test_thousands_of_refusals_end_in_one_line(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", *((f"{number}.txt", b"") for number in range(30)))
    listing = list_archive(path, ArchiveLimits(refused=10))
    assert len(listing.refused) == 11
    assert listing.refused[-1] == Refused("", "more", {"count": 20})


def test_directory_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", *((f"{number}.jpg", b"") for number in range(100)))
    with pytest.raises(ZipTooFull):
        list_archive(path, ArchiveLimits(directory_bytes=2_000))


def test_member_that_unpacks_to_more_than_it_says_is_stopped(tmp_path: Path) -> None:
    path = forged(tmp_path / "a.zip", "bomb.jpg", b"\0" * 200_000_000, claims=1_000_000)
    members = list_archive(path, ArchiveLimits(ratio=10_000)).members
    assert [member.size for member in members] == [1_000_000]
    code = (
        "import sys, resource; from pathlib import Path; from files.archives import *\n"
        "members = list_archive(Path(sys.argv[1]), ArchiveLimits(ratio=10_000)).members\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(take_photos(Path(sys.argv[1]), members, Path(sys.argv[2]))[0].reason)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, path, tmp_path / "out"], check=True, capture_output=True, text=True, timeout=60
    )
    reason, grown = ran.stdout.split()
    assert (reason, int(grown) < 20_000) == ("damaged", True), f"grew by {grown} kB"


def test_entries_that_share_their_bytes_are_refused_but_one(tmp_path: Path) -> None:
    listing = list_archive(forged(tmp_path / "a.zip", "cat.jpg", photo(), claims=len(photo()), times=50))
    assert len(listing.members) <= 1
    assert {line.reason for line in listing.refused} <= {"damaged", "same_name"}


def test_listing_5_000_names_takes_little_memory(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", *((f"{number}.jpg", b"") for number in range(5_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    list_archive(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


@pytest.mark.parametrize("data", [b"", b"Rar!\x1a\x07", b"\x89PNG", b"\0" * 1_000])
def test_a_file_that_is_no_zip_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(NotAZip):
        list_archive(tmp_path / "a.zip")


def test_a_zip_cut_off_says_so_and_the_problem_survives_pickling(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip", ("cat.jpg", photo())).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BrokenZip) as caught:
        list_archive(tmp_path / "a.zip")
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, FileProblem)
    assert again.text == BrokenZip.text


def test_bad_photos_are_refused_and_good_ones_stored_by_content_inside_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    path = archive(
        home / "a.zip",
        ("good.jpg", photo()),
        ("same.jpg", photo()),
        ("cut.jpg", photo(800, 600)[:400]),
        ("bomb.png", blank_png(7_100, 7_100)),
        ("text.jpg", b"I am a text"),
        ("tiny.png", photo(1, 1, form="PNG")),
        ("strip.png", photo(2_000, 20, form="PNG")),
    )
    members = list_archive(path, ArchiveLimits(ratio=2_000)).members
    results = take_photos(path, members, home / "photos")
    taken = [result for result in results if isinstance(result, Taken)]
    assert [photo.name for photo in taken] == ["good.jpg", "same.jpg"]
    assert taken[0].sha256 == taken[1].sha256
    assert {result.name: result.reason for result in results if isinstance(result, Refused)} == {
        "cut.jpg": "damaged",
        "bomb.png": "pixels",
        "text.jpg": "not_photo",
        "tiny.png": "tiny",
        "strip.png": "narrow",
    }
    stored = taken[0].path
    assert stored == home / "photos" / stored.name[:2] / f"{taken[0].sha256}.jpg"
    assert sorted(file for file in tmp_path.rglob("*") if file.is_file()) == sorted([path, stored])
    assert take_photos(path, members, home / "photos") == results
    assert pickle.loads(pickle.dumps(results)) == results


def test_an_archive_changed_since_it_was_listed_gives_refusals_and_no_other_photo(tmp_path: Path) -> None:
    colours = ("red", "blue", "teal")
    path = archive(tmp_path / "a.zip", *((f"{colour}.jpg", photo(colour=colour)) for colour in colours))
    listing = list_archive(path)
    data = path.read_bytes()
    first, second, third = (member.offset for member in listing.members)
    for changed in (
        data[: third + 20],
        data[:first] + b"XX" + data[first + 2 :],
        data[: second + 60] + bytes([data[second + 60] ^ 1]) + data[second + 61 :],
        archive(tmp_path / "b.zip", *((f"{colour}.jpg", photo(colour="gold")) for colour in colours)).read_bytes(),
        b"",
    ):
        path.write_bytes(changed)
        results = take_photos(path, listing.members, tmp_path / "photos")
        assert {one.reason for one in results if isinstance(one, Refused)} == {"damaged"}
        kept = {one.name: one.sha256 for one in results if isinstance(one, Taken)}
        assert all(sha256 == normalise(photo(colour=Path(name).stem)).sha256 for name, sha256 in kept.items())
        assert len(results) == 3


def test_an_entry_that_claims_more_packed_than_unpacked_bytes_is_not_read(tmp_path: Path) -> None:
    data = photo()
    path = forged(tmp_path / "a.zip", "cat.jpg", data, claims=len(data))
    (member,) = list_archive(path).members
    assert isinstance(take_photos(path, [member], tmp_path)[0], Taken)
    (result,) = take_photos(path, [replace(member, packed=2_000_000_000)], tmp_path)
    assert isinstance(result, Refused)
    assert result.reason == "damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_come_out_of_what_any_program_writes(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(b"what stands before an archive that unpacks itself")
        with zipfile.ZipFile(_NoSeek(file), "w", method) as written:  # sizes behind the data, as in a stream
            with written.open("streamed.jpg", "w", force_zip64=True) as member:
                member.write(photo(colour="red"))
            written.writestr("plain.jpg", photo(colour="blue"))
    taken = take_photos(path, list_archive(path).members, tmp_path)
    wanted = [normalise(photo(colour=colour)).sha256 for colour in ("blue", "red")]
    assert [one.sha256 for one in taken if isinstance(one, Taken)] == wanted


class _NoSeek(io.RawIOBase):
    """A pipe, as far as zipfile can tell."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return self._file.write(data)


def test_names_packed_on_a_mac_read_as_they_were_written(tmp_path: Path) -> None:
    # Archive Utility writes UTF-8 in decomposed form and leaves the flag unset.
    path = archive(tmp_path / "a.zip", ("é.jpg", photo()))
    data = path.read_bytes().replace("é".encode(), "é".encode())
    plain = data.replace(b"PK\3\4\x14\0\0\x08", b"PK\3\4\x14\0\0\0").replace(
        b"PK\1\2\x14\3\x14\0\0\x08", b"PK\1\2\x14\3\x14\0\0\0"
    )
    path.write_bytes(plain)
    assert plain != data
    assert [member.name for member in list_archive(path).members] == ["é.jpg"]


def test_gold_is_found_beside_the_photos(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", ("pets/cat.jpg", photo()), ("pets/Gold.csv", b"file,label\ncat.jpg,Cat\n"))
    listing = list_archive(path)
    assert listing.gold is not None
    assert listing.gold.name == "pets/Gold.csv"
    assert listing.refused == ()
