// What all parts share: the data, the reader's choices, and small helpers.

const data = JSON.parse(document.getElementById("data").textContent);
const pictures = data.pictures;
const several = data.methods.length > 1;
const choice = { picture: 0, metric: 0, hidden: new Set() };
const changes = new EventTarget(); // "picture", "metric", "region"

const byId = (id) => document.getElementById(id);
const announce = (name) => changes.dispatchEvent(new Event(name));
const on = (name, listener) => changes.addEventListener(name, listener);
const arrow = (better) => (better === "higher" ? "↑" : "↓");
const shown = (value) => (Number.isFinite(value) ? value.toFixed(4) : String(value).replace("Infinity", "∞").replace("NaN", "–"));
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Names are text, never markup: children are appended as text nodes.
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  return fill(node, attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(node, attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function options(select, labels, chosen) {
  select.replaceChildren(...labels.map((label, value) => make("option", { value }, label)));
  select.value = chosen;
}

// Of several calls only the latest shows what it prepared; its place is busy meanwhile.
function latest(place, prepare, show) {
  let turn = 0;
  return async () => {
    const mine = ++turn;
    place.setAttribute("aria-busy", "true");
    const prepared = await prepare();
    if (mine !== turn) return;
    show(prepared);
    place.setAttribute("aria-busy", "false");
  };
}

// Place of each value, 1 for the best; equal ones share it, undefined have 0.
function places(values, better) {
  const cost = values.map((value) => (better === "higher" ? -value : value));
  return cost.map((one) => (Number.isNaN(one) ? 0 : 1 + cost.filter((other) => other < one).length));
}

// Everything that belongs to a method carries its number: rows, columns, lines and pictures.
function applyHidden() {
  for (const node of document.querySelectorAll("[data-method]")) {
    node.toggleAttribute("hidden", choice.hidden.has(Number(node.dataset.method)));
  }
}

function highlight(method) {
  document.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
  document.body.classList.toggle("has-lit", method !== undefined);
  if (method === undefined) return;
  document.querySelectorAll(`[data-method="${method}"]`).forEach((node) => node.classList.add("lit"));
}

function tint(node, method) {
  node.style.setProperty("--hue", Math.round(25 + (method * 360) / data.methods.length));
  return node;
}

const swatch = (method) => tint(make("span", { class: "swatch", "aria-hidden": "true" }), method);

for (const metric of data.metrics) {
  metric.means = metric.means.map(Number);
  metric.values = metric.values.map((row) => row.map(Number));
  metric.about = [
    metric.title,
    metric.unit && `unit: ${metric.unit}`,
    `${metric.better} is better`,
    `source: ${metric.source}`,
  ].filter(Boolean).join("; ");
}
