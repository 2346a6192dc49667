// Small multiples: each metric over the images, one line per method.

const DASHES = ["", "4 2", "1.5 2"]; // lines differ by more than colour
const WIDTH = 100;
const HEIGHT = 40;
const MARGIN = 3;

function curveCard(metric, index) {
  const scale = scaleOf(metric);
  const title = make("button", { type: "button", "data-tip": metric.about, "aria-pressed": "false" }, `${metric.name} ${arrow(metric.better)}`);
  title.addEventListener("click", () => chooseMetric(index));
  const range = make("span", { class: "range" }, `${shown(scale.low)} … ${shown(scale.high)}`);
  const readout = make("p", { class: "readout" }, " ");
  const picture = curves(metric, scale);
  picture.addEventListener("pointermove", (event) => pointAt(event, picture, metric, scale, readout));
  picture.addEventListener("pointerleave", () => { readout.textContent = " "; highlight(); });
  return make("article", { class: "curve" }, make("header", {}, title, range), picture, readout);
}

function scaleOf(metric) {
  const values = metric.values.flat().filter(Number.isFinite);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [NaN, NaN];
  const last = Math.max(data.images.length - 1, 1);
  return {
    low,
    high,
    x: (image) => (data.images.length === 1 ? WIDTH / 2 : MARGIN + (image / last) * (WIDTH - 2 * MARGIN)),
    y: (value) => HEIGHT - MARGIN - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * MARGIN),
  };
}

function curves(metric, scale) {
  const label = `${metric.name} of ${count(data.images.length, "image")} for ${count(data.methods.length, "method")}; the table below has the values`;
  const lines = metric.values.map((values, method) => {
    const d = path(values, scale);
    return tint(draw("path", { d, "data-method": method, "stroke-dasharray": DASHES[method % DASHES.length] }), method);
  });
  return draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...lines);
}

// Undefined and infinite values leave a gap; a value alone between gaps is a dot.
function path(values, scale) {
  let pen = "M";
  return values.map((value, image) => {
    if (!Number.isFinite(value)) { pen = "M"; return ""; }
    const step = `${pen}${scale.x(image).toFixed(2)} ${scale.y(value).toFixed(2)}`;
    const dot = pen === "M" ? "h0" : "";
    pen = "L";
    return step + dot;
  }).join("");
}

function pointAt(event, picture, metric, scale, readout) {
  const box = picture.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * WIDTH;
  const y = ((event.clientY - box.top) / box.height) * HEIGHT;
  const last = data.images.length - 1;
  const image = clamp(Math.round(((x - MARGIN) / (WIDTH - 2 * MARGIN)) * last), 0, last);
  const method = nearest(metric.values.map((values) => Math.abs(scale.y(values[image]) - y)));
  if (method === undefined) return;
  highlight(method);
  readout.textContent = `${data.methods[method]}, ${data.images[image]}: ${shown(metric.values[method][image])}`;
}

function nearest(distances) {
  const candidates = [...distances.keys()].filter((method) => Number.isFinite(distances[method]) && !choice.hidden.has(method));
  return candidates.sort((a, b) => distances[a] - distances[b])[0];
}

function startCurves() {
  const cards = data.metrics.map(curveCard);
  byId("curves").append(...cards);
  on("metric", () => cards.forEach((card, index) =>
    card.querySelector("button").setAttribute("aria-pressed", index === choice.metric)));
}
