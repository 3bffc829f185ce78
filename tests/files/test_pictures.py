"""Whatever picture comes in, a small upright JPEG of nothing but pixels goes out, or a reason."""

from __future__ import annotations

import io
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from domain.file_problems import PictureProblem
from files.pictures import PictureLimits, normalise, store
from tests.files.zips import blank_png, photo


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def halves(mode: str = "RGB", size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Black left half, white right half."""
    image = Image.new("L", size, 0)
    image.paste(255, (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def reason(data: bytes, limits: PictureLimits | None = None) -> str:
    with pytest.raises(PictureProblem) as caught:
        normalise(data, limits or PictureLimits())
    assert pickle.loads(pickle.dumps(caught.value)).reason == caught.value.reason
    return caught.value.reason


def test_no_metadata_of_any_kind_comes_out() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    xmp = b"<x:xmpmeta>SECRET</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET")
    sources = []
    for size in ((64, 64), (1_400, 700)):  # left as it is, and made smaller
        image = Image.new("RGB", size, "orange")
        sources += [
            saved(image, "JPEG", exif=exif, xmp=xmp, comment=b"SECRET", icc_profile=profile, dpi=(300, 300)),
            saved(image, "JPEG", exif=exif, xmp=xmp, comment=b"SECRET", dpi=(300, 300)),
            saved(image, "PNG", exif=exif, pnginfo=text, icc_profile=profile),
            saved(image, "WEBP", exif=exif, xmp=xmp, icc_profile=profile),
        ]
    for source in sources:
        assert b"SECRET" in source
        data = normalise(source).data
        assert b"SECRET" not in data
        assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert "dpi" not in opened(data).info
        assert not opened(data).getexif()
        # Byte by byte: no application segment but JFIF's APP0, no comment.
        assert markers(data) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}


def markers(jpeg: bytes) -> set[int]:
    found, at = set(), 2
    while jpeg[at] == 0xFF:
        found.add(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            break
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(orientation: int) -> None:
    upright = Image.new("RGB", (80, 40), "white")
    upright.paste("red", (0, 0, 40, 20))
    undo = [
        None,
        Image.Transpose.FLIP_LEFT_RIGHT,
        Image.Transpose.ROTATE_180,
        Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.TRANSPOSE,
        Image.Transpose.ROTATE_90,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_270,
    ][orientation - 1]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = normalise(saved(upright if undo is None else upright.transpose(undo), "JPEG", exif=exif, quality=95))
    assert (picture.width, picture.height) == (80, 40)
    red, white = (opened(picture.data).getpixel(at) for at in ((10, 5), (70, 35)))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[1] < 60 < 200 < white[1]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_mode_of_png_keeps_its_look(mode: str) -> None:
    image = halves("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else halves(mode)
    out = opened(normalise(saved(image, "PNG")).data)
    assert out.mode == "RGB"
    assert max(out.getpixel((5, 20))) < 10  # type: ignore[arg-type]
    assert min(out.getpixel((75, 20))) > 245  # type: ignore[arg-type]


def test_cmyk_and_see_through_and_moving_pictures() -> None:
    cmyk = opened(normalise(saved(halves("CMYK"), "JPEG", quality=95)).data)
    assert max(cmyk.getpixel((5, 20))) < 10  # type: ignore[arg-type]
    clear = opened(normalise(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")).data)
    assert clear.getpixel((20, 20)) == (255, 255, 255)
    palette = Image.new("P", (40, 40), 0)
    assert opened(normalise(saved(palette, "PNG", transparency=0)).data).getpixel((20, 20)) == (255, 255, 255)
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("white", "black")]
    for form in ("WEBP", "PNG"):
        moving = saved(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
        assert min(opened(normalise(moving).data).getpixel((20, 20))) > 250  # type: ignore[arg-type]


def test_colours_of_a_profile_become_srgb() -> None:
    # A gamma of 1.0 stores mid grey as 55: shown as it stands it would be nearly black.
    linear = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in (i for i in range(len(linear) - 3) if linear[i : i + 4] == b"para"):
        linear[at : at + 16] = b"para\0\0\0\0\0\0\0\0\0\1\0\0"
    profile = bytes(linear).replace("sRGB".encode("utf-16-be"), "line".encode("utf-16-be"))
    data = saved(Image.new("RGB", (40, 40), (55, 55, 55)), "PNG", icc_profile=profile)
    value = opened(normalise(data).data).getpixel((20, 20))
    assert isinstance(value, tuple)
    broken = saved(Image.new("RGB", (40, 40), (55, 55, 55)), "PNG", icc_profile=b"not a profile")
    assert opened(normalise(broken).data).getpixel((20, 20)) == (55, 55, 55)
    assert 120 < value[0] < 136


def test_big_is_made_small_and_small_is_left(tmp_path: Path) -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        big = normalise(photo(3_000, 2_001, form=form))
        assert (big.width, big.height) == (1_280, 854)
    small = normalise(photo(200, 100))
    assert (small.width, small.height) == (200, 100)
    assert normalise(photo(200, 100)) == small
    path = tmp_path / "cat.jpg"
    path.write_bytes(photo(200, 100))
    assert normalise(path) == small


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_off_is_damaged_wherever_it_ends(form: str) -> None:
    noise = Image.effect_noise((300, 200), 80).convert("RGB")
    whole = saved(noise, form)
    for share in (0.05, 0.3, 0.6, 0.95):
        assert reason(whole[: int(len(whole) * share)]) == "damaged"


def test_one_wrong_byte_in_a_png_is_damaged() -> None:
    data = bytearray(saved(Image.effect_noise((300, 200), 80), "PNG", compress_level=0))
    data[len(data) // 2] ^= 0xFF
    assert reason(bytes(data)) == "damaged"


def test_fifty_megapixels_are_refused_before_they_are_decoded() -> None:
    bomb = blank_png(7_100, 7_100)
    assert len(bomb) < 100_000
    code = (
        "import sys, resource; from files.pictures import *\n"
        "data = sys.stdin.buffer.read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: normalise(data)\n"
        "except PictureProblem as problem: print(problem.reason)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    ran = subprocess.run([sys.executable, "-c", code], input=bomb, check=True, capture_output=True, timeout=60)
    told, grown = ran.stdout.split()
    assert (told, int(grown) < 10_000) == (b"pixels", True), f"grew by {grown!r} kB"


def test_refusals_of_size_and_shape() -> None:
    assert reason(blank_png(60_000, 60_000, rows=1)) == "pixels"  # 3,600 megapixels: Pillow's own error
    assert reason(photo(15, 300, form="PNG")) == "tiny"
    assert reason(photo(16, 321, form="PNG")) == "narrow"
    assert normalise(photo(16, 320, form="PNG")).height == 320
    assert reason(photo(), PictureLimits(bytes=100)) == "too_big"


def test_other_formats_are_not_opened_even_if_named_photo() -> None:
    for form in ("GIF", "BMP", "TIFF", "ICO", "PPM"):
        assert reason(photo(form=form)) == "not_photo"
    assert reason(b"") == "not_photo"
    assert reason(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "not_photo"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_flipped_bytes_give_a_picture_or_a_reason(form: str, data: st.DataObject) -> None:
    broken = bytearray(photo(40, 30, form=form))
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert max(opened(normalise(bytes(broken)).data).size) <= 1_280
    except PictureProblem as problem:
        assert problem.reason in ("damaged", "not_photo", "pixels", "tiny", "narrow")


def test_stored_once_whole_and_under_its_hash(tmp_path: Path) -> None:
    picture = normalise(photo())
    path = store(picture, tmp_path / "photos")
    before = path.stat().st_mtime_ns
    assert store(picture, tmp_path / "photos") == path
    assert path.stat().st_mtime_ns == before
    path.write_bytes(b"half")  # a crash of the whole machine in between
    assert store(picture, tmp_path / "photos").read_bytes() == picture.data
    assert [file.name for file in (tmp_path / "photos").rglob("*.*")] == [f"{picture.sha256}.jpg"]
