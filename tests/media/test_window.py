import pytest

from face2face.errors import MediaError
from face2face.media.window import Window, has_screen


@pytest.mark.parametrize("display", ["", ":987"])
def test_a_missing_screen_is_reported(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    assert not has_screen()
    with pytest.raises(MediaError, match="--output"):
        Window()
