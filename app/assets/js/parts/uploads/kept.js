// Files that are on their way, kept in this browser until they have arrived: whoever closes the page finds them again.
// A browser may refuse to keep anything; then an upload is lost with its page, and everything else works.
const NAME = "podium-uploads";
const FACTS = "facts";
const FILES = "files";
const LONGEST = 7 * 24 * 60 * 60 * 1000;

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FACTS, { keyPath: "key" });
      request.result.createObjectStore(FILES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** What `act` asks of both stores, when all of it is done. */
async function within(mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([FACTS, FILES], mode);
    const request = act(transaction.objectStore(FACTS), transaction.objectStore(FILES));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The uploads of an entry that did not arrive, oldest first, without their files; old ones are forgotten. */
export async function recallUploads(entry) {
  try {
    const all = await within("readonly", (facts) => facts.getAll());
    const isOld = ({ at }) => Date.now() - at > LONGEST;
    await Promise.all(all.filter(isOld).map(({ key }) => forgetUpload(key)));
    return all.filter((one) => one.entry === entry && !isOld(one)).sort((one, other) => one.at - other.at);
  } catch {
    return [];
  }
}

/** What is known of one upload, or null once it has arrived or was given up. */
export async function recallUpload(key) {
  try {
    return (await within("readonly", (facts) => facts.get(key))) ?? null;
  } catch {
    return null;
  }
}

/** The file of an upload, or null where it was not kept. */
export async function recallFile(key) {
  try {
    return (await within("readonly", (_facts, files) => files.get(key))) ?? null;
  } catch {
    return null;
  }
}

/** Keep what is known of an upload. */
export async function keepUpload(known) {
  try {
    await within("readwrite", (facts) => facts.put(known));
  } catch {
    // The upload goes on all the same.
  }
}

/** Keep the file of an upload; whether it worked. */
export async function keepFile(key, file) {
  try {
    await within("readwrite", (_facts, files) => files.put(file, key));
    return true;
  } catch {
    return false;
  }
}

/** Forget an upload and its file. */
export async function forgetUpload(key) {
  try {
    await within("readwrite", (facts, files) => {
      facts.delete(key);
      files.delete(key);
    });
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}
