"""The README shows what the program prints today."""

from tests.docs.transcript import in_readme, masked, printed


def test_the_transcript_in_the_readme_is_what_the_demo_prints() -> None:
    """When this fails after a change that was meant: `./dev docs`."""
    assert masked(in_readme()) == masked(printed())
