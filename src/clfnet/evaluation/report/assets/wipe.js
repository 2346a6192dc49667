// Two pictures on top of each other; a slider tells how much of the upper one is seen.

function showWipe() {
  const [left, right] = [byId("wipe-left"), byId("wipe-right")].map((select) => Number(select.value));
  setPicture(byId("wipe-above"), left);
  setPicture(byId("wipe-below"), right);
  byId("wipe-left-name").textContent = `← ${kinds[left]}`;
  byId("wipe-right-name").textContent = `${kinds[right]} →`;
}

function setPicture(image, kind) {
  image.src = uriOf(current(), kind);
  image.alt = kinds[kind];
}

function moveWipe() {
  const stage = byId("wipe-position").parentElement;
  stage.style.setProperty("--position", `${byId("wipe-position").value}%`);
}

function startWipe() {
  options(byId("wipe-left"), kinds, 0);
  options(byId("wipe-right"), kinds, 2);
  ["wipe-left", "wipe-right"].forEach((id) => byId(id).addEventListener("change", showWipe));
  byId("wipe-position").addEventListener("input", moveWipe);
  on("picture", showWipe);
  moveWipe();
}
