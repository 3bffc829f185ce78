"""Reading what banks answer: our own list with its status column, PayPal's reports, pain.002, camt.053 and camt.054.

What a file is, its content says, not its name. Strangers' bytes: read in a worker process with limits; entities and
document types are refused (defusedxml), the tree is not kept. Whatever the bytes, what comes back is an Answer, None
(it is something else), bank_tables.MAYBE, or one of the sentences in domain/bank_answers.py.
"""

from __future__ import annotations

from pathlib import Path

from domain.bank_answers import Answer
from domain.file_problems import NotATable
from files.bank_tables import read_table
from files.iso20022 import read_document
from files.tables import decoded


def read_answer(path: Path) -> Answer | str | None:
    """Read the file at `path`; None when it is no bank's answer, bank_tables.MAYBE when only its sender can say.

    Raises FileProblem (a sentence that says that nothing was recorded), nothing else for any bytes.
    """
    with path.open("rb") as file:
        head = file.read(4_096)
    if _is_xml(head):
        return read_document(path)
    try:
        text = decoded(path.read_bytes())
    except NotATable:
        return None
    return read_table(text)


def _is_xml(head: bytes) -> bool:
    plain = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.lstrip()[:1] == b"<"
