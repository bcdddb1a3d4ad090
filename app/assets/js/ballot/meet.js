// What this browser kept and the page that the server sent, brought together.
import { alterKept, isSettled } from "./kept.js";
import { recordOf, sendAgain } from "./queue.js";

/** What the server says now is the record's beginning, unless the record holds what the server never had. */
export async function meet(sheet) {
  const record = await alterKept(sheet.ballot, (kept) => {
    if (!kept || !isSettled(kept) || kept.version > sheet.version) {
      return undefined;
    }
    const { joined, undo, version } = kept;
    return { ...recordOf(sheet), joined, undo: version === sheet.version ? undo : [] };
  });
  if (record?.trouble?.kind === "late") {
    await sendAgain(sheet.ballot);
  }
}
