/** Who has withdrawn leaves nothing on the device either: answers that still wait for the line are thrown away. */

import { Begun } from "./runner/begun.js";
import { lastingStorage, Outbox } from "./runner/outbox.js";

const { stateUrl } = document.getElementById("withdrawn").dataset;
new Outbox(stateUrl, lastingStorage()).clear();
new Begun(stateUrl, lastingStorage()).clear();
