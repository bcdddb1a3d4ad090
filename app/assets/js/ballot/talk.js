// The server's answers, and none: what is no answer of this server (a hotel's welcome page, a proxy's error) is as
// good as no network.
import { csrfToken } from "../parts/dom.js";
import { tokenUrl, user } from "./who.js";

const PATIENCE = 20000;

/** Post a form's pairs; {status, answer}, the status 0 where the server was not reached or has a fault. */
export async function post(url, pairs) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const { status, answer } = await ask(url, { method: "POST", body: new URLSearchParams(pairs), headers });
  const isOurs = status === 204 || (status === 200 ? Number.isInteger(answer?.version) : Boolean(answer?.error));
  return isOurs ? { status, answer: answer ?? {} } : { status: 0, answer: {} };
}

/** Get JSON, or null. */
export async function get(url) {
  const { status, answer } = await ask(url, { headers: { Accept: "application/json" } });
  return status === 200 ? answer : null;
}

/** Take the token of the session as it is now: "well", "offline", or "signed-out" where it is not this judge's. */
export async function renewToken() {
  const { status, answer } = await ask(tokenUrl, { headers: { Accept: "application/json" } });
  if (status === 0) {
    return "offline";
  }
  if (!answer?.csrf_token || String(answer.user ?? user) !== user) {
    return "signed-out";
  }
  document.querySelector('meta[name="csrf-token"]').content = answer.csrf_token;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) {
    field.value = answer.csrf_token;
  }
  return "well";
}

async function ask(url, options) {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    const { status } = response;
    if (status >= 500 || status === 429) {
      return { status: 0, answer: null };
    }
    return { status, answer: status === 204 ? null : await response.json() };
  } catch {
    return { status: 0, answer: null };
  }
}
