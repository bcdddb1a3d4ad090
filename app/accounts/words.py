"""Flask-Security's sentences in our words; those that are not here are shown as they are."""

from typing import Any, Final

from flask_babel import gettext
from flask_security.babel import FsDomain
from typing_extensions import override

from app.errors import N_

WORDS: Final = {
    # Labels.
    "Email Address": N_("E-mail address"),
    "New Password": N_("New password"),
    "Retype Password": N_("The same password again"),
    "Forgot password?": N_("I have forgotten my password"),
    # What is wrong in a field.
    "Email not provided": N_("Enter your e-mail address."),
    "Invalid email address": N_("Write the whole e-mail address, such as amina@example.org."),
    "Password not provided": N_("Enter a password."),
    "Password must be at least %(length)s characters": N_("Use %(length)s characters or more."),
    "Passwords do not match": N_("These two differ: type the same password twice."),
    "Invalid password": N_("This is not your password."),
    "Your new password must be different than your previous password.": N_(
        "This is the password you have already."
    ),
    "Authentication failed - identity or password/passcode invalid": N_(
        "This e-mail address and this password do not belong together. Look at both again, or let"
        " us send you a sign-in link."
    ),
    # What happened. None of these tells whether an address has an account.
    "Thank you. To confirm your email address %(email)s, please click on the link in the email"
    " we have just sent to you.": N_(
        "We have sent a mail to %(email)s. Open the link in it, then sign in."
    ),
    "Thank you. Your email has been confirmed.": N_(
        "Your e-mail address is confirmed. Sign in to go on."
    ),
    "Your email has already been confirmed.": N_(
        "This e-mail address is confirmed already: you can sign in."
    ),
    "Invalid confirmation token.": N_(
        "This link is not whole, or it is too old. Enter your e-mail address for a new one."
    ),
    "You did not confirm your email within %(within)s. ": N_(
        "This link was good for %(within)s and is too old now. Enter your e-mail address for a"
        " new one."
    ),
    "Confirmation instructions have been sent to %(email)s.": N_(
        "If %(email)s has an account that waits to be confirmed, a new link is on its way."
    ),
    "Instructions to reset your password have been sent to %(email)s.": N_(
        "If %(email)s has an account here, a mail with a link to a new password is on its way."
    ),
    "Invalid reset password token.": N_(
        "This link is not whole, or it has been used. Enter your e-mail address for a new one."
    ),
    "You did not reset your password within %(within)s. ": N_(
        "This link was good for %(within)s and is too old now. Enter your e-mail address for a"
        " new one."
    ),
    "You successfully reset your password. Please authenticate using your new password.": N_(
        "Your new password is set. Sign in with it."
    ),
    "You successfully changed your password.": N_(
        "Your password is changed. On every other device you are signed out."
    ),
    "Reauthentication successful": N_("Thank you: go on."),
    # Subjects of mails.
    "Welcome": N_("Your account for the forum's contests"),
    "Please confirm your email": N_("Confirm your e-mail address"),
    "Password reset instructions": N_("Choose a new password"),
    "Your password has been reset": N_("Your new password is set"),
}


class Words(FsDomain):
    """Flask-Security's translations, behind our own wording and catalogue."""

    @override
    def gettext(self, string: str, **variables: Any) -> str:
        """Return a sentence of Flask-Security's in our words and the reader's language."""
        ours = WORDS.get(string)
        if ours is not None:
            text: str = gettext(ours, **variables)
            return text
        theirs: Any = super()
        return str(theirs.gettext(string, **variables))
