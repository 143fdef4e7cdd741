"""How a document is shown: what nobody answered yet is one line, and hides nothing that was found."""

from __future__ import annotations

from agent.cli.show import FOLD_FROM, Style, document_lines
from agent.contract import Basis, Category, Severity, Status
from agent.status import AgentPart, CheckRow, DevicePart, Document, PolicyPart, Text, summarise
from tests.builders import NOW

PLAIN = Style(colour=False, width=100)
UNANSWERED = "things only you can tell: `watchword attest --due`"


def row(
    id: str, status: Status, reason: str, *, basis: Basis = Basis.ATTESTED, instance: str | None = None
) -> CheckRow:
    return CheckRow(
        id=id,
        version=1,
        category=Category.PRACTICE,
        status=status,
        severity=Severity.INFO,
        basis=basis,
        reason=reason,
        observed_at=NOW,
        instance=instance,
        label=instance,
        text=Text(f"Title of {id}", f"Body of {id}"),
    )


def unanswered(number: int) -> list[CheckRow]:
    return [row(f"practice_{i}", Status.UNKNOWN, "no_answer") for i in range(number)]


def shown(*rows: CheckRow, questions: int | None = None) -> str:
    document = Document(
        generated_at=NOW,
        agent=AgentPart("0.1.0", "ok", "working"),
        device=DevicePart("6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22", "Laptop 1", "linux", "Debian 12"),
        policy=PolicyPart("standard", "sha256:0"),
        summary=summarise(rows, NOW),
        checks=rows,
    )
    return "\n".join(document_lines(document, PLAIN, titles={"lock": "Screen lock"}, questions=questions))


def test_what_nobody_answered_yet_is_one_line_with_the_way_to_answer() -> None:
    text = shown(*unanswered(12))
    assert f"Not checked     12 {UNANSWERED}" in text
    assert "Title of practice_0" not in text
    assert "12 not checked" in text


def test_where_the_questions_were_counted_it_is_they_that_are_said() -> None:
    assert "14 questions only you can answer: `watchword attest --due`" in shown(*unanswered(12), questions=14)


def test_a_few_are_shown_as_they_are() -> None:
    text = shown(*unanswered(FOLD_FROM - 1))
    assert UNANSWERED not in text
    assert "Title of practice_0" in text


def test_what_was_found_could_not_be_read_or_has_expired_keeps_its_own_line() -> None:
    others = [
        row("lock", Status.UNKNOWN, "no_answer", basis=Basis.MEASURED),
        row("plan", Status.UNKNOWN, "expired"),
        row("posts", Status.UNKNOWN, "find_out"),
        row("mail", Status.FAIL, "found"),
    ]
    text = shown(*others, *unanswered(5))
    assert f"5 {UNANSWERED}" in text
    assert [name for name in ("lock", "plan", "posts", "mail") if f"Title of {name}" not in text] == []
    assert text.index("Title of mail") < text.index("Title of lock") < text.index(UNANSWERED)


def test_what_does_not_apply_by_the_persons_word_is_one_line_of_names() -> None:
    rows = [row(f"practice_{i}", Status.NOT_APPLICABLE, "no_accounts") for i in range(4)]
    measured = row("lock", Status.NOT_APPLICABLE, "no_screen", basis=Basis.MEASURED)
    text = shown(*rows, measured)
    assert "Not applicable  practice_0, practice_1, practice_2, practice_3" in text
    assert "Not applicable  Screen lock: Title of lock" in text
