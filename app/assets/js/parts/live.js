// The card beside a form shows what is being typed, as the public will see it.

/** Fill every [data-live="name"] from the field of that name. */
export function startLive() {
  const places = [...document.querySelectorAll("[data-live]")];
  if (places.length === 0) {
    return;
  }
  const show = (input) => {
    for (const place of places.filter(({ dataset }) => dataset.live === input.name)) {
      place.textContent = input.value;
    }
  };
  document.addEventListener("input", (event) => {
    if (event.target.name) {
      show(event.target);
    }
  });
}
