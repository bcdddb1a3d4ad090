"""Domain errors: what went wrong, with a stable code and a sentence for the person who meets it.

There is no HTTP here; `app.web` maps each class to a status. Messages are marked with `N_` and
translated at the edge, so that pure modules can raise them without knowing a language.
"""

from typing import ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "mark, do not translate yet"
    """Mark `message` for extraction; the edge translates it when it is shown."""
    return message


class DomainError(Exception):
    """Something the rules do not allow; `code` is stable and safe to show, log and test.

    `field` names the form field that it is about, if there is one.
    """

    code: ClassVar[str] = "error"
    field: str | None = None

    def __init__(self, message: str, /, *, code: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.reason = code or self.code


class NotFoundError(DomainError):
    """The thing does not exist, or must look to this actor as if it did not."""

    code = "not-found"

    def __init__(self, message: str = N_("There is nothing here."), /, **params: object) -> None:
        super().__init__(message, code=None, **params)


class ForbiddenError(DomainError):
    """The actor is known and may not do this; the thing itself is no secret to them."""

    code = "forbidden"


class SignInRequiredError(DomainError):
    """Nobody is signed in and the act needs somebody."""

    code = "sign-in"

    def __init__(self, message: str = N_("Please sign in first."), /, **params: object) -> None:
        super().__init__(message, code=None, **params)


class InvalidError(DomainError):
    """The input breaks a rule that the sender can mend."""

    code = "invalid"

    def __init__(
        self,
        message: str,
        /,
        *,
        field: str | None = None,
        code: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, code=code, **params)
        self.field = field


class ConflictError(DomainError):
    """Somebody (or another tab) changed the thing since the sender last saw it."""

    code = "conflict"


class ClosedError(ConflictError):
    """The act came outside the time in which it is allowed."""

    code = "closed"


class IllegalTransitionError(ConflictError):
    """The thing is in a state from which this move does not exist."""

    code = "illegal-transition"

    def __init__(self, thing: str, source: str, target: str) -> None:
        super().__init__(
            N_("This %(thing)s is %(source)s and cannot become %(target)s."),
            thing=thing,
            source=source,
            target=target,
        )


class GoneError(DomainError):
    """A token or link was real once and is used up or expired."""

    code = "gone"


class UnavailableError(DomainError):
    """A part we depend on (store, mail, queue) does not answer; trying again may help."""

    code = "unavailable"
