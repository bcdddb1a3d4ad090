"""The base of every form: what people type is cleaned once, before any rule looks at it."""

import re
from typing import Any

from flask_wtf import FlaskForm
from typing_extensions import override
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.meta import DefaultMeta

from app.errors import DomainError
from app.web.language import render_message

# What HTML has no place for: control characters but tab and line break, and code points for none.
_NO_CHARACTERS = "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
_NO_TEXT = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef{_NO_CHARACTERS}]")


def printable(text: str) -> str:
    """Drop what no database or page can keep.

    That is control characters (NUL is one), code points that are none, and lone surrogates.
    """
    return _NO_TEXT.sub("", text).encode("utf-8", "ignore").decode("utf-8")


def clean(text: str | None) -> str | None:
    """Drop what is not `printable`, blank ends, and Windows line ends.

    Everything else is a person's own words and stays as it is.
    """
    if text is None:
        return None
    return printable(text).replace("\r\n", "\n").replace("\r", "\n").strip()


class Cleaned:
    """What makes a form clean its text fields, passwords excepted; a base before the form's own."""

    class Meta(DefaultMeta):
        """What forms read: each text field gets `clean`; a choice that is none is shown again."""

        @override
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Leave only `printable` text: what no field takes still comes back in its errors."""
            sent = super().wrap_formdata(form, formdata)
            if sent is None:
                return None
            return MultiDict(
                (name, printable(value) if _is_words(form, name, value) else value)
                for name in sent
                for value in sent.getlist(name)
            )

        @override
        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: dict[str, Any]
        ) -> Any:
            """Bind a field; see `clean`."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = (clean, *unbound_field.kwargs.get("filters", ()))
                return unbound_field.bind(form=form, filters=filters, **options)
            return unbound_field.bind(form=form, **options)


def _is_words(form: Any, name: str, value: object) -> bool:
    return isinstance(value, str) and not (name in form and isinstance(form[name], PasswordField))


class Form(Cleaned, FlaskForm):
    """A form whose text fields are cleaned; every request's token is checked by CSRFProtect."""

    class Meta:
        """The token is looked at once, before the form is."""

        csrf = False

    def blame(self, error: DomainError) -> None:
        """Put a domain error's sentence on the field it is about, or above the form."""
        if error.field in self:
            self[error.field].errors = [render_message(error)]
        else:
            self.form_errors.append(render_message(error))
