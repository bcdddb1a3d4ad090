"""What axe-core, and a narrow window, hold against a page."""

from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
RUN = """async (runOnly) => {
  // A button that fades from one scheme's colour to the other's has neither's contrast. What nobody
  // sees, in a closed menu, never ends.
  const seen = document.getAnimations().filter(({ effect }) => effect.target.checkVisibility());
  const ending = seen.filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ending.map((animation) => animation.finished));
  const rules = runOnly ? { runOnly } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...rules });
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(" | ")}`,
  );
}"""
# All rules in one scheme; what is left for the other are those about colours.
SCHEMES: tuple[tuple[Literal["light", "dark"], list[str] | None], ...] = (
    ("dark", None),
    ("light", ["color-contrast", "link-in-text-block"]),
)


@cache
def _script() -> str:
    return SCRIPT.read_text()


def faults(page: Page) -> list[str]:
    """Return axe's violations in the page as it stands, in both colour schemes."""
    page.evaluate(_script())
    found: set[str] = set()
    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found |= {f"{scheme}: {fault}" for fault in page.evaluate(RUN, rules)}
    return sorted(found)


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than a small phone."""
    page.set_viewport_size({"width": 320, "height": 640})
    return sideways(page)


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


def check(page: Page) -> None:
    """Fail unless the page suits everybody, on a small phone too."""
    page.set_viewport_size({"width": 320, "height": 640})
    found = faults(page)
    if overflow(page) > 0:
        found.append("the page is wider than 320 px")
    assert not found, f"{page.url}: " + "\n".join(found)
