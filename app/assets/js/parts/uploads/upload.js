// One file on its way: what state it is in, and what moves it to the next.
import { tellChanged } from "../dom.js";
import { forgetUpload, keepFile, keepUpload, recallFile, recallUpload } from "./kept.js";
import { giveUp, Refused, Unreachable } from "./protocol.js";
import { send, Unreadable } from "./sending.js";

// A picture is always kept; a long film would fill a telephone.
const MOST_KEPT = 100e6;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const MOST_FAILURES = 8;
const ENDED = new Set(["arrived", "refused", "closed"]);

/** States that end by themselves: the form waits for these files, and for no others. */
export const MOVING = new Set(["waiting", "sending", "checking", "offline", "busy"]);
/** States that end when somebody does something; the entry is not submitted behind their back. */
export const STUCK = new Set(["paused", "signed-out", "missing", "failed"]);

export class Upload {
  /** `known` is what kept.js keeps: key, entry, kind, name, size, type, at, asset. */
  constructor(known, place, file, changed) {
    Object.assign(this, known, { place, file, changed });
    // Without its file it is one that this browser remembers.
    this.isRestored = file === null;
    this.isKept = false;
    this.sent = 0;
    this.state = "new";
    this.stopping = new AbortController();
    this.wake = () => {};
  }

  become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.changed(this);
  }

  /** Make this window the one that sends the file; without it, wait until the other window has done so. */
  async claim() {
    if (!navigator.locks) {
      this.prepare();
      return;
    }
    const name = `podium-upload:${this.key}`;
    const hold = (lock) => lock && new Promise((release) => this.hold(release));
    await navigator.locks.request(name, { ifAvailable: true }, hold);
    if (this.state === "new") {
      this.become("elsewhere");
      navigator.locks.request(name, hold);
    }
  }

  hold(release) {
    this.release = release;
    this.prepare();
  }

  /** Find out where the file stands, and keep what was not kept yet. */
  async prepare() {
    const known = await recallUpload(this.key);
    if (!known && (this.isRestored || this.state === "elsewhere")) {
      // The other window has sent it, or given it up.
      this.leave();
      tellChanged();
      return;
    }
    this.asset = known?.asset ?? this.asset;
    this.at = known?.at ?? this.at;
    await (this.file ? this.keepFile() : this.recallFile());
    await this.remember();
    this.become(this.file ? "waiting" : "missing");
  }

  async keepFile() {
    this.isKept = this.file.size <= MOST_KEPT && (await keepFile(this.key, this.file));
  }

  async recallFile() {
    this.file = await recallFile(this.key);
    this.isKept = this.file !== null;
  }

  remember() {
    const { key, entry, kind, name, size, type, at, asset } = this;
    return keepUpload({ key, entry, kind, name, size, type, at, asset });
  }

  /** The same file was chosen again. */
  async take(file) {
    if (this.state === "missing") {
      this.file = file;
      await this.prepare();
    }
  }

  /** Send the file, again and again while that may help; ends when it has arrived or somebody has to do something. */
  async carry() {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.failures = 0;
    for (let rests = 0; !signal.aborted; rests += 1) {
      const before = this.sent;
      try {
        this.become("sending");
        await this.arrive(await send(this, signal));
        return;
      } catch (error) {
        if (this.sent > before) {
          this.failures = 0;
          rests = 0;
        }
        if (signal.aborted || !this.mayTryAgain(error)) {
          return;
        }
      }
      await this.rest(rests);
    }
  }

  /** The server knows the file as `asset` from now on. */
  async began(asset) {
    this.asset = asset;
    await this.remember();
  }

  tell(sent) {
    this.sent = sent;
    this.become(sent < this.size ? "sending" : "checking");
  }

  /** Say what went wrong; whether trying again may help. */
  mayTryAgain(error) {
    if (error instanceof Unreachable) {
      this.become("offline");
      return true;
    }
    if (error instanceof Refused) {
      return this.mayTryAfter(error);
    }
    if (error instanceof Unreadable) {
      this.file = null;
      this.become("missing");
      return false;
    }
    throw error;
  }

  mayTryAfter({ status, code, message }) {
    if (status === 401) {
      this.become("signed-out");
    } else if (status >= 500 || status === 429 || code === "parts-missing") {
      this.failures += 1;
      this.become(this.failures < MOST_FAILURES ? "busy" : "failed");
    } else {
      forgetUpload(this.key).then(() => this.release?.());
      this.become(code === "closed" ? "closed" : "refused", message);
    }
    return this.state === "busy";
  }

  /** Wait, longer each time, or until somebody wakes it: the network is back, or the page is looked at again. */
  async rest(times) {
    await new Promise((done) => {
      const longest = Math.min(FIRST_WAIT * 2 ** times, LONGEST_WAIT);
      const timer = setTimeout(done, longest * (0.5 + Math.random() / 2));
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
      this.stopping.signal.addEventListener("abort", this.wake);
    });
  }

  async arrive({ id }) {
    this.asset = id;
    await forgetUpload(this.key);
    this.release?.();
    this.become("arrived");
    tellChanged();
  }

  pause() {
    this.stopping.abort();
    this.become("paused");
  }

  goOn() {
    this.become(this.file ? "waiting" : "missing");
  }

  /** Take the file back: the server keeps nothing of it. */
  async remove() {
    this.stopping.abort();
    if (this.asset && !ENDED.has(this.state)) {
      giveUp(this.place, this.asset);
    }
    await forgetUpload(this.key);
    this.leave();
    // Its last byte may have arrived at this very moment.
    tellChanged();
  }

  leave() {
    this.become("gone");
    this.release?.();
  }
}
