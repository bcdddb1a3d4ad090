// The form of an entry: its files are sent by themselves, in parts, and go on where they broke off.
import { startUploads } from "./parts/uploads/form.js";

startUploads();
