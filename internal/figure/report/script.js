"use strict";
(() => {
  const root = document.documentElement;
  const tip = document.getElementById("tip");

  // Dark mode: the reader's system decides until the button is pressed.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light mode" : "Dark mode"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  system.addEventListener("change", nameTheme);
  theme.hidden = false;
  nameTheme();

  // Values of figures: the nearest mark to the pointer, or step by step.
  for (const svg of document.querySelectorAll("svg.figure")) {
    const marks = [...svg.querySelectorAll(".marks > *")].map((shape) => {
      const title = shape.querySelector("title");
      const text = title.textContent;
      title.remove(); // else the browser shows it, too
      const box = shape.getBBox();
      return { shape, text, box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    let current = -1;
    const show = (at) => {
      if (current >= 0) marks[current].shape.classList.remove("on");
      current = at;
      if (at < 0) { tip.classList.remove("shown"); return; }
      const { shape, text } = marks[at];
      shape.classList.add("on");
      tip.textContent = text;
      tip.classList.add("shown");
      const place = shape.getBoundingClientRect();
      const left = Math.min(Math.max(4, place.left + place.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 4);
      const above = place.top - tip.offsetHeight - 6;
      tip.style.left = left + "px";
      tip.style.top = (above > 4 ? above : place.bottom + 6) + "px";
    };
    const nearest = (event) => {
      const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      let best = -1, least = 14;
      marks.forEach(({ box, x, y }, i) => {
        const inside = p.x >= box.x && p.x <= box.x + box.width && p.y >= box.y && p.y <= box.y + box.height;
        const distance = inside && box.width > 8.5 ? 0 : Math.hypot(p.x - x, p.y - y);
        if (distance < least) { best = i; least = distance; }
      });
      return best;
    };
    svg.addEventListener("pointermove", (e) => show(nearest(e)));
    svg.addEventListener("pointerdown", (e) => show(nearest(e)));
    svg.addEventListener("pointerleave", () => show(-1));
    svg.addEventListener("blur", () => show(-1));
    svg.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      if (e.key === "Escape") show(-1);
      if (!step || marks.length === 0) return;
      e.preventDefault();
      show(current < 0 ? (step > 0 ? 0 : marks.length - 1) : (current + step + marks.length) % marks.length);
    });
  }

  // Tables: numbers by value, text by the reader's alphabet, empty cells last.
  for (const table of document.querySelectorAll("table")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => {
          const cell = row.cells[column];
          if (cell.textContent === "") return null;
          return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
        };
        const rows = [...body.rows].map((row) => ({ row, key: key(row) }));
        rows.sort((a, b) => {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
          const order = typeof a.key === "number" && typeof b.key === "number" ? a.key - b.key : String(a.key).localeCompare(String(b.key));
          return down ? -order : order;
        });
        body.append(...rows.map((r) => r.row));
      });
    });
  }

  // Commands to copy.
  for (const button of document.querySelectorAll(".copy")) {
    const text = button.parentNode.querySelector("pre");
    button.hidden = false;
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(text.textContent);
      } catch {
        // Not every page may use the clipboard: leave the text selected.
        getSelection().selectAllChildren(text);
        copied = document.execCommand("copy");
      }
      button.textContent = copied ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  // On paper everything is open.
  addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details.run")) d.open = true; });
})();
