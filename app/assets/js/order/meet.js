// What this browser kept and the page that the server sent, brought together.
import { alterKept, isSettled } from "../ballot/kept.js";
import { recordOf, sendAgain } from "../ballot/queue.js";

/** What the server says now is the record's beginning, unless the record holds what the server never had. */
export async function meet(sheet) {
  const record = await alterKept(sheet.ballot, (kept) => {
    const isNewer = kept && (!isSettled(kept) || kept.version > sheet.version);
    return isNewer || !kept ? undefined : recordOf(sheet);
  });
  if (record?.trouble?.kind === "late") {
    await sendAgain(sheet.ballot);
  }
}
