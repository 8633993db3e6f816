"""Every code of the catalogue has its sentences, in words that anybody may read over a shoulder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from facility_agent.vocabulary.findings import CATALOGUE, Finding, Kind
from facility_agent.words import LANGUAGES, Words, catalogue, fields_of

PACKAGE = Path(__file__).resolve().parents[2] / "facility_agent"
WEIGHTS = ("note", "reduce", "refuse", "unchecked")
#: What these say stays true when it could not be judged; the others say what is wrong, and need a second sentence.
SAME_WHEN_UNCHECKED = {
    *(kind.code for kind in CATALOGUE.values() if kind.weights == ("unchecked",)),
    *("register-old", "programme-proof-missing", "two-facilities-one-hour"),
}
#: What a neutral sentence may name: the line, its quantity, another claim; never a test, an age or another act.
NEUTRAL_FIELDS = {"act", "quantity", "expected", "claim", "day", "months"}
#: Never said in public: what a person owes, how poor they are, what they are suspected of.
FORBIDDEN = re.compile(r"arriéré|indigent|fraud|rejet|rejec|arrear|suspici|soupçon", re.IGNORECASE)

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_kind = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)


def sentences(language: str, code: str) -> dict[str, str]:
    """All sentences of a code, by what follows the code in their key."""
    own = re.compile(rf"finding\.{code}((?:\.clinical)?(?:\.(?:short|{'|'.join(WEIGHTS)}))?)")
    return {match[1]: sentence for key, sentence in catalogue(language).items() if (match := own.fullmatch(key))}


@every_language
@every_kind
def test_a_code_has_its_sentences(kind: Kind, language: str) -> None:
    own = sentences(language, kind.code)
    assert "" in own
    assert ".clinical" in own or not kind.clinical
    if "unchecked" in kind.weights and kind.code not in SAME_WHEN_UNCHECKED:
        assert ".unchecked" in own
        assert ".clinical.unchecked" in own or not kind.clinical


@every_language
@every_kind
def test_a_sentence_names_only_what_the_finding_carries(kind: Kind, language: str) -> None:
    for end, sentence in sentences(language, kind.code).items():
        assert fields_of(sentence) <= set(kind.fields), end
        if kind.clinical and "clinical" not in end:
            assert fields_of(sentence) <= NEUTRAL_FIELDS, end


@every_language
@every_kind
def test_a_sentence_is_short_and_whole(kind: Kind, language: str) -> None:
    for end, sentence in sentences(language, kind.code).items():
        assert len(re.findall(r"[\w{}’-]+", sentence)) <= 20, end
        assert sentence.endswith("."), end


@every_language
def test_every_sentence_of_a_finding_belongs_to_a_code(language: str) -> None:
    known = {f"finding.{code}{end}" for code in CATALOGUE for end in sentences(language, code)}
    known |= {"finding.unchecked.clause", "finding.unchecked.fact"}
    assert {key for key in catalogue(language) if key.startswith("finding.")} == known


@every_language
def test_no_word_on_the_public_side_shames_anybody(language: str) -> None:
    public = ("finding.", "verdict.", "weight.", "bearer.", "fact.", "scope.", "state.", "outcome.", "card.")
    shaming = {
        key: sentence
        for key, sentence in catalogue(language).items()
        if key.startswith(public) and ".clinical" not in key and FORBIDDEN.search(sentence)
    }
    assert shaming == {}


@every_language
@every_kind
@pytest.mark.parametrize("clinical", [False, True], ids=["neutral", "clinical"])
def test_whatever_a_finding_carries_no_gap_shows(kind: Kind, language: str, clinical: bool) -> None:
    words = Words(language)
    full: dict[str, str | int] = {field: 7 for field in kind.fields}
    for weight in WEIGHTS:
        for evidence in (full, {field: "" for field in kind.fields}, {}):
            found = Finding(kind.code, weight, evidence=evidence)  # type: ignore[arg-type]
            shown = words.finding(found, clinical)
            assert not set("{}") & set(shown)
            assert not shown.startswith("finding.")
            assert evidence is not full or "—" not in shown


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every place in the code that makes a finding with a written code."""
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"), str(module))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {*WEIGHTS, "Finding"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield module, node
            # The protocols' own helpers take the rule first and the code after it.
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"said", "cut", "noted"}
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                yield module, ast.copy_location(ast.Call(ast.Name("note"), [node.args[1]], node.keywords), node)


def written(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_code_that_the_rules_give_is_in_the_catalogue() -> None:
    unknown = [
        f"{module.relative_to(PACKAGE)}:{call.lineno}: {written(call.args[0])}"
        for module, call in calls()
        if written(call.args[0]) not in CATALOGUE
    ]
    assert unknown == []


def test_a_rule_gives_only_fields_that_the_catalogue_knows() -> None:
    own = {"review", "cause", "missing", "evidence", "borne_by", "clause", "weight", "amount", None}
    unknown = [
        f"{module.relative_to(PACKAGE)}:{call.lineno}: {written(call.args[0])} has {word.arg}"
        for module, call in calls()
        for word in call.keywords
        if word.arg not in own and word.arg not in CATALOGUE[written(call.args[0])].fields
    ]
    assert unknown == []


@every_language
def test_every_missing_fact_has_its_word(language: str) -> None:
    missing = set()
    for _, call in calls():
        given = {word.arg: word.value for word in call.keywords}
        if call.func.id == "unchecked":  # type: ignore[attr-defined]
            given |= dict(zip(("code", "clause", "cause", "missing"), call.args, strict=False))
        if written(given.get("cause")) == "fact" and written(given.get("missing")):
            missing.add(written(given["missing"]))
    assert {"paid_until", "condition", "weight"} <= missing
    assert {fact for fact in missing if f"fact.{fact}" not in catalogue(language)} == set()
