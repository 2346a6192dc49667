// The start of everything, and which of the two parts is seen.

import { all, byId, find, isLocal, showError } from "./dom.js";
import { listJobs, startFolder, takeBatch } from "./folder.js";
import { startFusing } from "./fusing.js";
import { startHistory } from "./history.js";
import { startLightbox } from "./lightbox.js";
import { loadLive, startLive } from "./live.js";
import { setDialects, startMetrics } from "./metrics.js";
import { loadOptions, startOptions } from "./options.js";
import { startOrigin } from "./origin.js";
import { startPreview } from "./preview.js";
import { startReadout } from "./readout.js";
import { startShare } from "./share.js";
import { startSources } from "./sources.js";
import { startTabs } from "./tabs.js";
import { startTemperatures } from "./temperatures.js";
import { startTheme } from "./theme.js";
import { draw, startViewer } from "./viewer.js";
import { startWipe } from "./wipe.js";

const inFolder = () => !isLocal && location.hash === "#folder";

/** Show the part that the address names. */
function route() {
  byId("pair").hidden = inFolder();
  byId("folder").hidden = !inFolder();
  for (const link of all(document, ".bar nav a")) {
    if (link.getAttribute("href") === (inFolder() ? "#folder" : "#pair")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId(inFolder() ? "batch-form" : "panel-adjust").append(byId("options")); // the same options for both
  if (inFolder()) listJobs().catch((error) => showError(byId("batch-error"), error));
  else draw();
}

/** @param {import("./intake.js").Found[]} found */
function openFolder(found) {
  if (isLocal) {
    showError(byId("intake-error"), new Error(`This page fuses one pair of images at a time, got ${found.length} files. Use \`clfnet fuse\` or \`clfnet serve\` for more.`));
    return;
  }
  location.hash = "#folder";
  takeBatch(found);
}

/** @param {import("./intake.js").Found[]} found @param {string | undefined} zone */
function dropInFolder(found, zone) {
  if (inFolder()) takeBatch(found, zone);
  return inFolder();
}

/** What may be chosen; asked for again where it did not come. */
async function load() {
  try {
    const { dialect, metrics } = await loadOptions();
    setDialects(dialect, metrics);
    await loadLive();
  } catch (error) {
    showError(byId("intake-error"), /** @type {Error} */ (error), { label: "Try again", act: reload });
  }
}

function reload() {
  showError(byId("intake-error"), null);
  load();
}

function startKeys() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("keys-dialog"));
  byId("keys").addEventListener("click", () => dialog.showModal());
  find(dialog, ".close").addEventListener("click", () => dialog.close());
}

startTheme();
startTabs();
startViewer();
startWipe(draw);
startReadout();
startOptions();
startFusing();
startSources(openFolder, dropInFolder);
startMetrics();
startOrigin();
startTemperatures();
startPreview();
startShare();
startHistory();
startFolder();
startLightbox();
startLive();
startKeys();
find(document, ".skip").addEventListener("click", (event) => {
  event.preventDefault(); // its address would name no part
  byId("main").focus();
});
addEventListener("hashchange", route);
route();
load();
