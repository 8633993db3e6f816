"""Whatever a hand does to a contract file, the reader answers with an arrangement or with mistakes: it never breaks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from facility_agent.arrangements.library import shipped_folder
from facility_agent.arrangements.reader import ENTRY, read
from facility_agent.workflows.examples import read_examples, sentence

COUNTRY = shipped_folder() / "xx"
FILES = {
    **{f"../{file.name}": file.read_text(encoding="utf-8") for file in COUNTRY.iterdir() if file.is_file()},
    ENTRY: (COUNTRY / "2025-01-01" / ENTRY).read_text(encoding="utf-8"),
}
EXAMPLES = "".join((COUNTRY / "2026-01-01/examples.toml").read_text(encoding="utf-8").partition("[[example]]\n")[:2])

values = st.sampled_from(
    ["", "7", "-1", "true", '"x"', "[]", "[1]", "{}", "{ a = 1 }", "2025-02-30", "2025-01-01", "1.5", '"unknown"']
)


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> str:
    """The text with one line dropped, doubled, cut, or with another value."""
    lines = text.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    key = line.split("=")[0]
    lines[at : at + 1] = draw(
        st.sampled_from([[], [line, line], [line[: len(line) // 2]], [line + ","]])
        | values.map(lambda value: [f"{key}= {value}"])
    )
    return "\n".join(lines)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_spoiled_line_never_breaks_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    result = read({**FILES, name: data.draw(spoiled(FILES[name]))})
    assert (result.arrangement is None) == bool(result.mistakes)
    for mistake in result.mistakes:
        assert mistake.file in FILES
        assert sentence(mistake, "fr") != sentence(mistake, "en")


@settings(deadline=None, max_examples=60)
@given(spoiled(EXAMPLES + 'name = "one"\non = 2026-02-01\ncare = []\nexpect = 1\nperson = {}\ncoverage = {}\n'))
def test_spoiled_examples_never_break_the_reader(text: str) -> None:
    examples, mistakes = read_examples(text)
    assert mistakes or examples
