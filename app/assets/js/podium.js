// What every page may need. Each part looks for its own elements and does nothing where there are none.
import { startAutosave } from "./parts/autosave.js";
import { startFresh } from "./parts/fresh.js";
import { startLightbox } from "./parts/lightbox.js";
import { startLive } from "./parts/live.js";
import { startLoading } from "./parts/load.js";
import { startMenus } from "./parts/menus.js";
import { watchPictures } from "./parts/poll.js";
import { startPreviews } from "./parts/previews.js";
import { startTime } from "./parts/time.js";

startTime();
startMenus();
startPreviews();
watchPictures(document);
startLightbox();
startAutosave();
startLive();
startLoading();
startFresh();
