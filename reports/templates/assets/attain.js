/* Draws the charts, sorts and filters tables and lists. The page is complete without it. */
(function () {
  "use strict";
  var NARROW = 480;
  var PRINT_WIDTH = 800;

  document.querySelectorAll("details.data").forEach(function (one) { one.open = false; });
  if (location.hash.length > 1) reveal(location.hash.slice(1));
  window.addEventListener("hashchange", function () { reveal(location.hash.slice(1)); });

  function reveal(id) {
    var target = document.getElementById(id);
    var holder = target && target.closest("details");
    if (holder) holder.open = true;
  }

  /* --- paper: what is folded is printed, and folded again afterwards --- */
  var printing = false;
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll("details.data:not([open]),details.checks:not([open])"));
    unfolded.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    unfolded.forEach(function (one) { one.open = false; });
    unfolded = [];
  });

  /* --- tables --- */
  document.querySelectorAll("thead button").forEach(function (button) {
    button.addEventListener("click", function () { sortBy(button.closest("th")); });
  });

  function sortBy(head) {
    var body = head.closest("table").tBodies[0];
    var column = head.cellIndex;
    var down = head.getAttribute("aria-sort") !== "descending";
    head.parentNode.querySelectorAll("th[aria-sort]").forEach(function (th) {
      th.setAttribute("aria-sort", "none");
    });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var rows = Array.from(body.rows).map(function (row, at) {
      return { row: row, at: at, key: keyOf(row.cells[column]), total: row.classList.contains("total") };
    });
    rows.sort(function (a, b) {
      if (a.total !== b.total) return a.total ? 1 : -1;
      if ((a.key === null) !== (b.key === null)) return a.key === null ? 1 : -1;
      return (a.key === null ? 0 : compare(a.key, b.key)) * (down ? -1 : 1) || a.at - b.at;
    });
    rows.forEach(function (one) { body.appendChild(one.row); });
  }

  function keyOf(cell) {
    var marked = cell.querySelector("[data-value]");
    var text = marked ? marked.getAttribute("data-value") : cell.textContent.trim();
    return text === "" || text === "\u2014" ? null : text;
  }

  function compare(a, b) {
    var x = Number(a), y = Number(b);
    if (!isNaN(x) && !isNaN(y)) return x - y;
    return a.localeCompare(b, document.documentElement.lang);
  }

  /* --- filters: a field above each long table, and above lists of many readers --- */
  var LONG = 12;
  document.querySelectorAll(".scroll[data-filter]").forEach(function (box) {
    var rows = Array.from(box.querySelectorAll("tbody tr:not(.total)"));
    if (rows.length <= LONG) return;
    var field = document.createElement("input");
    field.type = "search";
    field.className = "find";
    field.placeholder = box.getAttribute("data-filter");
    field.setAttribute("aria-label", field.placeholder);
    field.addEventListener("input", function () {
      var wanted = field.value.trim().toLowerCase();
      rows.forEach(function (row) { row.hidden = !has(row, wanted); });
    });
    box.parentNode.insertBefore(field, box);
  });

  function has(item, wanted) {
    var words = item.textContent + " " + (item.getAttribute("data-find") || "");
    return words.toLowerCase().indexOf(wanted) >= 0;
  }

  /* --- a phone shows each row as a card: of many long ones the name and one figure, until asked --- */
  var MANY = 6;
  var phone = window.matchMedia("(max-width:640px)");
  phone.addEventListener("change", fold);
  fold();

  function fold() {
    if (!phone.matches) return;
    document.querySelectorAll(".scroll[data-unfold] table.cards:not(.folds)").forEach(function (table) {
      var rows = Array.from(table.tBodies[0].rows);
      if (rows.length <= MANY || table.tHead.rows[0].cells.length <= MANY) return;
      table.classList.add("folds");
      var said = table.closest(".scroll").getAttribute("data-unfold");
      var shown = figureOf(rows);
      rows.forEach(function (row) {
        if (row.classList.contains("total")) return;
        if (row.cells[shown]) row.cells[shown].classList.add("key");
        var button = document.createElement("button");
        button.type = "button";
        button.className = "fold";
        button.setAttribute("aria-expanded", "false");
        button.setAttribute("aria-label", said + ": " + row.cells[0].textContent.trim());
        button.addEventListener("click", function () {
          var open = row.classList.toggle("open");
          button.setAttribute("aria-expanded", String(open));
        });
        row.cells[0].appendChild(button);
      });
    });
  }

  /* the figure that a folded card keeps: the first that has a sum, else the first */
  function figureOf(rows) {
    var sums = rows.filter(function (row) { return row.classList.contains("total"); })[0];
    var cells = Array.from((sums || rows[0]).cells);
    return cells.findIndex(function (cell, place) {
      return place > 0 && cell.classList.contains("num") && !cell.hasAttribute("data-void");
    });
  }

  document.querySelectorAll("input.find").forEach(function (field) {
    var items = document.querySelectorAll("#" + field.getAttribute("aria-controls") + " > li");
    field.addEventListener("input", function () {
      var wanted = field.value.trim().toLowerCase();
      items.forEach(function (item) {
        item.hidden = !has(item, wanted);
      });
    });
  });

  /* --- charts: figures name colours by CSS token, so one figure serves light, dark and print --- */
  var charts = Array.from(document.querySelectorAll(".chart")).map(function (box) {
    return { box: box, figure: JSON.parse(box.querySelector("script").textContent), width: 0 };
  });
  if (!charts.length) return;

  function coloured(node, styles) {
    if (typeof node === "string") {
      return node.slice(0, 2) === "--" ? styles.getPropertyValue(node).trim() : node;
    }
    if (Array.isArray(node)) return node.map(function (one) { return coloured(one, styles); });
    if (node && typeof node === "object") {
      var copy = {};
      Object.keys(node).forEach(function (key) { copy[key] = coloured(node[key], styles); });
      return copy;
    }
    return node;
  }

  function draw(chart, width) {
    if (!width) return;
    chart.width = width;
    var drawing = coloured(
      width < NARROW ? chart.figure.narrow : chart.figure.wide,
      getComputedStyle(document.documentElement)
    );
    drawing.layout.width = width;
    drawing.layout.autosize = false;
    Plotly.react(chart.box, drawing.data, drawing.layout, { displayModeBar: false, showTips: false });
  }

  function drawAll(width) {
    charts.forEach(function (chart) { draw(chart, width || chart.box.clientWidth); });
  }

  function start() {
    drawAll();
    var watcher = new ResizeObserver(function () {
      charts.forEach(function (chart) {
        var width = chart.box.clientWidth;
        if (width && width !== chart.width && !printing) draw(chart, width);
      });
    });
    charts.forEach(function (chart) { watcher.observe(chart.box); });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { drawAll(); });
  }

  window.addEventListener("beforeprint", function () {
    printing = true;
    document.documentElement.classList.add("light");
    drawAll(PRINT_WIDTH);
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    document.documentElement.classList.remove("light");
    drawAll();
  });

  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
