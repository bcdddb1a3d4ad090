// What every page may need. Each part looks for its own elements and does nothing where there are none.
import { startAutosave } from "./parts/autosave.js";
import { startFresh } from "./parts/fresh.js";
import { startLive } from "./parts/live.js";
import { startMenus } from "./parts/menus.js";
import { watchPictures } from "./parts/poll.js";
import { startTime } from "./parts/time.js";

startTime();
startMenus();
watchPictures(document);
startAutosave();
startLive();
startFresh();
