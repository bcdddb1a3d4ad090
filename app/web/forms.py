"""The base of every form: what people type is cleaned once, before any rule looks at it."""

import re
from typing import Any

from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.meta import DefaultMeta

# What HTML has no place for: control characters but tab and line break, and code points for none.
_NO_CHARACTERS = "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
_NO_TEXT = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef{_NO_CHARACTERS}]")


def clean(text: str | None) -> str | None:
    """Drop what no database or page can keep, blank ends, and Windows line ends.

    That is control characters (NUL is one), code points that are none, and lone surrogates.

    Everything else is a person's own words and stays as it is.
    """
    if text is None:
        return None
    kept = _NO_TEXT.sub("", text).encode("utf-8", "ignore").decode("utf-8")
    return kept.replace("\r\n", "\n").replace("\r", "\n").strip()


class Cleaned:
    """What makes a form clean its text fields, passwords excepted; a base before the form's own."""

    class Meta(DefaultMeta):
        """How fields are bound: each text field gets `clean` as its first filter."""

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


class Form(Cleaned, FlaskForm):
    """A form whose text fields are cleaned; every request's token is checked by CSRFProtect."""

    class Meta:
        """The token is looked at once, before the form is."""

        csrf = False
