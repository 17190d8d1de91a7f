"""What the server sends a page, frame by frame."""

import pytest
from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.resting import PATIENCE, RESTING

pytestmark = pytest.mark.browser
OFTEN_KEPT = 10_000
"""Bytes from which Streamlit, unless it is told otherwise, counts on the browser to have kept what it was sent."""


def test_nothing_is_sent_as_what_the_browser_should_have_kept(page: Page, address: str) -> None:
    frames: list[bytes] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()))

    page.on("websocket", watch)
    page.goto(f"{address}/data")
    for view, shown in (("Table", "[data-testid=stDataFrame]"), ("Gallery", "ol > li")) * 2:
        page.locator(".st-key-browse-side").get_by_text(view, exact=True).click()
        expect(page.locator(f".st-key-items {shown}").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(RESTING)).to_have_count(1, timeout=PATIENCE)

    messages = [ForwardMsg.FromString(frame) for frame in frames]
    large = [message.hash for message in messages if message.hash and message.ByteSize() > OFTEN_KEPT]
    assert len(large) > len(set(large)), "nothing large was sent twice, so that nothing was asked here"
    assert not any(message.HasField("ref_hash") for message in messages)
