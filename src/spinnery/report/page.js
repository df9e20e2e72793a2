// Sorting and hovering; the page says everything without.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const value = (row) => row.cells[k].dataset.value, words = (row) => row.cells[k].textContent;
      const rows = [...body.rows], numbers = rows.some((row) => value(row) !== undefined);
      const before = head.getAttribute("aria-sort");
      // numbers go down first, words up
      const up = before === null ? !numbers : before === "descending";
      rows.sort((a, b) => {
        if (!numbers) return words(a).localeCompare(words(b), undefined, { numeric: true }) * (up ? 1 : -1);
        const lacks = (value(a) === undefined) - (value(b) === undefined);
        return lacks || (value(a) - value(b)) * (up ? 1 : -1) || 0;
      });
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...rows);
    });
  });
}

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);
const list = (text) => (text === undefined ? [] : text.split(" "));
const shown = (text) => {
  const value = Number(text);
  return Number.isFinite(value) && text !== "" ? String(Number(value.toPrecision(4))) : text;
};
for (const svg of document.querySelectorAll("svg[data-spans]")) {
  const [left, right, top, bottom] = list(svg.dataset.box).map(Number);
  const [x0, x1, y0, y1] = list(svg.dataset.spans).map(Number);
  const points = [];
  for (const group of svg.querySelectorAll(".series")) {
    const data = group.dataset, xs = list(data.x), ys = list(data.y);
    xs.forEach((x, i) => {
      const more = ["error", "n", "row"].filter((key) => data[key] !== undefined)
        .map((key) => (key === "error" ? " ± " : `, ${key} `) + shown(list(data[key])[i]));
      const at = data.labels === undefined ? shown(x) : list(data.labels)[i];
      points.push({
        px: left + ((x - x0) / (x1 - x0)) * (right - left),
        py: bottom - ((ys[i] - y0) / (y1 - y0)) * (bottom - top),
        text: `${data.name}: ${at} → ${shown(ys[i])}${more.join("")}`,
      });
    });
  }
  if (!points.length) continue;
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    let best = points[0], least = Infinity;
    for (const point of points) {
      const away = (point.px - x) ** 2 + (point.py - y) ** 2;
      if (away < least) [best, least] = [point, away];
    }
    tip.textContent = best.text;
    tip.hidden = false;
    const from = Math.min(event.pageX + 12, window.scrollX + document.documentElement.clientWidth - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(from, 0)}px`;
    tip.style.top = `${event.pageY + 14}px`;
  });
  svg.addEventListener("pointerleave", () => { tip.hidden = true; });
}
