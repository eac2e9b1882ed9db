// Reads out the row of a chart's table that stands where the pointer is. The table is below the chart; nothing is only here.
const readOut = (figure) => {
  figure.dataset.readOut = "";
  const rows = [...figure.querySelectorAll("tr[data-place]")];
  const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent);
  if (rows.length === 0) return;
  const readout = document.createElement("p");
  readout.className = "readout";
  readout.textContent = "Point at the chart to read its numbers here.";
  figure.querySelector(".key").after(readout);

  for (const svg of figure.querySelectorAll("svg")) {
    const cursor = svg.querySelector(".cursor");
    const left = Number(svg.dataset.left), right = Number(svg.dataset.right);
    const nearest = (place) => rows.reduce((best, row) =>
      Math.abs(row.dataset.place - place) < Math.abs(best.dataset.place - place) ? row : best);

    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      const row = nearest((x - left) / (right - left));
      const at = left + row.dataset.place * (right - left);
      cursor.setAttribute("x1", at);
      cursor.setAttribute("x2", at);
      cursor.setAttribute("visibility", "visible");
      readout.replaceChildren(...[...row.cells].map((cell, column) => {
        const part = document.createElement("span");
        const value = document.createElement("b");
        value.textContent = cell.textContent;
        part.append(`${heads[column]} `, value);
        return part;
      }));
    });
    svg.addEventListener("pointerleave", () => cursor.setAttribute("visibility", "hidden"));
  }
};

const readAllOut = () => document.querySelectorAll("figure.chart:not([data-read-out])").forEach(readOut);
readAllOut();
// A page that puts other charts in the place of these says so.
document.addEventListener("charts", readAllOut);
