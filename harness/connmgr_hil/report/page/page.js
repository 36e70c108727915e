"use strict";
/* The front page: a requirement's sentence on pointing at it, its scenarios on choosing it. */

(() => {
  const requirements = JSON.parse(document.getElementById("requirements").textContent);
  const popover = document.getElementById("popover");
  const grid = document.getElementById("grid");
  const form = document.getElementById("filter");
  const stories = [...document.querySelectorAll(".story")].map((element) => ({
    element,
    outcome: element.dataset.outcome,
    platform: element.dataset.platform,
    requirements: element.dataset.reqs.split(" "),
    text: `${element.querySelector("summary").textContent} ${element.dataset.reqs}`.toLowerCase(),
  }));
  const WORDS = { held: "held", failed: "failed", quirk: "known quirk", unreachable: "not reachable here", not_run: "not run", absent: "not in this release" };
  const KINDS = { N: "normative", B: "behaviour of the code", Q: "known quirk", R: "robustness" };

  function tell(tile) {
    const id = tile.dataset.req;
    const { sentence, kind, source, standings } = requirements[id];
    popover.replaceChildren();
    const add = (name, text, within = popover) => {
      const element = document.createElement(name);
      element.textContent = text;
      within.append(element);
      return element;
    };
    add("b", id);
    add("small", KINDS[kind]);
    add("p", sentence);
    if (source) add("small", `Source: ${source}`);
    const list = add("ul", "");
    for (const [platform, standing, reason] of standings) {
      const item = add("li", "", list);
      add("i", "", item).className = `mark ${standing}`;
      item.append(`${platform}: ${WORDS[standing]}${reason && standing !== "absent" ? ` (${reason})` : ""}`);
    }
    popover.hidden = false;
    const place = tile.getBoundingClientRect();
    const size = popover.getBoundingClientRect();
    const left = Math.min(Math.max(8, place.left), document.documentElement.clientWidth - size.width - 8);
    const below = place.bottom + 6 + size.height < innerHeight || place.top < size.height + 12;
    popover.style.left = `${left + scrollX}px`;
    popover.style.top = `${(below ? place.bottom + 6 : place.top - size.height - 6) + scrollY}px`;
  }
  const hide = () => { popover.hidden = true; };
  const tileOf = (event) => event.target.closest(".tile");
  for (const kind of ["pointerover", "focusin"]) {
    grid.addEventListener(kind, (event) => { if (tileOf(event)) tell(tileOf(event)); });
  }
  for (const kind of ["pointerleave", "focusout"]) grid.addEventListener(kind, hide);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  /* Arrow keys move within the grid, so that it need not be walked through with Tab. */
  const tiles = [...grid.querySelectorAll(".tile")];
  const only = (tile) => tiles.forEach((each) => { each.tabIndex = each === tile ? 0 : -1; });
  if (tiles.length) only(tiles[0]);
  grid.addEventListener("keydown", (event) => {
    const from = tiles.indexOf(tileOf(event));
    if (from < 0) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const rise = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    let next = tiles[from + (step || 0)];
    if (rise) {
      const { left, top } = tiles[from].getBoundingClientRect();
      const lines = tiles.filter((tile) => (tile.getBoundingClientRect().top - top) * rise > 4);
      if (rise < 0) lines.reverse();
      const edge = lines.length ? lines[0].getBoundingClientRect().top : 0;
      const line = lines.filter((tile) => Math.abs(tile.getBoundingClientRect().top - edge) < 4);
      line.sort((a, b) => Math.abs(a.getBoundingClientRect().left - left) - Math.abs(b.getBoundingClientRect().left - left));
      [next] = line;
    }
    if (!(step || rise)) return;
    event.preventDefault();
    if (next) { only(next); next.focus(); }
  });

  function filter() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = form.elements.outcome.value;
    const platform = form.elements.platform ? form.elements.platform.value : "";
    let shown = 0;
    for (const story of stories) {
      const fits = words.every((word) => story.text.includes(word))
        && (!outcome || story.outcome === outcome) && (!platform || story.platform === platform);
      story.element.hidden = !fits;
      shown += fits;
    }
    form.querySelector("output").textContent = `${shown} of ${stories.length}`;
  }
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();

  /* A requirement leads to its scenarios; one without any, to its sentence in the table. */
  addEventListener("click", (event) => {
    const link = event.target.closest("a[data-req]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const id = link.dataset.req;
    if (!stories.some((story) => story.requirements.includes(id)) || link.closest(".story")) return;
    event.preventDefault();
    hide();
    form.reset();
    form.elements.text.value = id;
    filter();
    document.getElementById("scenarios").scrollIntoView();
    form.elements.text.focus({ preventScroll: true });
  });

  /* Commands to be copied; without a clipboard they are only read. */
  for (const code of navigator.clipboard ? document.querySelectorAll(".replay code") : []) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    });
    code.after(button);
  }
})();
