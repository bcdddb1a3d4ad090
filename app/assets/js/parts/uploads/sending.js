// One file's way to the server, from where it stands to its last byte.
import { begin, complete, put, sign, standing } from "./protocol.js";

/** The file cannot be read any more: it was changed, moved or deleted since it was chosen. */
export class Unreadable extends Error {}

/**
 * Send what lacks of `upload` and complete it; returns the server's answer. `upload.began` hears the id the server gives
 * a file it did not know, `upload.tell` how many bytes are there.
 */
export async function send(upload, signal) {
  const there = (await resume(upload, signal)) ?? (await announce(upload, signal));
  const parts = partsOf(upload.file, there.partSize);
  const lacking = parts.filter((part) => !there.parts.has(part.number));
  let sent = upload.file.size - lacking.reduce((sum, part) => sum + part.end - part.start, 0);
  upload.tell(sent);
  for (const { number, start, end } of lacking) {
    const bytes = await read(upload.file.slice(start, end));
    const { url } = await sign(upload.place, upload.asset, number, signal);
    const before = sent;
    await put(url, bytes, (loaded) => upload.tell(before + Math.min(loaded, end - start)), signal);
    sent += end - start;
    upload.tell(sent);
  }
  return complete(upload.place, upload.asset, signal);
}

/** What the server has of an upload it knows, all of it where it was complete before; null where it begins anew. */
async function resume({ place, asset }, signal) {
  if (!asset) {
    return null;
  }
  try {
    const { part_size: partSize, parts } = await standing(place, asset, signal);
    return { partSize, parts: new Set(parts.map(({ number }) => number)) };
  } catch (error) {
    if (error.status === 404) {
      return null;
    }
    throw error;
  }
}

async function announce(upload, signal) {
  const { id, part_size: partSize } = await begin(upload.place, upload, signal);
  await upload.began(id);
  return { partSize, parts: new Set() };
}

function partsOf({ size }, partSize) {
  const count = Math.max(1, Math.ceil(size / partSize));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * partSize,
    end: Math.min(size, (index + 1) * partSize),
  }));
}

async function read(slice) {
  try {
    return await slice.arrayBuffer();
  } catch {
    throw new Unreadable();
  }
}
