// The ballot's form as plain content, {field name: value}, and back. A mark that is not given is "".
const FIELDS = "[name^='mark-'], [name=comment], [name=note]";

/** What the form says; with `asServed`, what the server's page said before anybody touched it. */
export function readForm(form, { asServed = false } = {}) {
  const content = {};
  for (const field of form.querySelectorAll(FIELDS)) {
    if (field.type === "radio") {
      const isOn = asServed ? field.defaultChecked : field.checked;
      content[field.name] = isOn ? field.value : (content[field.name] ?? "");
    } else if (field.localName === "select") {
      const served = [...field.options].find(({ defaultSelected }) => defaultSelected);
      content[field.name] = asServed ? (served?.value ?? "") : field.value;
    } else {
      content[field.name] = asServed ? field.defaultValue : field.value;
    }
  }
  return content;
}

/**
 * Show `content`; fields that say so already are not touched, so that whoever writes keeps their place, nor is a number
 * that is no mark (yet): it was not kept.
 */
export function writeForm(form, content) {
  for (const field of form.querySelectorAll(FIELDS)) {
    const value = content[field.name] ?? "";
    if (field.type === "radio") {
      field.checked = field.value === value;
    } else if (field.value !== value && field.validity.valid) {
      field.value = value;
    }
  }
  form.dispatchEvent(new Event("ballot:shown"));
}

/** What differs from `content`. */
export function difference(content, now) {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => (content[name] ?? "") !== value));
}

/** The fields in words: [{name, title, says: {value: words}}], for showing two sides beside each other. */
export function namesOf(form) {
  const names = [...form.querySelectorAll(".criterion")].map((criterion) => {
    const title = criterion.querySelector("legend").firstChild.textContent.trim();
    const radios = [...criterion.querySelectorAll("input[type=radio]")];
    const options = [...criterion.querySelectorAll("option")].filter(({ value }) => value !== "");
    const says = [
      ...radios.map((radio) => [radio.value, radio.nextElementSibling.textContent.trim()]),
      ...options.map((option) => [option.value, option.textContent.trim()]),
    ];
    return { name: criterion.querySelector("[name]").name, title, says: Object.fromEntries(says) };
  });
  const texts = [...form.querySelectorAll("textarea")].map((text) => ({
    name: text.name,
    title: text.labels[0].firstChild.textContent.trim(),
    says: {},
  }));
  return [...names, ...texts];
}
