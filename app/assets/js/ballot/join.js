// Two devices on one ballot: what each changed since the version that both knew. What only one of them changed joins
// by itself; what both changed to something else is the judge's to settle.

/**
 * `known` is what the version said on which `mine` rests, `theirs` what the server says now, all by field name; `names`
 * are the fields it is about. A submission stands for all marks it was given with: `submitted` {here, there} says whose
 * is new. Returns {content, asked, joined}: `asked` the units to settle, `joined` {unit: value} from the other side.
 */
export function join({ known, mine, theirs, names, submitted }) {
  const content = { ...mine };
  const asked = [];
  const joined = {};
  for (const unit of new Set(names.map(unitOf))) {
    const fields = names.filter((field) => unitOf(field) === unit);
    const isMine = differ(known, mine, fields) || (submitted.here && !isText(unit));
    const isTheirs = differ(known, theirs, fields) || submitted.there;
    if (isTheirs && differ(mine, theirs, fields)) {
      if (isMine) {
        asked.push(unit);
      } else {
        joined[unit] = theirs[unit] ?? "";
        Object.assign(content, fieldsOf(theirs, fields));
      }
    }
  }
  return { content, asked, joined };
}

/** Whether two sides differ in any of these fields. The server keeps words without blank ends. */
export function differ(one, other, fields) {
  return fields.some(({ name }) => (one[name] ?? "").trim() !== (other[name] ?? "").trim());
}

/** What a side says in these fields; one that it leaves out is empty. */
export function fieldsOf(says, fields) {
  return Object.fromEntries(fields.map(({ name }) => [name, says[name] ?? ""]));
}

/** What a field stands and falls with: itself, unless it says otherwise. */
export function unitOf({ name, unit = name }) {
  return unit;
}

/** Whether a field is written, and no mark. */
export function isText(name) {
  return name === "comment" || name === "note";
}
