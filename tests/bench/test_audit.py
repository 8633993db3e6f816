"""The audit's benchmark at a small size: what it finds, and that both ways of asking agree. No time is asserted."""

from __future__ import annotations

from pathlib import Path

from facility_agent.bench import audit, sets


def test_an_audit_from_end_to_end_finds_what_was_planted() -> None:
    found = audit.run(3_000, seed=5)
    assert abs(found["claims"] - 3_000) < 300
    assert (found["plants_missed"], found["honest_accused"]) == (0, 0)
    assert found["planted_money_in_first_twentieth"] >= 0.8
    assert found["honest_without_person"] >= 0.95
    assert set(found["seconds"]) == {"letters", "intake and recompute", "edits", "queue", "all"}
    assert found["letters_mb"] > 0


def test_three_edits_find_what_hand_written_sql_finds(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    found = sets.run(60_000, tmp_path, lambda done, of: heard.append((done, of)))
    assert heard[-1] == (3, 3)
    assert len(found["edits"]) == 3
    for row in found["edits"].values():
        assert row["same"] and row["found"] > 0 and row["ratio"] > 0
