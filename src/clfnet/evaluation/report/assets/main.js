// The header, and the start of everything.

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function startHeader() {
  const facts = [count(data.images.length, "image"), count(data.methods.length, "method"), count(data.metrics.length, "metric")];
  byId("facts").append(...facts.map((fact) => make("span", {}, fact)));
  byId("dialect").textContent = data.dialect;
  byId("metrics").append(...data.metrics.flatMap((metric) => [make("dt", {}, `${metric.name} ${arrow(metric.better)}`), make("dd", {}, metric.about)]));
}

function methodChip(name, method) {
  const box = make("input", { type: "checkbox" });
  box.checked = true;
  box.addEventListener("change", () => {
    choice.hidden[box.checked ? "delete" : "add"](method);
    methodsChanged();
  });
  const chip = make("label", { class: "chip" }, box, swatch(method), name);
  chip.addEventListener("pointerenter", () => highlight(method));
  chip.addEventListener("pointerleave", () => highlight());
  return chip;
}

function methodsChanged() {
  applyHidden();
  if (pictures.length) drawPanels();
}

function startMethods() {
  const chips = byId("methods").querySelector(".chips");
  chips.append(...data.methods.map(methodChip));
  for (const [id, checked] of [["all", true], ["none", false]]) {
    byId(id).hidden = !several;
    byId(id).addEventListener("click", () => chips.querySelectorAll(`input${checked ? ":not(:checked)" : ":checked"}`).forEach((box) => box.click()));
  }
}

// Pressed means dark, whether the reader or the system asked for it.
function startTheme() {
  const button = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", isDark());
  button.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; show(); });
  system.addEventListener("change", show);
  show();
}

function startTips() {
  const tip = byId("tip");
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const target = event.target.closest?.("[data-tip]");
    hide();
    if (!target) return;
    tip.textContent = target.dataset.tip;
    tip.hidden = false;
    const box = target.getBoundingClientRect();
    tip.style.left = `${clamp(box.left, 8, innerWidth - tip.offsetWidth - 8)}px`;
    const above = box.top - tip.offsetHeight - 6; // below, it would hide what it tells about
    tip.style.top = `${above > 0 ? above : box.bottom + 6}px`;
  };
  ["pointerover", "focusin"].forEach((name) => document.addEventListener(name, show));
  ["pointerleave", "focusout", "scroll"].forEach((name) => document.addEventListener(name, hide, true));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}

function startRowHighlight() {
  byId("means-table").addEventListener("pointerover", (event) => {
    const row = event.target.closest("tr[data-method]");
    highlight(row ? Number(row.dataset.method) : undefined);
  });
  byId("means-table").addEventListener("pointerleave", () => highlight());
}

startHeader();
startMethods();
startTheme();
startTips();
startTables();
startCurves();
startRowHighlight();
chooseMetric(0);
if (pictures.length) {
  startPictures();
  startWipe();
  startDifference();
  showPicture(0);
} else {
  document.querySelectorAll(".of-pictures").forEach((node) => node.remove());
}
document.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
