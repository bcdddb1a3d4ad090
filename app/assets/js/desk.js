// The desk's pages send what waits in this browser, say how that goes, and show what only the judge can settle.
import { startBar } from "./ballot/bar.js";
import { tidy } from "./ballot/kept.js";
import { startNeeds } from "./ballot/needs.js";
import { startSending } from "./ballot/send.js";

startBar(document.querySelector("[data-saved]"), null);
startNeeds(document.querySelector("[data-needs]"));
startSending();
tidy();
