// How a file gets to the server: it is announced, sent part by part to the addresses the server signs, and completed.
// What the server does not answer throws Unreachable, what it refuses throws Refused.
import { csrfToken } from "../dom.js";

const PATIENCE = 60_000;
const CHECKING = 300_000;
const TOKEN = 'meta[name="csrf-token"]';

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, { code, error } = {}) {
    super(error ?? "");
    this.status = status;
    this.code = code;
  }
}

/** Announce a file; {id, part_size, parts}. */
export function begin(place, { kind, name, size, type }, signal) {
  return ask("POST", place.uploads, { kind, name, size, type }, signal);
}

/** What is there of a file: {part_size, parts: [{number, size}]}. */
export function standing(place, asset, signal) {
  return ask("GET", `${place.files}${asset}`, null, signal);
}

/** Where to PUT a part: {url}. */
export function sign(place, asset, number, signal) {
  return ask("POST", `${place.files}${asset}/parts/${number}`, {}, signal);
}

/** Say that all parts are there; {id}, also for a file that was complete before. */
export function complete(place, asset, signal) {
  return ask("POST", `${place.uploads}/${asset}/complete`, {}, signal, CHECKING);
}

/** Give a file up; what cannot be told now the server finds out by itself. */
export function giveUp(place, asset) {
  ask("DELETE", `${place.files}${asset}`, {}, new AbortController().signal).catch(() => {});
}

async function ask(method, url, fields, signal, patience = PATIENCE) {
  const request = { method, url, body: fields && new URLSearchParams(fields), signal, patience };
  try {
    return await askOnce(request);
  } catch (error) {
    if (error.code !== "csrf") {
      throw error;
    }
    await renewToken(signal);
    return askOnce(request);
  }
}

async function askOnce(request) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const { status, text } = await carry({ ...request, headers });
  const answer = readJson(text);
  if (status >= 300) {
    throw new Refused(status, answer);
  }
  return answer;
}

/** Take this page's token from the server anew, after somebody has signed out or in again; 401 for who is signed out. */
async function renewToken(signal) {
  const headers = { Accept: "text/html" };
  const { text } = await carry({ method: "GET", url: location.pathname, signal, patience: PATIENCE, headers });
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("[data-uploads-url]")) {
    throw new Refused(401);
  }
  const { content } = page.querySelector(TOKEN);
  document.querySelector(TOKEN).content = content;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) {
    input.value = content;
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** PUT a part; `tell` hears how many of its bytes have left. */
export async function put(url, bytes, tell, signal) {
  try {
    const { status } = await carry({ method: "PUT", url, body: bytes, signal, patience: PATIENCE, headers: {}, tell });
    if (status < 300) {
      return;
    }
  } catch (error) {
    if (!(error instanceof Unreachable) || !navigator.onLine) {
      throw error;
    }
  }
  // No verdict on the file: the address may have expired, or the place where files are kept is away.
  throw new Refused(503);
}

/** One request, with progress; given up as unreachable after `patience` milliseconds in which nothing moved. */
function carry({ method, url, body, signal, patience, headers, tell = () => {} }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
    };
    const stop = () => request.abort();
    request.upload.addEventListener("progress", (event) => {
      wait();
      tell(event.loaded);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (signal.aborted) {
        reject(signal.reason);
      } else if (request.status === 0) {
        reject(new Unreachable());
      } else {
        resolve({ status: request.status, text: request.responseText });
      }
    });
    signal.addEventListener("abort", stop);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    wait();
    request.send(body);
  });
}
