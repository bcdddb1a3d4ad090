// <details> used as menus close with Escape and with a click beside them; a form's faults are read out first.

/** Make the account menu behave, and lead to the summary of what went wrong. */
export function startMenus() {
  document.querySelector("[data-focus]")?.focus();
  const menu = document.querySelector("details.account");
  if (!menu) {
    return;
  }
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
