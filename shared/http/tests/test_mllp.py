"""MLLP: what stands between VT and FS is one message, in whatever pieces it comes."""

import asyncio

import pytest

from shared.http import mllp
from shared.http.mllp import Frames, FrameTooLarge, FrameUnfinished


def frames_of(*chunks: bytes) -> Frames:
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return Frames(reader)


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        ([b"\x0bA\x1c\r"], [b"A"]),
        ([b"\x0bA\x1c\r\x0bB\x1c\r"], [b"A", b"B"]),
        ([b"\r\nnoise\x0bA", b"B\x1c", b"\r\x0bC\x1c"], [b"AB", b"C"]),
        ([b""], []),
        ([b"MSH without a frame"], []),
    ],
)
async def test_frames_are_found(chunks, found):
    frames = frames_of(*chunks)
    read = []
    while (frame := await frames.next()) is not None:
        read.append(frame)
    assert read == found


async def test_an_unfinished_frame_ends_with_the_read_timeout(monkeypatch):
    monkeypatch.setattr(mllp, "FRAME_SECONDS", 0.05)
    reader = asyncio.StreamReader()
    reader.feed_data(b"\x0bMSH|")
    with pytest.raises(FrameUnfinished):
        await Frames(reader).next()
    with pytest.raises(FrameUnfinished):
        await frames_of(b"\x0bMSH|").next()


async def test_a_frame_without_end_is_bounded():
    with pytest.raises(FrameTooLarge):
        await frames_of(b"\x0b" + b"x" * (11 * 2**20)).next()
