// Saves a draft while it is written. When the server cannot be reached this device keeps the words and offers them
// the next time the form is opened.
import { make, tellChanged } from "./dom.js";
import { forget, keep, recall } from "./store.js";
import { say, sayClock } from "./words.js";

const PAUSE = 1500;
const LOOK_AGAIN = 15000;

/** Watch every form that says where its drafts go. */
export function startAutosave() {
  document.querySelectorAll("form[data-autosave-url]").forEach(watch);
}

function watch(form) {
  const key = `draft:${form.dataset.autosaveUrl}`;
  const line = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  let timer = 0;
  let sending = Promise.resolve();
  let onTheirWay = 0;

  const save = async () => {
    onTheirWay += 1;
    tell(line, say("draftSaving"));
    try {
      const response = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: withoutFiles(form),
        headers: { Accept: "application/json" },
      });
      await settle(form, key, line, response);
    } catch {
      keep(key, { at: Date.now(), words: typedWords(form) });
      tell(line, say("draftKept"), true);
      plan(LOOK_AGAIN);
    } finally {
      onTheirWay -= 1;
    }
  };
  const plan = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      sending = sending.then(save);
    }, pause);
  };

  form.addEventListener("input", () => plan(PAUSE));
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (onTheirWay > 0) {
      // Words on their way make a new version, which the form must know before it goes.
      event.preventDefault();
      sending.then(() => form.requestSubmit(event.submitter));
      return;
    }
    forget(key);
  });
  window.addEventListener("online", () => recall(key) && plan(0));
  offer(form, key, () => plan(0));
}

async function settle(form, key, line, response) {
  if (response.status >= 500) {
    throw new Error("the server could not save");
  }
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson ? await response.json() : {};
  if (!response.ok) {
    tell(line, answer.error ?? say("draftKept"), true);
    keep(key, { at: Date.now(), words: typedWords(form) });
    return;
  }
  if (answer.version !== undefined && form.elements.version) {
    form.elements.version.value = answer.version;
  }
  forget(key);
  tell(line, say("draftSaved", { time: answer.saved_at ?? sayClock(new Date()) }));
  tellChanged();
}

function tell(line, text, isProblem = false) {
  if (line) {
    line.textContent = text;
    line.classList.toggle("saved-problem", isProblem);
  }
}

/** The form as it would be posted, less its files: those travel by themselves. */
function withoutFiles(form) {
  const body = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) {
    body.delete(input.name);
  }
  return body;
}

/** What a person typed or chose: [name, value] pairs, neither tokens nor files. */
function typedWords(form) {
  const hidden = new Set([...form.querySelectorAll("input[type=hidden], input[type=file]")].map((input) => input.name));
  return [...new FormData(form)].filter(([name]) => !hidden.has(name));
}

function offer(form, key, then) {
  const kept = recall(key);
  if (!kept) {
    return;
  }
  const restore = make("button", { type: "button", className: "button", textContent: say("restore") });
  const discard = make("button", { type: "button", className: "button button-quiet", textContent: say("discard") });
  const box = make(
    "div",
    { className: "notice notice-waiting", role: "status" },
    make("p", { textContent: say("draftFound", { time: sayClock(new Date(kept.at)) }) }),
    make("p", { className: "acts" }, restore, discard),
  );
  restore.addEventListener("click", () => {
    putBack(form, kept.words);
    box.remove();
    then();
  });
  discard.addEventListener("click", () => {
    forget(key);
    box.remove();
  });
  form.before(box);
}

function putBack(form, words) {
  for (const input of form.elements) {
    const values = words.filter(([name]) => name === input.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(input.type)) {
      input.checked = values.includes(input.value);
    } else if (input.type === "select-multiple") {
      for (const option of input.options) {
        option.selected = values.includes(option.value);
      }
    } else if (!["hidden", "file", "submit"].includes(input.type) && values.length > 0) {
      [input.value] = values;
    }
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
