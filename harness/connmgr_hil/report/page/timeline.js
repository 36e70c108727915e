/* Draws a timeline that `layOut` has laid out, as one SVG for each strip. */

function svgElement(parent, name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? Math.round(value * 10) / 10 : value);
  }
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function describe(slot, lanes) {
  const lane = lanes.find(([index]) => index === slot.lane);
  const where = slot.lane && lane ? `, iface ${lane[0]} ${lane[1]}` : "";
  const what = { do: "command", call: "implementation call" }[slot.kind] || slot.kind;
  const detail = slot.detail ? ` · ${slot.detail}` : "";
  return `${seconds(slot.t)} · ${what} ${slot.text}${where}${detail} · record ${slot.record}`;
}

function drawTimeline(holder, timeline, width) {
  const strips = layOut(timeline, width);
  const standing = new Map();
  const marks = [];
  holder.replaceChildren();
  strips.forEach((strip, number) => {
    const svg = svgElement(holder, "svg", {
      class: "strip", width: Math.round(Math.min(width, Math.max(strip.end + 6, 200))), height: Math.round(strip.height),
      viewBox: `0 0 ${Math.round(Math.min(width, Math.max(strip.end + 6, 200)))} ${Math.round(strip.height)}`, "aria-hidden": "true",
    });
    drawGaps(svg, strip);
    drawFailure(svg, strip, timeline);
    for (const lane of strip.lanes) drawLane(svg, strip, lane, timeline, standing);
    drawCommands(svg, strip);
    drawMarks(svg, strip, timeline, marks);
    drawAxis(svg, strip, timeline, number);
  });
  return marks;
}

function drawGaps(svg, strip) {
  for (const item of strip.items) {
    if (!item.gap) continue;
    svgElement(svg, "rect", { class: "silence", x: item.gapX, y: strip.head, width: item.gap, height: strip.axisY - strip.head });
  }
}

function drawFailure(svg, strip, timeline) {
  const item = strip.items.find((each) => each.slot.index === timeline.failing);
  if (!item) return;
  svgElement(svg, "rect", { class: "wrong", x: item.x, y: strip.head - 2, width: item.width, height: strip.axisY - strip.head + 2, rx: 3 });
  svgElement(svg, "text", { class: "verdict-here", x: item.center, y: strip.axisY + 29, "text-anchor": "middle" }, NOT_ALLOWED);
}

function drawLane(svg, strip, lane, timeline, standing) {
  svgElement(svg, "line", { class: "rule", x1: 0, x2: strip.end, y1: lane.y - 4, y2: lane.y - 4 });
  const name = svgElement(svg, "text", { class: "iface", x: 0, y: lane.y + 11 }, lane.index ? `${lane.index} ${lane.name}` : lane.name);
  svgElement(name, "title", {}, `${lane.name}${lane.role ? `, role ${lane.role}` : ""}: ${lane.what}`);
  for (let row = 0; row < lane.rows; row += 1) {
    const y = lane.rowsY + row * ROW_STEP;
    svgElement(svg, "text", { class: "row", x: LEFT - 8, y: y + 9, "text-anchor": "end" }, ROWS[row]);
    drawRow(svg, strip, lane, row, y, timeline, standing);
  }
}

function drawRow(svg, strip, lane, row, y, timeline, standing) {
  const key = `${lane.index}/${row}`;
  let value = standing.get(key) || "unknown";
  let from = LEFT;
  const changes = new Map(timeline.changes.filter(([, index, at]) => index === lane.index && at === row)
    .map(([slot, , , next]) => [slot, next]));
  for (const item of strip.items) {
    const next = changes.get(item.slot.index);
    if (next === undefined) continue;
    drawBar(svg, from, item.center, y, row, value);
    from = item.center;
    value = next;
  }
  drawBar(svg, from, strip.end, y, row, value);
  standing.set(key, value);
}

