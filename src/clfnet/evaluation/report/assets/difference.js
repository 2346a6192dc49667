// How far two pictures are apart, white where they agree, as papers print it.

const LUMA = [0.298936021293775, 0.587043074451121, 0.114020904255103]; // as the metrics take grey

const map = byId("difference-map");
const compared = ["difference-first", "difference-second"].map(byId);
const chosenKinds = () => compared.map((select) => Number(select.value));
const showDifference = latest(map.parentElement, () => decodeAll(chosenKinds()), measureDifference);
let gaps; // of grey levels, in the order of the pixels

function measureDifference(images) {
  [map.width, map.height] = [images[0].naturalWidth, images[0].naturalHeight];
  const [first, second] = images.map((image) => greyLevels(image, map.width, map.height));
  gaps = first.map((level, at) => Math.abs(level - second[at]));
  paintDifference();
  describeDifference();
}

function greyLevels(image, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const levels = new Float32Array(width * height);
  for (let at = 0; at < levels.length; at++) {
    levels[at] = Math.round(LUMA[0] * rgba[4 * at] + LUMA[1] * rgba[4 * at + 1] + LUMA[2] * rgba[4 * at + 2]);
  }
  return levels;
}

function paintDifference() {
  const gain = Number(byId("gain").value);
  const picture = new ImageData(map.width, map.height);
  for (let at = 0; at < gaps.length; at++) {
    picture.data.fill(255 - gain * gaps[at], 4 * at, 4 * at + 3); // levels below 0 become 0
    picture.data[4 * at + 3] = 255;
  }
  map.getContext("2d").putImageData(picture, 0, 0);
  byId("gain-value").textContent = `${gain}×`;
}

function describeDifference() {
  const [first, second] = chosenKinds().map((kind) => kinds[kind]);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const largest = gaps.reduce((a, b) => Math.max(a, b), 0);
  const text = `|${first} − ${second}|: the darker, the larger. Mean ${mean.toFixed(2)}, largest ${largest} of 255 grey levels.`;
  byId("difference-note").textContent = text;
  map.setAttribute("aria-label", text);
}

function startDifference() {
  compared.forEach((select, index) => {
    options(select, kinds, index === 0 ? 2 : 0);
    select.addEventListener("change", showDifference);
  });
  byId("gain").addEventListener("input", paintDifference);
  on("picture", showDifference);
}
