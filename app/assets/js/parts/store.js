// What this device keeps for a reader whose connection broke. A browser may refuse to keep anything (private
// windows, a full disk): then the page works as before and only the safety net is missing.

/** The value kept under `key`, or null. */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Keep `value` under `key`; whether it worked. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Forget what is kept under `key`. */
export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}