function drawBar(svg, from, to, y, row, value) {
  if (to - from < 0.5) return;
  if (value === "unknown" || value === "down") {
    svgElement(svg, "line", { class: value, x1: from, x2: to, y1: y + ROW - 1, y2: y + ROW - 1 });
    return;
  }
  const kind = value === "dormant" || value === "ignored" ? "hollow" : `r${row}`;
  const inset = kind === "hollow" ? 0.5 : 0;
  svgElement(svg, "rect", { class: kind, x: from + inset, y: y + inset, width: Math.max(0.5, to - from - 2 * inset), height: ROW - 2 * inset, rx: 1.5 });
  if (value !== "up" && measure(value, 9) + 8 < to - from) {
    svgElement(svg, "text", { class: kind === "hollow" ? "in-hollow" : "in-bar", x: from + 4, y: y + 8.6 }, value);
  }
}

function drawCommands(svg, strip) {
  for (const chunk of strip.chunks) {
    if (!chunk.lines.length) continue;
    svgElement(svg, "line", { class: "command", x1: chunk.x + 3, x2: chunk.x + 3, y1: 2, y2: strip.axisY });
    chunk.lines.forEach((line, number) => {
      svgElement(svg, "text", { class: chunk.label.startsWith("…") ? "given more" : "given", x: chunk.x + 8, y: 11 + number * 13 }, line);
    });
  }
}

const GLYPHS = {
  event: (x, y) => ["circle", { cx: x, cy: y, r: 3.6 }],
  call: (x, y) => ["path", { d: `M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z` }],
  other: (x, y) => ["rect", { x: x - 3.5, y: y - 3.5, width: 7, height: 7 }],
};

function drawMarks(svg, strip, timeline, marks) {
  for (const item of strip.items) {
    const { slot } = item;
    const lane = strip.lanes.find((each) => each.own.includes(item));
    const top = lane ? lane.y : strip.freeY;
    const wrong = slot.index === timeline.failing;
    const late = timeline.failing >= 0 && slot.index > timeline.failing;
    const l4 = slot.text.startsWith("L4_") ? (slot.text.endsWith("DISCONNECTED") ? " lost" : " gained") : "";
    const group = svgElement(svg, "g", { class: `mark-${slot.kind}${l4}${wrong ? " is-wrong" : ""}${late ? " unjudged" : ""}` });
    const bottom = slot.kind === "do" ? strip.axisY : top + 14 + LINE * item.lines.length + 2;
    svgElement(group, "rect", {
      class: "hit", x: item.x, y: slot.kind === "do" ? 0 : top, rx: 2,
      width: item.width, height: Math.max(10, bottom - (slot.kind === "do" ? 0 : top)),
    });
    svgElement(group, "title", {}, describe(slot, timeline.lanes));
    if (slot.kind !== "do") {
      const [name, attributes] = (GLYPHS[slot.kind] || GLYPHS.other)(item.center, top + 5);
      svgElement(group, name, { class: "dot", ...attributes });
      item.lines.forEach((line, number) => {
        svgElement(group, "text", { class: "mark-name", x: item.center, y: top + 20 + number * LINE, "text-anchor": "middle" }, line);
      });
    }
    group.dataset.slot = slot.index;
    marks[slot.index] = { group, slot };
  }
}

/* The axis: a bracket under each instant with its time; between them, how long nothing happened. */
function drawAxis(svg, strip, timeline, number) {
  const y = strip.axisY;
  const instants = [];
  for (const item of strip.items) {
    if (!instants.length || item.gap) instants.push({ from: item.x, t: item.slot.t });
    instants.at(-1).to = item.x + item.width;
  }
  for (const instant of instants) {
    svgElement(svg, "path", { class: "instant", d: `M${instant.from + 1} ${y}v5H${instant.to - 1}v-5` });
    svgElement(svg, "text", { class: "clock", x: instant.from, y: y + 17 }, seconds(instant.t));
  }
  for (const item of strip.items) {
    if (!item.gap) continue;
    const middle = item.gapX + item.gap / 2;
    svgElement(svg, "path", { class: "break", d: `M${item.gapX + 3} ${y + 3}H${middle - 4}l2 -4l4 8l2 -4H${item.x - 3}` });
    svgElement(svg, "text", { class: "length", x: middle, y: y + 29, "text-anchor": "middle" }, span(item.silence));
  }
  if (number === 0) svgElement(svg, "text", { class: "row", x: 0, y: y + 17 }, "device time");
}
