"""What people say of what they do or mark, and how long it may be."""

from typing import Final

from app.errors import N_, InvalidError

REASON_LENGTH: Final = 300
COMMENT_LENGTH: Final = 4000


def check_reason(reason: str, *, field: str) -> str:
    """Return the reason without blank ends; raise InvalidError where it is too long."""
    said = reason.strip()
    if len(said) > REASON_LENGTH:
        raise InvalidError(
            N_("Say it in %(most)s characters at most."),
            field=field,
            code="reason-too-long",
            most=REASON_LENGTH,
        )
    return said


def check_comment(comment: str, *, field: str) -> None:
    """Raise InvalidError where a comment, or a note, is too long."""
    if len(comment) > COMMENT_LENGTH:
        raise InvalidError(
            N_("A comment may have %(most)s characters; this one has %(length)s."),
            field=field,
            code="comment-too-long",
            most=COMMENT_LENGTH,
            length=len(comment),
        )
