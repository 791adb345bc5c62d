// Sorts a table by the column that is clicked, and hides the rows that lack what is typed. All of it can be read without this.
document.querySelectorAll("table").forEach(table => {
  const body = table.tBodies[0];
  const filter = document.createElement("input");
  filter.className = "filter";
  filter.type = "search";
  filter.placeholder = "筛选";
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim();
    for (const row of body.rows) row.hidden = wanted !== "" && !row.textContent.includes(wanted);
  });
  table.parentNode.before(filter);
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    head.className += " sorts";
    head.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = row => {
        const cell = row.cells[column];
        return cell.dataset.n === undefined ? cell.textContent : Number(cell.dataset.n);
      };
      const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
        : typeof a === "number" ? -1 : typeof b === "number" ? 1 : a.localeCompare(b, "zh-CN");
      const rows = Array.from(body.rows).map(row => [value(row), row]);
      rows.sort((a, b) => down ? order(b[0], a[0]) : order(a[0], b[0]));
      body.append(...rows.map(pair => pair[1]));
    });
  });
});
