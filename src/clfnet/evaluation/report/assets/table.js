// Tables that are sorted by their headers: the means, and the values of one metric.

// columns: {label, better, tip, method}; rows: {cells: [{value, text, note, place, node}], method}
function sortable(caption, columns, rows) {
  const body = make("tbody", {}, ...rows.map((row) => bodyRow(row, columns)));
  const heads = columns.map((column, index) => {
    const button = make("button", { type: "button", "data-tip": column.tip }, ...head(column));
    button.addEventListener("click", () => sort(heads, body, rows, columns, index));
    return make("th", { scope: "col", "aria-sort": "none", "data-method": column.method }, button);
  });
  const table = make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, ...heads)), body);
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
}

function head(column) {
  const direction = column.better ? [make("span", { class: "direction" }, ` ${arrow(column.better)}`)] : [];
  const marker = make("span", { class: "marker", "aria-hidden": "true" });
  return [...(column.swatch ?? []), column.label, ...direction, marker];
}

function bodyRow(row, columns) {
  const cells = row.cells.map((cell, index) => bodyCell(cell, index === 0, columns[index].method));
  row.node = make("tr", { "data-method": row.method }, ...cells);
  return row.node;
}

function bodyCell(cell, isHead, method) {
  const place = cell.place >= 1 && cell.place <= 3 ? cell.place : undefined;
  const mark = place ? [make("sup", {}, String(place))] : [];
  const attributes = { title: cell.note, "data-place": place, "data-method": method };
  if (isHead) attributes.scope = "row";
  return make(isHead ? "th" : "td", attributes, ...(cell.nodes ?? [cell.text]), ...mark);
}

// The first click brings the best to the top, the second turns the order round.
function sort(heads, body, rows, columns, index) {
  const best = columns[index].better === "higher" ? "descending" : "ascending";
  const other = best === "ascending" ? "descending" : "ascending";
  const order = heads[index].getAttribute("aria-sort") === best ? other : best;
  heads.forEach((each, at) => each.setAttribute("aria-sort", at === index ? order : "none"));
  const sign = order === "ascending" ? 1 : -1;
  const sorted = rows.toSorted((a, b) => compare(a.cells[index].value, b.cells[index].value, sign));
  body.append(...sorted.map((row) => row.node));
}

function compare(a, b, sign) {
  if (typeof a === "string") return sign * a.localeCompare(b, "en", { numeric: true });
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b); // undefined last
  return a === b ? 0 : sign * (a < b ? -1 : 1);
}

function scoreCells(values, better, note) {
  const place = several ? places(values, better) : [];
  return values.map((value, at) => ({ value, text: shown(value), place: place[at], note: note(value, at) }));
}

function meansTable() {
  const columns = data.metrics.map((metric) => ({ label: metric.name, better: metric.better, tip: metric.about }));
  const scores = data.metrics.map((metric) => scoreCells(metric.means, metric.better, (value, method) =>
    several ? `${value}; mean rank ${metric.ranks[method].toFixed(2)}` : `${value}`));
  if (several) {
    columns.unshift({ label: "Rank", better: "lower", tip: "mean of the ranks over all images and metrics; 1 is best everywhere" });
    scores.unshift(scoreCells(data.ranks, "lower", String).map((cell) => ({ ...cell, text: cell.value.toFixed(2) })));
  }
  columns.unshift({ label: "Method", tip: "name of the folder of fused images" });
  scores.unshift(data.methods.map((name, method) => ({ value: name, nodes: [swatch(method), name] })));
  const rows = data.methods.map((_, method) => ({ method, cells: scores.map((column) => column[method]) }));
  return sortable(`Means over ${count(data.images.length, "image")}, dialect ${data.dialect}`, columns, rows);
}

function imagesTable(metric) {
  const methods = data.methods.map((label, method) => ({ label, method, better: metric.better, tip: `${label}: ${metric.about}`, swatch: [swatch(method)] }));
  const rows = data.images.map((name, image) => {
    const scores = scoreCells(metric.values.map((of) => of[image]), metric.better, String);
    return { cells: [{ value: name, nodes: [imageLink(name, image)] }, ...scores] };
  });
  const unit = metric.unit ? `, in ${metric.unit}` : "";
  return sortable(`${metric.name} of every image${unit}`, [{ label: "Image" }, ...methods], rows);
}

function imageLink(name, image) {
  const at = pictures.findIndex((picture) => picture.image === image);
  if (at < 0) return name;
  const link = make("a", { href: "#pictures" }, name);
  link.addEventListener("click", () => showPicture(at));
  return link;
}

function showImagesTable() {
  byId("images-table").replaceChildren(imagesTable(data.metrics[choice.metric]));
  applyHidden();
}

function startTables() {
  byId("means-table").append(meansTable());
  byId("means-note").textContent = several
    ? "Click a column to sort. First, second and third best are marked ¹ ² ³; marks and ranks count hidden methods too."
    : "Arrows tell which values are better.";
  options(byId("metric"), data.metrics.map((metric) => `${metric.name} – ${metric.title}`), 0);
  byId("metric").addEventListener("change", (event) => chooseMetric(Number(event.target.value)));
  on("metric", showImagesTable);
}

function chooseMetric(index) {
  choice.metric = index;
  byId("metric").value = index;
  announce("metric");
}
