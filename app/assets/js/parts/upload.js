// Sends each chosen file by itself, with progress and another try, as soon as it is chosen. Without this script the
// file travels with the form.
import { csrfToken, make } from "./dom.js";
import { waitingPicture } from "./poll.js";
import { say, sayBytes, sayPercent } from "./words.js";

/** Take over every file field that says where its files go. */
export function startUploads() {
  const fields = [...document.querySelectorAll("input[type=file][data-upload-url]")];
  const traffic = new Map();
  for (const input of fields) {
    if (!traffic.has(input.form)) {
      traffic.set(input.form, watchForm(input.form));
    }
    takeOver(input, traffic.get(input.form));
  }
}

/** Counts the files on their way and holds the form back until they have arrived. */
function watchForm(form) {
  let onTheirWay = 0;
  let held = null;
  form.addEventListener("submit", (event) => {
    if (onTheirWay > 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      held = event.submitter;
    }
  });
  return {
    leave() {
      onTheirWay += 1;
    },
    arrive(isStored) {
      onTheirWay -= 1;
      // A file that failed needs its sender's eye before the form goes.
      held = isStored ? held : null;
      if (onTheirWay === 0 && held) {
        const button = held;
        held = null;
        form.requestSubmit(button);
      }
    },
  };
}

function takeOver(input, traffic) {
  const list = make("ul", { className: "uploads" });
  const live = make("p", { className: "visually-hidden", role: "status" });
  input.after(list, live);
  const field = { input, traffic, turn: Promise.resolve(), announce: (text) => (live.textContent = text) };
  input.addEventListener("change", () => {
    for (const file of [...input.files]) {
      const item = make("li", { className: "upload" });
      list.append(item);
      begin(field, item, file);
    }
    // The files go their own way: the form must not send them a second time.
    input.value = "";
    input.required = false;
  });
}

function begin(field, item, file) {
  const limit = Number(field.input.dataset.maxBytes);
  if (limit && file.size > limit) {
    showFailure(item, file, say("uploadTooLarge", { name: file.name, limit: sayBytes(limit) }));
    return;
  }
  send(field, item, file);
}

function send(field, item, file) {
  const request = new XMLHttpRequest();
  const bar = make("progress", { max: file.size || 1, value: 0, "aria-label": file.name });
  const line = make("p", { className: "upload-progress" });
  const tell = (sent) => {
    bar.value = sent;
    const share = file.size ? sent / file.size : 1;
    line.textContent = say("uploading", { sent: sayBytes(sent), total: sayBytes(file.size), percent: sayPercent(share) });
  };
  item.replaceChildren(
    make("p", { className: "upload-name", dir: "auto", textContent: file.name }),
    bar,
    line,
    removeButton(item, file.name, () => request.abort()),
  );
  tell(0);
  field.traffic.leave();
  request.upload.addEventListener("progress", (event) => tell(Math.min(event.loaded, file.size)));
  request.addEventListener("loadend", () => finish(field, item, file, request));
  request.open("POST", field.input.dataset.uploadUrl);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  const body = new FormData();
  body.append("file", file);
  // One after the other: they stay in the order they were chosen in, and a slow line has each one there sooner.
  field.turn = field.turn.then(() => carry(request, body, item));
}

/** Send a file whose turn has come, unless it was taken back meanwhile; ends when it has arrived, or has not. */
function carry(request, body, item) {
  return new Promise((done) => {
    request.addEventListener("loadend", done);
    if (item.isConnected) {
      request.send(body);
    } else {
      request.dispatchEvent(new ProgressEvent("loadend"));
    }
  });
}

/** status is 0 where the connection broke or the file was taken back. */
function finish(field, item, file, { status, response }) {
  const isStored = status >= 200 && status < 300 && Boolean(response?.id);
  const reason = response?.error ? `${file.name}: ${response.error}` : say("uploadFailed", { name: file.name });
  if (isStored) {
    showArrived(field, item, response);
  } else if (status >= 400 && status < 500) {
    showFailure(item, file, reason);
  } else {
    offerRetry(field, item, file, reason);
  }
  field.traffic.arrive(isStored);
}

function showArrived({ input, announce }, item, { id, name, status_url: statusUrl }) {
  const arrived = say("uploadStored", { name: name ?? "" });
  if (!input.multiple) {
    removeReplaced(input, item);
  }
  item.replaceChildren(
    waitingPicture(statusUrl, ""),
    make("p", { className: "upload-name", dir: "auto", textContent: arrived }),
    make("input", { type: "hidden", name: input.dataset.assetName ?? "assets", value: id }),
    removeButton(item, name ?? "", () => tellRemoved(input, id)),
  );
  announce(arrived);
  input.form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A field that takes one file shows one: what was there before has been replaced. */
function removeReplaced(input, item) {
  const earlier = input.form.querySelectorAll(`[data-uploaded="${input.name}"] > *`);
  for (const old of [...earlier, ...item.parentElement.children]) {
    if (old !== item) {
      old.remove();
    }
  }
}

/** The server has the file already; where it wants to be told that it is not wanted any more, the form says so. */
function tellRemoved(input, id) {
  if (input.dataset.removedName) {
    input.form.append(make("input", { type: "hidden", name: input.dataset.removedName, value: id }));
  }
}

function offerRetry(field, item, file, reason) {
  showFailure(item, file, reason);
  const again = make("button", { type: "button", className: "button button-quiet", textContent: say("retry") });
  again.addEventListener("click", () => send(field, item, file));
  item.querySelector("p").after(again);
}

function showFailure(item, file, reason) {
  item.replaceChildren(
    make("p", { className: "upload-error", role: "alert", dir: "auto", textContent: reason }),
    removeButton(item, file.name),
  );
}

function removeButton(item, name, before = () => {}) {
  const button = make("button", {
    type: "button",
    className: "button button-quiet",
    textContent: say("remove"),
    "aria-label": say("removeNamed", { name }),
  });
  button.addEventListener("click", () => {
    before();
    const form = item.closest("form");
    item.remove();
    form?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return button;
}
