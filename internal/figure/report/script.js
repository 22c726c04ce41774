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
  const figures = (part) => {
    for (const svg of part.querySelectorAll("svg.figure")) {
      // The places of marks are asked for when the first is shown: of many figures they
      // take long.
      let marks = null;
      const find = () => {
        marks ??= [...svg.querySelectorAll(".marks > *")].map((shape) => {
          const title = shape.querySelector("title");
          const text = title.textContent;
          title.remove(); // else the browser shows it, too
          const box = shape.getBBox();
          return { shape, text, box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
        });
      };
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
        find();
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
        if (!step) return;
        find();
        if (marks.length === 0) return;
        e.preventDefault();
        show(current < 0 ? (step > 0 ? 0 : marks.length - 1) : (current + step + marks.length) % marks.length);
      });
    }
  };

  // Tables: numbers by value, text by the reader's alphabet, empty cells last. What a row
  // says moves with it.
  const tables = (part) => {
    for (const table of part.querySelectorAll("table")) {
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
          const rows = [];
          for (const row of body.rows) {
            if (row.classList.contains("says")) rows.at(-1).all.push(row);
            else rows.push({ all: [row], key: key(row) });
          }
          rows.sort((a, b) => {
            if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
            const order = typeof a.key === "number" && typeof b.key === "number" ? a.key - b.key : String(a.key).localeCompare(String(b.key));
            return down ? -order : order;
          });
          body.append(...rows.flatMap((r) => r.all));
        });
      });
    }
  };

  // Commands to copy.
  const copies = (part) => {
    for (const button of part.querySelectorAll(".copy")) {
      const text = button.parentNode.querySelector("pre, p");
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
  };

  const prepare = (part) => { figures(part); tables(part); copies(part); };
  prepare(document);

  // A link to a row opens the table that it is in.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView({ block: "center" });
  };

  // Of many results most are compressed: they are unpacked one after the other.
  const unpack = async (place) => {
    const bytes = Uint8Array.from(atob(place.dataset.packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    place.innerHTML = await new Response(stream).text();
    place.removeAttribute("data-packed");
    prepare(place);
  };
  const unpacked = (async () => {
    for (const place of document.querySelectorAll("[data-packed]")) await unpack(place);
    document.documentElement.dataset.ready = "";
    reveal();
  })();

  addEventListener("hashchange", reveal);

  // Search: results, and rows of their tables, that have all words.
  const search = document.getElementById("search");
  if (search) {
    search.parentNode.hidden = false;
    const find = async () => {
      await unpacked;
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const has = (text) => words.every((w) => text.includes(w));
      let found = 0;
      const sections = [...document.querySelectorAll("section.result, #measures article")];
      for (const section of sections) {
        const hit = has(section.textContent.toLowerCase());
        section.classList.toggle("filtered", !hit);
        if (hit) found++;
        // What the title says, or all rows have, need not stand in a row.
        const common = [...section.querySelectorAll("h2, .count")].map((e) => e.textContent).join(" ").toLowerCase();
        const own = words.filter((w) => !common.includes(w));
        for (const table of section.querySelectorAll("table")) {
          const groups = [];
          for (const row of table.tBodies[0].rows) {
            if (row.classList.contains("says")) groups.at(-1).push(row);
            else groups.push([row]);
          }
          const hits = groups.map((rows) => {
            const text = rows.map((r) => r.textContent).join(" ").toLowerCase();
            return own.every((w) => text.includes(w));
          });
          const any = own.length > 0 && hits.includes(true);
          groups.forEach((rows, i) => { for (const row of rows) row.classList.toggle("filtered", any && !hits[i]); });
        }
      }
      for (const part of document.querySelectorAll("#conclusions, #methods, #notes")) part.classList.toggle("filtered", words.length > 0 && !has(part.textContent.toLowerCase()));
      document.getElementById("found").textContent = words.length ? found + " of " + sections.length : "";
    };
    search.addEventListener("input", find);
    search.addEventListener("keydown", (e) => { if (e.key === "Escape") { search.value = ""; find(); } });
  }

  // On paper everything is open.
  addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details.run")) d.open = true; });
})();
