// The reader's own time: tells the server the zone for the next page, and fills in this one.
import { locale, say } from "./words.js";

const YEAR = 365 * 24 * 3600;
const units = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Set the cookie, say the reader's time where the server could not, keep countdowns true. */
export function startTime() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `tz=${zone}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    document.querySelectorAll("[data-your-time]").forEach((place) => sayYourTime(place, zone));
  }
  document.querySelectorAll("[data-countdown]").forEach(keepCounting);
}

function sayYourTime(place, zone) {
  if (place.dataset.zone === zone) {
    return;
  }
  const instant = new Date(place.dataset.yourTime);
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = { weekday: "short", day: "numeric", month: "long" };
  const dayIn = (timeZone) => new Intl.DateTimeFormat("en", { ...day, timeZone }).format(instant);
  const parts = dayIn(zone) === dayIn(place.dataset.zone) ? clock : { ...day, ...clock };
  place.textContent = say("yourTime", { time: new Intl.DateTimeFormat(locale, { ...parts, timeZone: zone }).format(instant) });
  place.hidden = false;
}

function keepCounting(place) {
  const end = new Date(place.dateTime).getTime();
  const tick = () => {
    const seconds = Math.round((end - Date.now()) / 1000);
    place.textContent = seconds > 0 ? say("inTime", { duration: sayDuration(seconds) }) : say("timeOver");
    if (seconds > 0) {
      // Near the end every second counts; far from it a minute is enough.
      setTimeout(tick, seconds <= 3600 ? 1000 : Math.min(60, seconds - 3600) * 1000);
    }
  };
  tick();
}

/** The two largest units: "3 days, 4 hours", "59 minutes, 58 seconds". */
function sayDuration(seconds) {
  const first = Math.max(0, units.findIndex(([, size]) => seconds >= size));
  let rest = seconds;
  const parts = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) {
      parts.push(new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count));
    }
  }
  return new Intl.ListFormat(locale, { type: "unit", style: "long" }).format(parts);
}
