// Pictures side by side, one region boxed in all of them and zoomed into a corner.

const kinds = ["infrared", "visible", ...data.methods];
const FREE_ORDER = ["bottom right", "bottom left", "top right", "top left"];
const LARGEST_INSET = 0.5; // of a side of the picture
const RED = "#ff2d2d";
let panels = [];

const current = () => pictures[choice.picture];
const uriOf = (picture, kind) => [picture.infrared, picture.visible, ...picture.fused][kind];

function decode(uri) {
  const image = new Image();
  image.src = uri;
  return image.decode().then(() => image);
}

function showPicture(index) {
  choice.picture = clamp(index, 0, pictures.length - 1);
  byId("image").value = choice.picture;
  byId("previous").disabled = choice.picture === 0;
  byId("next").disabled = choice.picture === pictures.length - 1;
  announce("picture");
}

function panel(label, kind) {
  const canvas = make("canvas", { role: "img" });
  const name = kind < 2 ? [label] : [swatch(kind - 2), label];
  const figure = make("figure", { "data-method": kind < 2 ? undefined : kind - 2 }, canvas, make("figcaption", {}, ...name));
  watchDrag(canvas);
  return { canvas, figure, kind, label };
}

const decodeAll = (chosen) => Promise.all(chosen.map((kind) => decode(uriOf(current(), kind))));
const loadPanels = latest(byId("panels"), () => decodeAll([...kinds.keys()]), showPanels);

function showPanels(images) {
  panels.forEach((each, kind) => {
    each.image = images[kind];
    each.canvas.width = images[kind].naturalWidth;
    each.canvas.height = images[kind].naturalHeight;
    each.canvas.setAttribute("aria-label", `${each.label}, image ${data.images[current().image]}, with a region zoomed`);
  });
  announce("region");
}

function drawPanels() {
  for (const each of panels) {
    if (each.image && !each.figure.hasAttribute("hidden")) drawPanel(each);
  }
}

function drawPanel({ canvas, image }) {
  const context = canvas.getContext("2d");
  const pixel = canvas.width / (canvas.clientWidth || canvas.width); // of the screen, in the canvas's
  context.drawImage(image, 0, 0);
  const box = current().region.map((side) => (side * canvas.width) / current().width);
  stroke(context, box, 2 * pixel);
  const factor = zoomFactor(box, canvas);
  if (!factor) return;
  const inset = insetBox(box, factor, canvas, pixel);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, ...box, ...inset);
  stroke(context, inset, 2.5 * pixel);
}

function stroke(context, box, width) {
  context.lineWidth = width;
  context.strokeStyle = RED;
  context.strokeRect(...box);
}

function zoomFactor([, , width, height], canvas) {
  const wanted = Number(byId("zoom").value);
  return Math.min(wanted, (LARGEST_INSET * canvas.width) / width, (LARGEST_INSET * canvas.height) / height);
}

function insetBox(box, factor, canvas, pixel) {
  const [width, height] = [box[2] * factor, box[3] * factor];
  const place = (corner) => [
    corner.endsWith("left") ? 1.25 * pixel : canvas.width - width - 1.25 * pixel,
    corner.startsWith("top") ? 1.25 * pixel : canvas.height - height - 1.25 * pixel,
    width,
    height,
  ];
  const corner = byId("corner").value;
  if (corner !== "auto") return place(corner);
  return FREE_ORDER.map(place).find((inset) => !overlap(inset, box)) ?? place(FREE_ORDER[0]);
}

function overlap(a, b) {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

// In pixels of the file, whatever the size on the screen.
function pointOf(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const { width, height } = current();
  return [
    clamp(((event.clientX - box.left) / box.width) * width, 0, width),
    clamp(((event.clientY - box.top) / box.height) * height, 0, height),
  ];
}

function watchDrag(canvas) {
  let start;
  const before = {};
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = pointOf(event, canvas);
    before.region = current().region;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (start) setRegion(spanned(start, pointOf(event, canvas)) ?? before.region);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (start && !spanned(start, pointOf(event, canvas))) setRegion(centred(start, before.region));
    start = undefined;
  });
  canvas.addEventListener("pointercancel", () => {
    if (start) setRegion(before.region);
    start = undefined;
  });
}

// The box between two points; nothing if it is too small to be meant.
function spanned([x0, y0], [x1, y1]) {
  const box = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)].map(Math.round);
  return Math.min(box[2], box[3]) < 4 ? undefined : box;
}

const centred = ([x, y], [, , width, height]) => [x - width / 2, y - height / 2, width, height];

function setRegion([x, y, width, height]) {
  const picture = current();
  const [w, h] = [clamp(Math.round(width) || 1, 1, picture.width), clamp(Math.round(height) || 1, 1, picture.height)];
  picture.region = [clamp(Math.round(x) || 0, 0, picture.width - w), clamp(Math.round(y) || 0, 0, picture.height - h), w, h];
  announce("region");
}

const regionInputs = ["x", "y", "width", "height"].map((side) => byId(`region-${side}`));

function showRegion() {
  regionInputs.forEach((input, side) => { input.value = current().region[side]; });
}

function startPictures() {
  panels = kinds.map(panel);
  byId("panels").append(...panels.map((each) => each.figure));
  options(byId("image"), pictures.map((picture) => data.images[picture.image]), 0);
  byId("image").addEventListener("change", (event) => showPicture(Number(event.target.value)));
  byId("previous").addEventListener("click", () => showPicture(choice.picture - 1));
  byId("next").addEventListener("click", () => showPicture(choice.picture + 1));
  regionInputs.forEach((input) => input.addEventListener("change", () => setRegion(regionInputs.map((each) => Number(each.value)))));
  ["zoom", "corner"].forEach((id) => byId(id).addEventListener("change", drawPanels));
  byId("size").addEventListener("input", (event) => byId("panels").style.setProperty("--panel", `${event.target.value}px`));
  new ResizeObserver(drawPanels).observe(panels[0].canvas); // lines keep their width on the screen
  on("picture", loadPanels);
  on("region", showRegion);
  on("region", drawPanels);
  byId("embedded").textContent = embeddedNote();
}

function embeddedNote() {
  const part = pictures.length < data.images.length
    ? `${pictures.length} of ${count(data.images.length, "image")} are embedded, evenly spread.`
    : "";
  const reduced = pictures.some((picture) => Math.max(picture.width, picture.height) > data.longest)
    ? `Larger pictures are reduced to ${data.longest} pixels a side.`
    : "";
  return `${part} ${reduced}`.trim();
}
