"""E-mail addresses: one spelling for each, so that nobody has two accounts by accident."""

from email_validator import EmailNotValidError, validate_email

from app.errors import N_, InvalidError


def normal_address(typed: str) -> str:
    """Return an address in the one spelling it is stored in; raise InvalidError for no address.

    Lower case throughout: no mail provider in use tells capitals apart. A domain in another
    script is kept in its ASCII form, which every mail server understands.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise InvalidError(
            N_("Write the whole e-mail address, such as amina@example.org."), field="email"
        ) from error
    return (found.ascii_email or found.normalized).lower()
