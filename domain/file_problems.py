"""What is wrong with a file a person sent: sentences for whole files (refusals), for single photos and rows (reasons).

A `FileProblem` ends the import and says what to do next. A `Refused` names one photo or one row that was left out while
the rest goes on; its `reason` is a stable code that is stored, and `REASONS` holds the sentence people read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.refusals import Refusal
from domain.words import N_


class FileProblem(Refusal):
    """Base: this file cannot be used as a whole. Survives pickling, for it is raised in worker processes."""

    text = N_("This file cannot be used. Send a ZIP of photos, or a CSV or JSONL file of texts.")

    def __reduce__(self) -> tuple[Callable[..., FileProblem], tuple[type[FileProblem], dict[str, object]]]:
        return _again, (type(self), self.params)


def _again(kind: type[FileProblem], params: dict[str, object]) -> FileProblem:
    """Rebuild a problem from its pickle: exceptions are rebuilt from positional arguments, refusals have none."""
    return kind(**params)


class NotAZip(FileProblem):
    """The file is no ZIP archive at all (RAR, 7z, a renamed document)."""

    text = N_("This is not a ZIP file. Pack the photos into a ZIP and send it again, or send them as an album.")


class BrokenZip(FileProblem):
    """A ZIP whose directory cannot be read: cut off while it was sent, or damaged."""

    text = N_("This ZIP is cut off or damaged. Make it again and send it once more.")


class ZipTooFull(FileProblem):
    """The directory alone is bigger than we read."""

    text = N_("This ZIP has too many entries to read. Split it into ZIPs of at most {limit} photos each.")


class FileTooBig(FileProblem):
    """More bytes than we read into memory. `limit` is in megabytes."""

    text = N_("This file has more than {limit} MB. Split it and send the parts one after the other.")


class NotATable(FileProblem):
    """Neither CSV, TSV, JSONL, JSON nor plain text."""

    text = N_("This is not a file of texts. Send CSV, TSV or JSONL: one text a row, in a column named “prompt”.")


class SpreadsheetNotRead(FileProblem):
    """A spreadsheet (XLSX, ODS, Numbers)."""

    text = N_("Spreadsheets cannot be read yet. In your spreadsheet, choose “Save as CSV” and send that file.")


class BrokenTable(FileProblem):
    """The file's own structure ends or breaks at `line`, so that what follows cannot be told apart."""

    text = N_("This file cannot be read from line {line} on. Correct it there and send it again.")


class NoPromptColumn(FileProblem):
    """A table with several columns, none of them known. `columns` lists what was found."""

    text = N_("Which column holds the texts? Name it “prompt” in the first row and send the file again: {columns}")


class PictureProblem(FileProblem):
    """One picture cannot be used; `reason` is a code of REASONS, `detail` fills its sentence."""

    text = N_("This picture cannot be used. Send another one, as JPEG, PNG or WebP.")

    def __init__(self, reason: str, **detail: object) -> None:
        super().__init__(**detail)
        self.reason = reason
        self.text = REASONS[reason]

    def __reduce__(self) -> tuple[Callable[..., FileProblem], tuple[type[FileProblem], dict[str, object]]]:
        return _again, (type(self), {"reason": self.reason, **self.params})


@dataclass(frozen=True, slots=True)
class Refused:
    """One photo or row left out: its name as sent ("" for a line that counts many), a code of REASONS, its fields."""

    name: str
    reason: str
    detail: dict[str, object] | None = None


REASONS: dict[str, str] = {
    # photos
    "not_photo": N_("is not a photo (JPEG, PNG or WebP)"),
    "heic": N_("is a HEIC picture; save it as JPEG"),
    "archive": N_("is an archive inside the archive; send it on its own"),
    "link": N_("is a link or a device, not a file"),
    "path": N_("has a name that points outside the archive"),
    "encrypted": N_("is protected by a password"),
    "method": N_("is packed in a way that cannot be opened here; make a plain ZIP"),
    "ratio": N_("unpacks to more than {limit} times its size, as photos never do"),
    "too_big": N_("is bigger than {limit} MB; make it smaller"),
    "same_name": N_("has the same name as another file; give it its own"),
    "same_photo": N_("is the same photo as {other}"),
    "damaged": N_("is damaged and cannot be opened"),
    "pixels": N_("has more than {limit} megapixels; make it smaller"),
    "tiny": N_("is smaller than {limit} pixels a side"),
    "narrow": N_("is more than {limit} times as long as it is wide; cut it"),
    "gold_broken": N_("is no table of known answers that can be read"),
    "gold_empty": N_("holds no known answers"),
    "gold_header": N_(
        "needs a first row with “file” and “label”, so that its known answers can be read; it has: {columns}"
    ),
    "gold_line": N_("has a known answer without its file or its label"),
    "gold_twice": N_("has two known answers, “{one}” and “{other}”, so neither is used"),
    "gold_unknown": N_("has a known answer and is not in the batch"),
    "gold_lines": N_("holds {count} known answers over the limit of {limit}"),
    "too_many_photos": N_("{count} more photos are over the limit of {limit}; send them in another ZIP"),
    # rows
    "empty": N_("is empty"),
    "too_long": N_("is longer than {limit} characters"),
    "not_json": N_("is not valid JSON"),
    "no_text": N_("has no text under “prompt” or “messages”"),
    "bad_messages": N_("has “messages” that are not a list of roles and texts"),
    "unknown_role": N_("has a turn by “{role}”; use user, assistant or system"),
    "not_users_turn": N_("does not end with the user's turn, so there is nothing to reply to"),
    "same_prompt": N_("is the same as row {other}"),
    "columns": N_("has {found} columns where the first row has {expected}; put texts with commas in quotes"),
    "too_many_rows": N_("{count} more rows are over the limit of {limit}; send them in another file"),
    # both
    "more": N_("{count} more could not be used either"),
}
