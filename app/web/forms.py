"""The base of every form: what people type is cleaned once, before any rule looks at it."""

from typing import Any

from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import StringField
from wtforms.fields.core import UnboundField


def clean(text: str | None) -> str | None:
    """Drop what a database cannot keep (NUL, lone surrogates), blank ends, and Windows line ends.

    Everything else is a person's own words and stays as it is.
    """
    if text is None:
        return None
    kept = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return kept.replace("\r\n", "\n").replace("\r", "\n").strip()


class Form(FlaskForm):
    """A form whose text fields are cleaned; every request's token is checked by CSRFProtect."""

    class Meta(FlaskForm.Meta):
        """How fields are bound: each text field gets `clean` as its first filter."""

        csrf = False

        @override
        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: dict[str, Any]
        ) -> Any:
            """Bind a field; see `clean`."""
            if issubclass(unbound_field.field_class, StringField):
                filters = (clean, *unbound_field.kwargs.get("filters", ()))
                return unbound_field.bind(form=form, filters=filters, **options)
            return unbound_field.bind(form=form, **options)
