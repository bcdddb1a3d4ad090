// The uploads of a form: which file's turn it is, what the form waits for, what is found again after a closed page.
// Without this script files travel with the form.
import { say } from "../words.js";
import { startChoosing } from "./choosing.js";
import { recallUploads } from "./kept.js";
import { forgetPreview, showPreviews } from "./preview.js";
import { Tile } from "./tile.js";
import { MOVING, STUCK, Upload } from "./upload.js";

// What ends the form's waiting: a file that failed needs its sender's eye before the form goes.
const NEEDS_AN_EYE = new Set([...STUCK, "refused", "closed"]);

/** Take over the file fields of the form that says where its uploads go. */
export function startUploads() {
  const form = document.querySelector("form[data-uploads-url]");
  if (form) {
    new Uploads(form).start();
  }
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.entry = form.dataset.uploadsUrl;
    this.place = { uploads: this.entry, files: form.dataset.filesUrl };
    this.all = new Map();
    this.tiles = new Map();
    this.fields = new Map();
    this.isCarrying = false;
    this.held = null;
  }

  start() {
    for (const input of this.form.querySelectorAll("input[type=file][data-kind]")) {
      this.fields.set(input.dataset.kind, startChoosing(input, (file) => this.choose(input.dataset.kind, file)));
    }
    this.watch();
    this.restore();
  }

  watch() {
    // Before anybody else hears of it: what waits must not be taken for sent.
    document.addEventListener("submit", (event) => event.target === this.form && this.holdBack(event), true);
    document.addEventListener("podium:fresh", () => this.giveWay());
    this.form.addEventListener("click", (event) => this.takeBack(event));
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => !document.hidden && this.wake());
    window.addEventListener("focus", () => this.wake());
    window.addEventListener("beforeunload", (event) => {
      const isLost = (upload) => MOVING.has(upload.state) && !upload.isKept;
      if (this.list().some(isLost)) {
        event.preventDefault();
      }
    });
  }

  list() {
    return [...this.all.values()];
  }

  // --- which files there are ----------------------------------------------------------------------------

  async restore() {
    for (const known of await recallUploads(this.entry)) {
      if (this.fields.has(known.kind) && !this.all.has(known.key)) {
        this.add(new Upload(known, this.place, null, (upload) => this.changed(upload)));
      }
    }
  }

  choose(kind, file) {
    const { name, size, type, lastModified } = file;
    // The same file has the same key in every window, and when it is chosen again to go on.
    const key = [this.entry, kind, name, size, lastModified].join("|");
    const same = this.all.get(key);
    if (same) {
      same.take(file);
      return;
    }
    const known = { key, entry: this.entry, kind, name, size, type, at: Date.now() + this.all.size, asset: null };
    this.add(new Upload(known, this.place, file, (upload) => this.changed(upload)));
  }

  add(upload) {
    const field = this.fields.get(upload.kind);
    const tile = new Tile(upload, this.form.dataset.signInUrl);
    this.all.set(upload.key, upload);
    this.tiles.set(upload.key, tile);
    field.list.append(tile.element);
    upload.claim();
  }

  changed(upload) {
    this.tiles.get(upload.key).show();
    this.fields.get(upload.kind).speak(upload);
    if (["gone", "refused", "closed"].includes(upload.state)) {
      this.forget(upload);
    }
    if (NEEDS_AN_EYE.has(upload.state) && this.held) {
      this.held = null;
      this.tell(say("uploadStuck"));
    }
    this.carryNext();
    this.letGo();
  }

  forget({ key }) {
    this.all.delete(key);
    this.tiles.delete(key);
  }

  // --- whose turn it is ---------------------------------------------------------------------------------

  /** One after the other: they stay in the order they were chosen in, and a slow line has each one there sooner. */
  async carryNext() {
    const next = this.list().find(({ state }) => state !== "arrived" && state !== "elsewhere" && !STUCK.has(state));
    if (this.isCarrying || next?.state !== "waiting") {
      return;
    }
    this.isCarrying = true;
    try {
      await next.carry();
    } finally {
      this.isCarrying = false;
    }
    this.carryNext();
    this.letGo();
  }

  wake() {
    for (const upload of this.list()) {
      upload.wake();
      if (upload.state === "signed-out") {
        upload.goOn();
      }
    }
  }

  // --- the form -----------------------------------------------------------------------------------------

  holdBack(event) {
    const { name, value } = event.submitter ?? {};
    if (name !== "act") {
      // Removing and sorting files reloads the page; what is on its way goes on there.
      return;
    }
    // An entry is not submitted without a file that somebody wanted in it; a draft may wait for it.
    const stuck = value === "submit" && this.list().find(({ state }) => STUCK.has(state));
    const isMoving = this.list().some(({ state }) => MOVING.has(state));
    if (isMoving || stuck) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.held = stuck ? null : event.submitter;
      this.tell(say(stuck ? "uploadStuck" : "uploadHeld"));
      this.tiles.get(stuck?.key)?.focus();
    }
  }

  /** The form goes when its files have arrived. */
  letGo() {
    if (this.held && !this.isCarrying && !this.list().some(({ state }) => MOVING.has(state))) {
      const button = this.held;
      this.held = null;
      this.form.requestSubmit(button);
    }
  }

  tell(text) {
    this.form.querySelector("[data-saved]").textContent = text;
  }

  // --- files that the server shows ----------------------------------------------------------------------

  /** The server's own list has a file now: its tile here gives way to it, and lends it its picture meanwhile. */
  giveWay() {
    for (const upload of this.list()) {
      if (upload.state === "arrived" && this.form.querySelector(`[data-asset="${upload.asset}"]`)) {
        this.tiles.get(upload.key).giveWay();
        this.forget(upload);
      }
    }
    showPreviews(this.form);
  }

  /** Remove a file that has arrived without leaving the page, where others may be on their way. */
  takeBack(event) {
    const button = event.target.closest('[data-asset] button[name="removed"]');
    if (!button) {
      return;
    }
    event.preventDefault();
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "removed", value: button.value });
    this.form.append(hidden);
    forgetPreview(button.value);
    const section = button.closest("section");
    button.closest("[data-asset]").remove();
    section.querySelector("input[type=file]")?.focus();
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
