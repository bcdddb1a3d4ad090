// An order as groups of entry numbers, best first; those in one group are tied. Nothing here changes what it is given.

/** The place of each entry that has one: tied entries share a place, the next one stands behind all of them. */
export function placesOf(groups) {
  const places = new Map();
  for (const group of groups) {
    const place = places.size + 1;
    for (const entry of group) {
      places.set(entry, place);
    }
  }
  return places;
}

/** Groups from [entry, place] pairs, in the order given where places are equal. */
export function groupsFrom(pairs) {
  const at = new Map();
  for (const [entry, place] of pairs) {
    at.set(place, [...(at.get(place) ?? []), entry]);
  }
  return [...at].sort(([one], [other]) => one - other).map(([, group]) => group);
}

function without(groups, entry) {
  return groups.map((group) => group.filter((other) => other !== entry)).filter((group) => group.length > 0);
}

function indexOf(groups, entry) {
  return groups.findIndex((group) => group.includes(entry));
}

/** Out of its tie, or past the place above. */
export function up(groups, entry) {
  const index = indexOf(groups, entry);
  const at = groups[index].length > 1 ? index : Math.max(index - 1, 0);
  return without(groups, entry).toSpliced(at, 0, [entry]);
}

/** Out of its tie, or past the place below. */
export function down(groups, entry) {
  const index = indexOf(groups, entry);
  return without(groups, entry).toSpliced(index + 1, 0, [entry]);
}

export function top(groups, entry) {
  return [[entry], ...without(groups, entry)];
}

export function last(groups, entry) {
  return [...without(groups, entry), [entry]];
}

export function out(groups, entry) {
  return without(groups, entry);
}

/** Tie an entry, and all tied with it, to the one above; or part it, and those below, where it is so already. */
export function tie(groups, entry) {
  const index = indexOf(groups, entry);
  const group = groups[index];
  const at = group.indexOf(entry);
  if (at > 0) {
    return groups.toSpliced(index, 1, group.slice(0, at), group.slice(at));
  }
  return index > 0 ? groups.toSpliced(index - 1, 2, [...groups[index - 1], ...group]) : groups;
}

/** At the place that was written: tied with those who stand there now, else between those round it. */
export function put(groups, entry, place) {
  const shown = placesOf(groups);
  if (shown.get(entry) === place) {
    return groups;
  }
  const rest = without(groups, entry);
  const index = rest.findIndex(([first]) => shown.get(first) >= place);
  if (index >= 0 && shown.get(rest[index][0]) === place) {
    return rest.with(index, [...rest[index], entry]);
  }
  return index < 0 ? [...rest, [entry]] : rest.toSpliced(index, 0, [entry]);
}

/** After `entry` was dropped, with all `ranked` as they lie now: between two that are tied it is tied with them. */
export function dropped(groups, entry, ranked) {
  const rest = without(groups, entry);
  const at = ranked.indexOf(entry);
  if (at < 0) {
    return rest;
  }
  const before = at > 0 ? indexOf(rest, ranked[at - 1]) : -1;
  const after = at + 1 < ranked.length ? indexOf(rest, ranked[at + 1]) : rest.length;
  if (before !== after) {
    return rest.toSpliced(before + 1, 0, [entry]);
  }
  const inside = rest[before].indexOf(ranked[at - 1]) + 1;
  return rest.with(before, rest[before].toSpliced(inside, 0, entry));
}
