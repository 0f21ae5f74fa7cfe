"""What a photo's file says about its pixels: EXIF data, orientation, colour profile, resolution."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags
from PIL import Image as Pillow

#: EXIF tags of the picture that describe it, rather than how its file is laid out.
_DESCRIPTIVE_TAGS: tuple[int, ...] = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.HostComputer,
    ExifTags.Base.Copyright,
    ExifTags.Base.Rating,
    ExifTags.Base.RatingPercent,
    ExifTags.Base.XPTitle,
    ExifTags.Base.XPComment,
    ExifTags.Base.XPAuthor,
    ExifTags.Base.XPKeywords,
    ExifTags.Base.XPSubject,
)
#: EXIF tags of the camera that stop being true: the size may change, and the block moves.
_STALE_TAGS: tuple[int, ...] = (
    ExifTags.Base.ExifImageWidth,
    ExifTags.Base.ExifImageHeight,
    ExifTags.IFD.Interop,
)
#: Centimetres in an inch, for resolutions that EXIF gives per centimetre.
_CM_PER_INCH = 2.54
#: Value of EXIF's ResolutionUnit for centimetres.
_PER_CM = 3
#: Largest credible resolution, in pixels per inch.
_MAX_RESOLUTION = 50_000.0
#: Bytes 16 to 20 of an ICC profile for pixels that are RGB.
_RGB_SPACE = b"RGB "
#: Length of an ICC profile's header, in bytes.
_PROFILE_HEADER = 128


def _exif(picture: Any) -> Pillow.Exif:
    """Return a picture's EXIF data; empty where it is damaged."""
    try:
        # A PNG's own method would decode its pixels, in search of EXIF data behind them.
        exif = Pillow.Image.getexif(picture)
    except Exception:  # a damaged block raises errors of nearly every class
        return Pillow.Exif()
    return exif


def orientation(picture: Pillow.Image) -> int:
    """Return how a picture must be turned, as EXIF's 1 to 8; 1 for not at all."""
    value = _exif(picture).get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(pixels: NDArray[Any], turn: int) -> NDArray[Any]:
    """Return pixels turned and mirrored as an EXIF orientation says.

    Args:
        pixels: ``(h, w, ...)``.
        turn: See :func:`orientation`.

    >>> upright(np.array([[1, 2, 3]]), 6).tolist()
    [[1], [2], [3]]
    """
    if turn == 1:
        return pixels
    if turn >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    down, right = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}.get(
        turn, (1, 1)
    )
    return np.ascontiguousarray(pixels[::down, ::right])


def read_exif(picture: Pillow.Image) -> bytes | None:
    """Return the EXIF block to write with an edited copy of a picture; None if it is damaged.

    It has no orientation, since edited photos are upright, and no thumbnail, which would show the
    photo before the edit. It is empty for a picture without EXIF data.
    """
    try:
        old, new = Pillow.Image.getexif(picture), Pillow.Exif()
        for tag in _DESCRIPTIVE_TAGS:
            if tag in old:
                new[tag] = old[tag]
        for block in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            kept = dict(old.get_ifd(block))
            for tag in _STALE_TAGS:
                kept.pop(tag, None)
            if kept:
                new.get_ifd(block).update(kept)
        has_data = len(new) or any(
            new.get_ifd(block) for block in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
        )
        return new.tobytes() if has_data else b""
    except Exception:  # a damaged block raises errors of nearly every class
        return None


def with_resolution(exif: bytes, resolution: tuple[float, float] | None) -> bytes:
    """Return an EXIF block with a resolution, for formats that have no other place for it."""
    if resolution is None:
        return exif
    block = Pillow.Exif()
    block.load(exif)
    block[ExifTags.Base.XResolution], block[ExifTags.Base.YResolution] = resolution
    block[ExifTags.Base.ResolutionUnit] = 2
    return block.tobytes()


def read_resolution(picture: Pillow.Image) -> tuple[float, float] | None:
    """Return a picture's pixels per inch, along x and y; None where it names none."""
    try:
        exif = _exif(picture)
        tags = (ExifTags.Base.XResolution, ExifTags.Base.YResolution)
        per_unit = [float(exif[tag]) for tag in tags if tag in exif]
        unit = _CM_PER_INCH if exif.get(ExifTags.Base.ResolutionUnit) == _PER_CM else 1.0
        x, y = picture.info.get("dpi") or [each * unit for each in per_unit]
        found = float(x), float(y)
    except Exception:  # damaged metadata raises errors of nearly every class
        return None
    credible = all(math.isfinite(each) and 1 <= each <= _MAX_RESOLUTION for each in found)
    return found if credible else None


def rgb_profile(picture: Pillow.Image) -> bytes | None:
    """Return the ICC profile of a picture whose pixels are RGB and stay as they are, or None."""
    profile = picture.info.get("icc_profile")
    return profile if _colour_space(profile) == _RGB_SPACE else None


def has_usable_profile(picture: Pillow.Image, deep: bool) -> bool:
    """Return whether a picture's ICC profile can be kept or used; True where it has none.

    Args:
        picture: Of any mode.
        deep: Whether its pixels have 16 bits. Only those of 8 bits are converted by a profile.
    """
    profile = picture.info.get("icc_profile")
    usable = (_RGB_SPACE,) if deep else (_RGB_SPACE, b"GRAY", b"CMYK")
    return not profile or _colour_space(profile) in usable


def to_srgb(picture: Pillow.Image) -> Pillow.Image | None:
    """Return a picture in sRGB whose pixels aren't RGB; None where it needs no profile for that.

    Args:
        picture: Of any mode. A CMYK or grey one is converted by its profile, if it has one.
    """
    grey = picture.mode in ("L", "LA")
    if not (grey or picture.mode in ("CMYK", "LAB")):
        return None
    profile = picture.info.get("icc_profile", b"")
    if picture.mode != "LAB" and _colour_space(profile) != (b"GRAY" if grey else b"CMYK"):
        return None
    from PIL import ImageCms  # a library of its own, which few photos need

    pixels = picture.convert("L") if grey else picture
    try:
        source = ImageCms.createProfile("LAB") if picture.mode == "LAB" else io.BytesIO(profile)
        return ImageCms.profileToProfile(
            pixels, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:  # a damaged profile
        return None


def _colour_space(profile: Any) -> bytes:
    """Return the colour space that an ICC profile is for; empty without a whole header."""
    if not isinstance(profile, bytes) or len(profile) < _PROFILE_HEADER:
        return b""
    return profile[16:20]
