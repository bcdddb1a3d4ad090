// Submitting: kept and sent like every change. The page goes on once the server has it: at once, or when the network
// is back.
import { say } from "../parts/words.js";
import { isQueued, isSettled, read } from "./kept.js";
import { listen } from "./news.js";
import { keepChange } from "./queue.js";
import { flush, reach } from "./send.js";

/**
 * Returns {submit(patch), stay()}: `goOn` is called with the record once what was submitted has arrived, `refused` where
 * it did not. Whoever presses again meanwhile has it sent again, and submits nothing twice.
 */
export function startOnward(sheet, { goOn, refused = () => {} }) {
  let isPressed = false;
  let isKept = false;
  const stay = () => {
    isPressed = false;
    isKept = false;
  };
  const look = async () => {
    const record = await read(sheet.ballot);
    if (isKept && (record?.trouble || record?.notSubmitted)) {
      stay();
      refused(record);
    } else if (isKept && isSettled(record)) {
      // Still pressed: a second click while the next page is on its way is none.
      isKept = false;
      goOn(record);
    }
  };
  listen(({ ballot }) => (ballot === sheet.ballot ? look() : undefined));
  window.addEventListener("pageshow", ({ persisted }) => persisted && stay());
  return {
    stay,
    async submit(patch) {
      if (!isPressed) {
        isPressed = true;
        await keepChange(sheet, patch, { submit: true });
        isKept = true;
      }
      await flush();
      await look();
    },
  };
}

/** Have the button say `words`, or that there is nothing to press: what was submitted waits for a network. */
export function showButton(button, record, words) {
  const isQueued = waitsToBeSubmitted(record);
  button.setAttribute("aria-disabled", String(isQueued));
  button.querySelector("[data-act]").textContent = isQueued ? say("submittedHere") : words;
}

/** Whether what was submitted here waits for a network. */
export function waitsToBeSubmitted(record) {
  return isQueued(record) && reach !== "well";
}
