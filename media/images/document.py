"""The first page of a PDF as pixels; no script in it runs, as the library has no engine for any."""

from pathlib import Path

import pypdfium2
import pyvips
from pypdfium2.raw import FPDF_ERR_PASSWORD

from media.images.decode import fit, in_memory
from media.images.refusals import damaged_document, locked_document

_MOST_POINTS = 14_400
"""The longest side of a page that readers must take (ISO 32000-1, annex C.2)."""
_FINE = 1000


def draw_first_page(source: Path, width: int) -> pyvips.Image:
    """Return the first page of the PDF at `source`, `width` wide unless it is very tall; sRGB.

    Raises InvalidError "locked" where it asks for a password, "damaged" where it cannot be read.
    """
    try:
        # The file, as the library would look for the name of one that has none.
        with source.open("rb") as file, pypdfium2.PdfDocument(file) as document:
            page = document[0]
            across, down = page.get_size()
            if not (0 < across <= _MOST_POINTS and 0 < down <= _MOST_POINTS):
                raise damaged_document()
            # Drawn at the size of its largest rendition: a page has no pixels of its own.
            scale = fit(round(_FINE * across), round(_FINE * down), width)[0] / across
            pixels = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True).to_numpy()
            return in_memory(pyvips.Image.new_from_array(pixels))
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == FPDF_ERR_PASSWORD:
            raise locked_document() from error
        raise damaged_document() from error
    except IndexError as error:
        raise damaged_document() from error
