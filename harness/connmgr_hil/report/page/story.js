/* What opens below a scenario's line: what it is about, its timeline, and the same as a table. */

(() => {
  const requirements = JSON.parse(document.getElementById("requirements").textContent);

  function html(parent, name, properties = {}, text = undefined) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function about(holder, ids) {
    if (!ids.length) return;
    const list = html(holder, "ul", { class: "about", "aria-label": "Requirements" });
    for (const id of ids) {
      const item = html(list, "li");
      html(item, "a", { href: `#${id}`, "data-req": id, class: "ids" }, id.slice(4));
      item.append(` ${requirements[id] ? requirements[id].sentence : ""}`);
    }
  }

  function table(holder, timeline) {
    const details = html(holder, "details", { class: "records" });
    html(details, "summary", {}, "The timeline as a table");
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("table")) return;
      const whole = html(details, "table", { class: "stacks" });
      const head = html(html(whole, "thead"), "tr");
      for (const title of ["Record", "Time", "What", "Iface", "Seen"]) html(head, "th", { scope: "col" }, title);
      const rows = html(whole, "tbody");
      for (const slot of timeline.slots.map(asSlot)) {
        const lane = timeline.lanes.find(([index]) => index === slot.lane);
        const wrong = slot.index === timeline.failing;
        const row = html(rows, "tr", { class: `${slot.kind}${wrong ? " bad" : ""}` });
        const what = slot.kind === "call" ? `${slot.text} called` : slot.text;
        html(row, "td", {}, slot.record);
        html(row, "td", {}, seconds(slot.t));
        html(row, "th", { scope: "row" }, wrong ? `${what} — not allowed` : what);
        html(row, "td", {}, slot.lane && lane ? `${lane[0]} ${lane[1]}` : "");
        html(row, "td", {}, slot.detail);
      }
    });
  }

  function fill(story) {
    const holder = story.querySelector(".drawn");
    const data = JSON.parse(story.querySelector("script").textContent);
    const { timeline } = data;
    about(holder, data.requirements);

    const count = (kind) => timeline.slots.filter(([each]) => each === kind).length;
    const figure = html(holder, "div", {
      class: "timeline", tabindex: "0", role: "group",
      "aria-label": `Timeline with ${count("do")} commands and ${count("event")} events. Arrow keys step through it; the table below says the same.`,
    });
    const readout = html(holder, "p", { class: "readout", "aria-live": "polite" });
    readout.textContent = "Bars show each iface as last seen. Point at a mark to read it, or step with ← and →.";
    table(holder, timeline);

    let marks = [];
    let current = -1;
    const select = (index) => {
      if (!marks[index]) return;
      if (marks[current]) marks[current].group.classList.remove("current");
      current = index;
      marks[index].group.classList.add("current");
      readout.textContent = describe(marks[index].slot, timeline.lanes)
        + (index === timeline.failing ? ` · NOT ALLOWED; allowed here: ${data.allowed.join(" or ") || "nothing"}` : "");
    };
    const draw = (width) => { marks = drawTimeline(figure, timeline, width); if (current >= 0) select(current); };
    figure.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const end = { Home: 0, End: timeline.slots.length - 1 }[event.key];
      if (step === undefined && end === undefined) return;
      event.preventDefault();
      const start = current < 0 && timeline.failing >= 0 ? timeline.failing - step : current;
      select(end ?? Math.min(timeline.slots.length - 1, Math.max(0, start + step)));
    });
    const point = (event) => {
      const mark = event.target.closest("[data-slot]");
      if (mark) select(Number(mark.dataset.slot));
    };
    figure.addEventListener("pointerover", point);
    figure.addEventListener("click", point);
    let drawn = 0;
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width && width !== drawn) { drawn = width; draw(width); }
    }).observe(figure);
    story.redraw = (width) => draw(width || drawn);
  }

  const opened = (story) => { if (story.open && !story.redraw) fill(story); };
  for (const story of document.querySelectorAll(".story")) {
    story.addEventListener("toggle", () => opened(story));
    opened(story);
  }
  const follow = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const story = place && place.closest(".story");
    if (story) { story.open = true; opened(story); place.scrollIntoView(); }
    const folded = place && place.closest("details.sentences");
    if (folded) { folded.open = true; place.scrollIntoView({ block: "center" }); }
  };
  addEventListener("hashchange", follow);
  follow();
  const redraw = (width) => document.querySelectorAll(".story[open]").forEach((story) => story.redraw && story.redraw(width));
  addEventListener("beforeprint", () => redraw(660));
  addEventListener("afterprint", () => redraw(0));
})();
