from collections.abc import Callable

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from app.kit.publish import INLINE_LIMIT, Publisher, source


def manager() -> tuple[MediaFileManager, Callable[[str], bytes | None]]:
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)

    def read(url: str) -> bytes | None:
        found = files.read_file(url.rsplit("/", 1)[1])
        return found and found.content

    return files, read


def test_a_file_is_made_once_and_outlives_the_runs_of_sessions() -> None:
    files, read = manager()
    publisher = Publisher(files)
    made = []
    urls = {publisher.address("a", lambda: made.append(1) or b"content") for _ in range(3)}
    assert len(made) == len(urls) == 1
    files.clear_session_refs("some session")
    files.remove_orphaned_files()
    assert read(urls.pop()) == b"content"


def test_large_files_that_differ_between_the_sampled_bytes_have_their_own_addresses() -> None:
    files, read = manager()
    publisher = Publisher(files)
    plain, changed = bytes(3_000_000), bytes(1_000_000) + b"\1" + bytes(1_999_999)
    first, second = publisher.address("a", lambda: plain), publisher.address("b", lambda: changed)
    assert read(first) == plain
    assert read(second) == changed


def test_the_file_used_longest_ago_goes_when_there_are_too_many() -> None:
    files, read = manager()
    publisher = Publisher(files, kept_files=3)
    urls = {name: publisher.address(name, lambda name=name: name.encode() * 9) for name in "abc"}
    publisher.address("a", bytes)
    publisher.address("d", lambda: b"dddd")
    files.remove_orphaned_files()
    assert read(urls["a"])
    assert read(urls["c"])
    assert read(urls["b"]) is None


def test_the_bytes_held_are_bounded() -> None:
    files, read = manager()
    publisher = Publisher(files, kept_bytes=1000)
    urls = [publisher.address(str(name), lambda name=name: bytes([name]) * 400) for name in range(3)]
    files.remove_orphaned_files()
    assert read(urls[0]) is None
    assert read(urls[2]) == bytes([2]) * 400
    assert publisher.address("0", lambda: bytes([0]) * 400) == urls[0]
    assert read(urls[0]) == bytes(400)


def test_few_bytes_travel_in_the_message() -> None:
    assert source("a", lambda: b"\0\1", INLINE_LIMIT) == {"inline": "AAE="}
