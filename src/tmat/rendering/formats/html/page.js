// Shows how a number came about: on hover, on tap, or with Tab and the arrow keys. All text, never markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("workings").textContent);
  const panel = document.getElementById("panel");
  const body = panel.querySelector("dl");
  const tables = new Map([...document.querySelectorAll("table[data-t]")].map((table) => [table.dataset.t, table]));
  let pinned = null;
  let shown = null;

  const places = (table, side) => table.dataset[side] ? table.dataset[side].split(",").map(Number) : null;
  const index = (table, side, place) => { const own = places(table, side); return own ? own.indexOf(place) : place; };
  const cellAt = (table, r, c) => table.tBodies[0].rows[r] && table.tBodies[0].rows[r].querySelectorAll("td")[c];
  const place = (cell) => {
    const row = cell.parentElement;
    return [row.sectionRowIndex, [...row.querySelectorAll("td")].indexOf(cell)];
  };
  const known = (cell) => {
    const own = data[cell.closest("table").dataset.t];
    const [r, c] = place(cell);
    return own && own[r] && own[r][c];
  };

  const unmark = () => document.querySelectorAll("td.on, td.from").forEach((cell) => cell.classList.remove("on", "from"));
  const mark = (from) => {
    for (const part of from ? from.split(" ") : []) {
      const [, id, kind, a, , b] = /^(\d+)([rcx])(\d+)(,(\d+))?$/.exec(part);
      const table = tables.get(id);
      if (!table) continue;
      const r = kind === "c" ? -1 : index(table, "rows", Number(a));
      const c = kind === "r" ? -1 : index(table, "cols", Number(kind === "c" ? a : b));
      [...table.tBodies[0].rows].forEach((row, n) => row.querySelectorAll("td").forEach((cell, m) => {
        if ((kind === "c" || n === r) && (kind === "r" || m === c)) cell.classList.add("from");
      }));
    }
  };
  const add = (name, text, kind) => {
    const part = document.createElement(name);
    part.textContent = text;
    if (kind) part.className = kind;
    body.append(part);
  };
  const show = (cell) => {
    if (cell === shown) return;
    const own = known(cell);
    unmark();
    shown = cell;
    const [head, ...lines] = own[0].split("\n");
    body.replaceChildren();
    add("dt", head);
    for (const line of lines) {
      add("dd", line[0], "sign");
      add("dd", line.slice(1));
    }
    mark(own[1]);
    cell.classList.add("on");
    panel.hidden = false;
    document.body.classList.add("working-shown");
  };
  const hide = () => {
    unmark();
    pinned = shown = null;
    panel.hidden = true;
    document.body.classList.remove("working-shown");
  };

  for (const table of tables.values()) {
    if (!data[table.dataset.t]) continue;
    let first = true;
    for (const row of table.tBodies[0].rows) {
      for (const cell of row.querySelectorAll("td")) {
        if (!known(cell)) continue;
        cell.classList.add("live");
        cell.tabIndex = first ? 0 : -1;
        first = false;
      }
    }
  }
  const live = (event) => event.target instanceof Element && event.target.closest("td.live");
  document.addEventListener("pointerover", (event) => {
    const cell = live(event);
    if (cell && event.pointerType === "mouse" && !pinned) show(cell);
  });
  document.addEventListener("click", (event) => {
    const cell = live(event);
    if (!cell) return;
    if (pinned === cell) { hide(); return; }
    pinned = cell;
    show(cell);
    const top = panel.getBoundingClientRect().top;
    if (cell.getBoundingClientRect().bottom > top - 8) cell.scrollIntoView({ block: "center" });
  });
  document.addEventListener("focusin", (event) => {
    const cell = live(event);
    if (!cell || !cell.matches(":focus-visible")) return;
    pinned = cell;
    show(cell);
    if (cell.getBoundingClientRect().bottom > panel.getBoundingClientRect().top - 8) cell.scrollIntoView({ block: "center" });
  });
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { hide(); return; }
    const cell = live(event);
    if (!cell || !steps[event.key]) return;
    const [dr, dc] = steps[event.key];
    const table = cell.closest("table");
    let [r, c] = place(cell);
    let next = null;
    do { r += dr; c += dc; next = r < 0 || c < 0 ? null : cellAt(table, r, c); } while (next && !next.classList.contains("live"));
    if (!next) return;
    event.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    pinned = next;
    show(next);
  });
  // On paper a table of too many columns stands in several, one below the other; most: ems across, 6 point on A4.
  const most = 84;
  const split = (table) => {
    const ems = Number(getComputedStyle(table).getPropertyValue("--_ems"));
    const count = table.tBodies[0].rows[0].querySelectorAll("td").length;
    const each = Math.max(1, Math.floor(count * most / ems));
    if (ems <= most) return;
    for (let from = 0; from < count; from += each) {
      const part = table.cloneNode(true);
      for (const row of part.rows) {
        [...row.cells].slice(-count).forEach((cell, n) => { if (n < from || n >= from + each) cell.remove(); });
      }
      part.classList.add("part");
      part.style.setProperty("--_ems", most);
      table.before(part);
    }
    table.classList.add("whole");
  };
  addEventListener("beforeprint", () => tables.forEach(split));
  addEventListener("afterprint", () => {
    document.querySelectorAll(".part").forEach((part) => part.remove());
    document.querySelectorAll(".whole").forEach((whole) => whole.classList.remove("whole"));
  });

  panel.querySelector("button").addEventListener("click", hide);
  document.querySelectorAll(".hint").forEach((hint) => { hint.hidden = false; });
})();
