// What the entrant sees of a file on its way: its picture, name, state in words, and what can be done about it.
import { make } from "../dom.js";
import { say, sayBytes, sayPercent } from "../words.js";
import { lendPreview, previewOf } from "./preview.js";

// What can be done in each state; the rest say themselves.
const ACTS = {
  waiting: ["pause", "remove"],
  sending: ["pause", "remove"],
  offline: ["pause", "remove"],
  busy: ["pause", "remove"],
  paused: ["goOn", "remove"],
  missing: ["remove"],
  failed: ["goOn", "remove"],
  "signed-out": ["signIn", "remove"],
  closed: ["save", "dismiss"],
  refused: ["dismiss"],
};
const ALARMS = new Set(["refused", "closed", "failed"]);

export class Tile {
  constructor(upload, signInUrl) {
    this.upload = upload;
    this.signInUrl = signInUrl;
    this.picture = make("div", { className: "upload-picture" });
    this.bar = make("progress", { max: upload.size || 1, "aria-label": upload.name });
    this.line = make("p", { className: "upload-line" });
    this.acts = make("p", { className: "acts" });
    const name = make("p", { className: "upload-name", dir: "auto", textContent: upload.name });
    this.element = make("li", { className: "upload", tabIndex: -1 }, this.picture, this.bar, name, this.line, this.acts);
    this.show();
  }

  /** Show the upload as it stands. */
  show() {
    const { state } = this.upload;
    if (state === "gone") {
      this.dismiss();
      return;
    }
    this.showPicture();
    this.bar.value = this.upload.sent;
    this.bar.hidden = ALARMS.has(state) || state === "elsewhere";
    if (this.element.dataset.state !== state) {
      this.element.dataset.state = state;
      this.line.role = ALARMS.has(state) ? "alert" : null;
      this.showActs(ACTS[state] ?? []);
    }
    this.line.textContent = this.sentence();
  }

  showPicture() {
    // A file that this browser remembers comes a moment after its name.
    if (this.shown !== this.upload.file || !this.picture.hasChildNodes()) {
      this.shown = this.upload.file;
      this.picture.replaceChildren(previewOf(this.upload.file, this.kind()));
    }
  }

  /** For what the browser cannot show: the ending of its name, as on the spine of a folder. */
  kind() {
    const ending = /\.(\w{1,5})$/.exec(this.upload.name)?.[1] ?? "";
    return make("p", { className: "upload-kind", "aria-hidden": "true", textContent: ending.toUpperCase() });
  }

  sentence() {
    const { state, sent, size, reason, name } = this.upload;
    const bytes = { sent: sayBytes(sent), total: sayBytes(size), percent: sayPercent(size ? sent / size : 1) };
    const sentences = {
      new: () => sayBytes(size),
      waiting: () => say("uploadWaiting", bytes),
      sending: () => say("uploading", bytes),
      checking: () => say("uploadChecking", bytes),
      offline: () => `${say("uploadOffline")} ${say("uploadSoFar", bytes)}`,
      busy: () => `${say("uploadBusy")} ${say("uploadSoFar", bytes)}`,
      paused: () => say("uploadPaused", bytes),
      missing: () => say("uploadMissing", bytes),
      failed: () => say("uploadFailed", bytes),
      "signed-out": () => say("uploadSignedOut"),
      elsewhere: () => say("uploadElsewhere"),
      arrived: () => say("uploadStored", { name }),
      closed: () => reason,
      refused: () => reason || say("uploadRefused"),
    };
    return sentences[state]();
  }

  showActs(acts) {
    const isHere = this.acts.contains(document.activeElement);
    const parts = {
      pause: () => this.button("pause", () => this.upload.pause()),
      goOn: () => this.button("goOn", () => this.upload.goOn()),
      remove: () => this.button("remove", () => this.upload.remove()),
      dismiss: () => this.button("remove", () => this.dismiss()),
      signIn: () => make("a", { className: "button", href: this.signInUrl, textContent: say("signInAgain") }),
      save: () => this.saveLink(),
    };
    this.acts.replaceChildren(...acts.map((act) => parts[act]()));
    if (isHere) {
      // Whoever pressed a button that changed its meaning stays on it.
      this.acts.querySelector("button, a")?.focus();
    }
  }

  button(word, act) {
    const named = say(`${word}Named`, { name: this.upload.name });
    const button = make("button", { type: "button", className: "button button-quiet", textContent: say(word), "aria-label": named });
    button.addEventListener("click", act);
    return button;
  }

  /** The file may be on no other place of this device any more. */
  saveLink() {
    const href = URL.createObjectURL(this.upload.file);
    return make("a", { className: "button button-quiet", href, download: this.upload.name, textContent: say("saveFile") });
  }

  focus() {
    this.element.focus();
  }

  /** The server's tile takes over, with the picture from here until it has its own. */
  giveWay() {
    lendPreview(this.upload.asset, this.picture.firstChild);
    this.element.remove();
  }

  dismiss() {
    const section = this.element.closest("section");
    const isHere = this.element.contains(document.activeElement);
    this.element.remove();
    if (isHere) {
      section.querySelector("input[type=file]").focus();
    }
    const shown = this.picture.querySelector("img");
    if (shown) {
      URL.revokeObjectURL(shown.src);
    }
  }
}
