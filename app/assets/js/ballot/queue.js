// A judge's changes, each kept before it is sent, and what becomes of them once the server has answered.
import { differ, fieldsOf, isText, join, unitOf } from "./join.js";
import { alterKept, read } from "./kept.js";
import { user } from "./who.js";

const MOST_UNDO = 100;
const ONE_STROKE = 3000;
let beingKept = Promise.resolve();

/** Resolves when all that was changed on this page so far is kept. */
export function allKept() {
  return beingKept;
}

/**
 * Keep a change: `patch` are the fields it is about. `sheet` is the page's own ballot, from which the record begins:
 * {ballot, url, page, label, names, version, content, state}.
 */
export function keepChange(sheet, patch, { submit = false } = {}) {
  return keep(sheet.ballot, (kept) => {
    const record = kept ?? recordOf(sheet);
    return changed(record, patch, { submit, undo: withUndo(record, patch) });
  });
}

/** The record once all that was changed on this page is in it: until then the page knows more than the record. */
export async function readKept(ballot) {
  let keeping;
  let record;
  do {
    keeping = beingKept;
    await keeping;
    record = await read(ballot);
  } while (keeping !== beingKept);
  return record;
}

function keep(ballot, alter) {
  const keeping = alterKept(ballot, alter);
  beingKept = Promise.all([beingKept, keeping]);
  return keeping;
}

/** The record with `patch` in it, waiting to be sent; `undo` are the steps that can be taken back from there. */
function changed(record, patch, { submit = false, undo }) {
  const { waiting, content } = record;
  const fields = [...new Set([...(waiting?.fields ?? []), ...differing(content, patch)])];
  return {
    ...record,
    content: { ...content, ...patch },
    waiting: { key: newKey(), submit: submit || Boolean(waiting?.submit), fields },
    undo,
    trouble: record.trouble?.kind === "refused" ? null : record.trouble,
    notSubmitted: null,
    // Whoever submits has read it.
    joined: submit ? null : record.joined,
    touched: Date.now(),
  };
}

/** A record that says what the server's page says. */
export function recordOf(sheet) {
  const known = sheet.content;
  return { user, ...sheet, known, flight: null, waiting: null, trouble: null, joined: null, undo: [], touched: Date.now() };
}

/** A change is known by its key, however often it is sent. Pages without TLS have no randomUUID. */
function newKey() {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("-");
}

/** The changes that can be undone; what is typed in one go is undone in one. */
function withUndo({ undo, content }, patch) {
  const now = Date.now();
  const added = differing(content, patch).map((name) => ({ name, before: content[name] ?? "", at: now }));
  const last = undo.at(-1);
  const isSameStroke = last && added.length === 1 && isText(added[0].name) && last.name === added[0].name;
  if (isSameStroke && now - last.at < ONE_STROKE) {
    return [...undo.slice(0, -1), { ...last, at: now }];
  }
  return [...undo, ...added].slice(-MOST_UNDO);
}

/** What the judge changes with `patch`, by field name. */
function differing(content, patch) {
  return Object.keys(patch).filter((name) => name !== "shown" && (content[name] ?? "") !== patch[name]);
}

/**
 * Take the last change back; returns {name, before}, or null where there is none. The step and the mark go in one
 * write: a tab that is closed in between has lost neither.
 */
export async function undoLast({ ballot }) {
  let last = null;
  await keep(ballot, (record) => {
    last = record?.undo.at(-1) ?? null;
    return last ? changed(record, { [last.name]: last.before }, { undo: record.undo.slice(0, -1) }) : undefined;
  });
  return last;
}

/** Let what waits be what is sent next, the same until it is answered; the record with its `flight`, or null. */
export async function takeOff(ballot) {
  const record = await alterKept(ballot, (kept) => {
    if (!kept || kept.trouble || kept.flight || !kept.waiting) {
      return undefined;
    }
    const flight = { ...kept.waiting, base: kept.version, content: kept.content };
    return { ...kept, flight, waiting: null };
  });
  return record && !record.trouble && record.flight ? record : null;
}

/** The server has it, as version `version`. */
export function arrived(ballot, key, { version, state, saved_at: savedAt }) {
  return alterFlight(ballot, key, (record) => ({
    ...record, flight: null, known: record.flight.content, version, state, savedAt,
  }));
}

/** The server will not submit it; it shall keep the marks all the same, and says which version they are then. */
export function downgraded(ballot, key, trouble) {
  return alterFlight(ballot, key, (record) => ({
    ...record, flight: null, waiting: { key: newKey(), submit: false }, notSubmitted: trouble.error,
  }));
}

/**
 * The other device was there first, and `theirs` stands there now: what only one of both changed is joined and sent, the
 * rest is for the judge to settle.
 */
export function overtaken(ballot, key, { error, theirs, version, state, saved_at: savedAt }) {
  return alterFlight(ballot, key, (record) => {
    const submitted = { here: isToSubmit(record), there: state === "submitted" && record.state !== "submitted" };
    const { names, known, content: mine } = record;
    const { asked, joined, content } = join({ known, mine, theirs, names, submitted });
    const isJoined = Object.keys(joined).length > 0;
    const after = {
      ...withContent(record, content),
      known: theirs,
      version,
      state,
      savedAt,
      flight: null,
      waiting: { key: newKey(), submit: submitted.here },
      joined: isJoined ? { ...record.joined, ...joined } : record.joined,
    };
    const trouble = { kind: "stale", error, asked, isSubmitted: submitted.there, submit: submitted.here };
    return asked.length > 0 ? { ...after, waiting: null, trouble } : after;
  });
}

/** Only the judge can settle this: `trouble` is {kind, error}. The marks stay. */
export function stuck(ballot, key, trouble) {
  return alterFlight(ballot, key, (record) => ({
    ...record, flight: null, waiting: null, trouble: { ...trouble, submit: isToSubmit(record) },
  }));
}

function isToSubmit({ flight, waiting }) {
  return flight.submit || Boolean(waiting?.submit);
}

function alterFlight(ballot, key, alter) {
  return alterKept(ballot, (record) => (record?.flight?.key === key ? alter(record) : undefined));
}

/** What another side says takes the place of what stood here; that is not undone by the steps taken before. */
function withContent(record, content) {
  const isSame = ({ name }) => (content[name] ?? "") === (record.content[name] ?? "");
  return { ...record, content, undo: record.undo.filter(isSame), touched: Date.now() };
}

/** Send what is here after all: over what stands there, or to a round that is open again. */
export function sendAgain(ballot) {
  return alterKept(ballot, (record) => {
    if (!record?.trouble) {
      return undefined;
    }
    const { submit } = record.trouble;
    return { ...record, trouble: null, waiting: { key: newKey(), submit }, touched: Date.now() };
  });
}

/** Take over what stands there, of that which both changed; the rest is sent. */
export function takeTheirs(ballot) {
  return alterKept(ballot, (record) => {
    if (record?.trouble?.kind !== "stale") {
      return undefined;
    }
    const { names, known, trouble } = record;
    const fields = names.filter((field) => trouble.asked.includes(unitOf(field)));
    const content = { ...record.content, ...fieldsOf(known, fields) };
    const waiting = differ(content, known, names) ? { key: newKey(), submit: false } : null;
    return { ...withContent(record, content), trouble: null, waiting };
  });
}

/** The judge has read what was joined. */
export function hideJoined(ballot) {
  return alterKept(ballot, (record) => record && { ...record, joined: null });
}

/** Forget what is kept of a ballot: the judge has seen it and does not want it. */
export function forgetKept(ballot) {
  return alterKept(ballot, () => null);
}
