"use strict";
/* Where everything in a timeline stands. A timeline is broken into strips as wide as the page, as music
   is: nothing has to be scrolled sideways, cut or shrunk. Silence is compressed; slots of one instant
   stand side by side in the order in which the device showed them. */

const LEFT = 92;
const ROWS = ["admin", "oper", "addresses", "ready"];
const ROW = 11;
const ROW_STEP = 14;
const LINE = 13;
const AXIS = 34;
const LABEL_WIDEST = 168;
const NOT_ALLOWED = "not allowed";

const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.documentElement).getPropertyValue("--mono");
  const known = new Map();
  return (text, size) => {
    const key = size + text;
    if (!known.has(key)) {
      context.font = `${size}px ${family}`;
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
})();

const asSlot = ([kind, record, t, lane, text, detail], index) =>
  ({ kind, record, t, lane, text, detail: detail || "", index });

function seconds(usec) {
  return `${(usec / 1e6).toFixed(3)} s`;
}

function span(usec) {
  if (usec >= 1e6) return `+${+(usec / 1e6).toFixed(usec < 1e7 ? 2 : 1)} s`;
  return `+${Math.round(usec / 1e3)} ms`;
}

/* Words into lines no wider than `widest`; a word that is too long is broken. */
function wrapped(text, widest, size) {
  const lines = [];
  let line = "";
  for (let word of text.replaceAll(" ; ", " ;\u0001").split(" ")) {
    for (const [position, part] of word.split("\u0001").entries()) {
      let rest = part;
      if (position > 0 && line) { lines.push(line); line = ""; }
      const joined = line ? `${line} ${rest}` : rest;
      if (measure(joined, size) <= widest) { line = joined; continue; }
      if (line) lines.push(line);
      while (measure(rest, size) > widest && rest.length > 1) {
        let fit = rest.length - 1;
        while (fit > 1 && measure(rest.slice(0, fit), size) > widest) fit -= 1;
        lines.push(rest.slice(0, fit));
        rest = rest.slice(fit);
      }
      line = rest;
    }
  }
  if (line) lines.push(line);
  return lines;
}

/* An event's name in two lines of about equal length, in full. */
function labelLines(slot) {
  if (slot.kind === "do") return [];
  if (slot.kind === "call") return ["call", slot.text];
  if (slot.kind === "note" || slot.kind === "reply") return wrapped(slot.text, 66, 10);
  if (slot.kind !== "event") return [slot.text];
  const parts = slot.text.split("_");
  let best = [slot.text];
  for (let cut = 1; cut < parts.length; cut += 1) {
    const lines = [`${parts.slice(0, cut).join("_")}_`, parts.slice(cut).join("_")];
    const longest = (each) => Math.max(...each.map((line) => line.length));
    if (longest(lines) < longest(best)) best = lines;
  }
  const listener = /listener (\w+)/.exec(slot.detail);
  return listener ? [...best, listener[1]] : best;
}

function gapWidth(usec) {
  const breath = 14 + 8 * Math.max(0, Math.log10(usec / 1e3));
  return Math.max(breath, measure(span(usec), 10) + 12, measure(seconds(usec), 10) + 8);
}

function itemsOf(slots, quantum, failing) {
  return slots.map((slot, index) => {
    const before = slots[index - 1];
    const silence = before ? slot.t - before.t : 0;
    const lines = labelLines(slot);
    const begins = silence >= quantum;
    const least = Math.max(
      slot.kind === "do" ? 14 : 26,
      index === failing ? measure(NOT_ALLOWED, 10) + 10 : 0,
      begins ? measure(seconds(slot.t), 10) + 4 : 0,
      ...lines.map((line) => measure(line, 10) + 12),
    );
    return { slot, lines, silence, gap: begins ? gapWidth(silence) : 0, width: least };
  });
}

/* A chunk is a command with what followed it; one that is too wide for a strip is continued. */
function chunksOf(items, room) {
  const chunks = [];
  const inner = (chunk) => chunk.items.reduce((sum, item) => sum + item.gap + item.width, 0);
  const begin = (label, failed) => chunks.push({ label, failed, items: [] });
  for (const item of items) {
    const command = item.slot.kind === "do";
    if (command || !chunks.length) {
      begin(command ? item.slot.text : "", command ? item.slot.detail : "");
    } else if (inner(chunks.at(-1)) + item.gap + item.width > room) {
      begin(chunks.at(-1).label ? `… ${chunks.at(-1).label.replace(/^… /, "")}` : "", "");
    }
    chunks.at(-1).items.push(item);
  }
  for (const chunk of chunks) {
    const lead = chunk.items[0].gap;
    const text = chunk.label + (chunk.failed ? ` → ${chunk.failed}` : "");
    const wish = Math.min(measure(text, 11) + 14, LABEL_WIDEST);
    chunk.width = Math.min(room, Math.max(inner(chunk), lead + wish));
    chunk.lines = text ? wrapped(text, chunk.width - lead - 10, 11) : [];
  }
  return chunks;
}

function layOut(timeline, width) {
  const slots = timeline.slots.map(asSlot);
  const room = Math.max(150, width - LEFT - 6);
  const strips = [];
  let strip = null;
  let x = 0;
  for (const chunk of chunksOf(itemsOf(slots, timeline.quantum, timeline.failing), room)) {
    if (!strip || x + chunk.width > LEFT + room + 0.5) {
      strip = { chunks: [], items: [] };
      strips.push(strip);
      x = LEFT;
    }
    chunk.x = x + chunk.items[0].gap;
    let at = x;
    for (const item of chunk.items) {
      item.gapX = at;
      item.x = at + item.gap;
      item.center = item.x + (item.slot.kind === "do" ? 3 : item.width / 2);
      at = item.x + item.width;
      strip.items.push(item);
    }
    strip.chunks.push(chunk);
    x += chunk.width;
    strip.end = x;
  }
  for (const each of strips) shape(each, timeline.lanes);
  return strips;
}

/* Heights within a strip: commands above, a lane for each iface, the axis below. */
function shape(strip, lanes) {
  const head = Math.max(1, ...strip.chunks.map((chunk) => chunk.lines.length));
  strip.head = head * 13 + 6;
  let y = strip.head;
  const free = strip.items.filter((item) => !["do", "event", "call", "state"].includes(item.slot.kind));
  if (free.length) {
    strip.freeY = y;
    y += 16 + LINE * Math.max(...free.map((item) => item.lines.length));
  }
  strip.lanes = lanes.map(([index, name, role, what]) => {
    const own = strip.items.filter((item) =>
      item.slot.lane === index && ["event", "call", "state"].includes(item.slot.kind));
    const lines = Math.max(0, ...own.map((item) => item.lines.length));
    const marks = own.length ? 20 + LINE * lines : 20;
    const lane = { index, name, role, what, own, y: y + 6, rowsY: y + 6 + marks, rows: index ? ROWS.length : 0 };
    y = lane.rowsY + lane.rows * ROW_STEP + 4;
    return lane;
  });
  strip.axisY = y + 8;
  strip.height = strip.axisY + AXIS;
}
