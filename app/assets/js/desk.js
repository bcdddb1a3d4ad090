// The desk's other pages send what waits in this browser, say how that goes, and show what only the judge can settle:
// of one ballot, order or comparison, if the page is about one.
import { startBar } from "./ballot/bar.js";
import { tidy } from "./ballot/kept.js";
import { startNeeds } from "./ballot/needs.js";
import { startSending } from "./ballot/send.js";

const needs = document.querySelector("[data-needs]");
const { needs: name } = needs.dataset;
// Ballots are kept under their numbers, the others under names.
const about = name === "" ? null : (Number(name) || name);

startBar(document.querySelector("[data-saved]"), about);
startNeeds(needs, about);
startSending();
tidy();
