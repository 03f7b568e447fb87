import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { draw } from "./draw.js";
import { namesApart } from "./names.js";
import { drawPictures, pictureAt, roomy } from "./pictures.js";
import { drawPins, pinAt } from "./pins.js";
import { inside, pick, sorted } from "./points.js";

// Pixels from the pointer within which a row is below it.
const REACH = 10;
const MARGIN = 24;

/**
 * @typedef {object} Chart
 * @property {HTMLElement} element
 * @property {(places: Float32Array, fit?: boolean) => void} place
 * @property {(changes: object) => void} look  Colors, palette, selection, and so on.
 * @property {(rows: Uint32Array | null) => void} zoom
 * @property {(by: number) => void} zoomBy
 * @property {(labels: {label: string, x: number, y: number}[]) => void} label
 * @property {(pins: import("./pins.js").Pin[]) => void} pin
 * @property {(pictures: import("./pictures.js").Pictures | null) => void} pictures  Rows as images.
 * @property {(rows: Uint32Array) => void} mark
 * @property {(row: number, near: Uint32Array) => void} lines
 * @property {(tool: string) => void} use
 * @property {(row: number) => [number, number] | null} where  Of a row, in pixels.
 * @property {() => void} redraw
 * @property {() => void} close
 */

/**
 * The canvas: dragged, zoomed, pointed at, and selected from.
 *
 * @param {{hover: (row: number, x: number, y: number) => void, select: (rows: Uint32Array, how: string) => void, click: (row: number) => void, compare?: (pin: string, other: string) => void}} on
 * @returns {Chart}
 */
export function openMap(on) {
  const ground = make("canvas", { className: "sophnet-points" });
  const over = make("canvas", { className: "sophnet-over" });
  const names = make("div", { className: "sophnet-names", "aria-hidden": "true" });
  const element = make("div", { className: "sophnet-map", tabIndex: 0, role: "application" }, ground, over, names);
  element.setAttribute("aria-label", tr("Map: arrows go from row to row, Enter selects, Escape clears"));
  const context = /** @type {CanvasRenderingContext2D} */ (ground.getContext("2d"));
  const above = /** @type {CanvasRenderingContext2D} */ (over.getContext("2d"));
  const view = { x: 0, y: 0, scale: 1 };
  /** @type {Float32Array} */
  let places = new Float32Array();
  let points = sorted(places);
  /** @type {import("./draw.js").Look} */
  const look = {
    colors: new Uint8Array(),
    palette: [[0, 114, 178]],
    selected: null,
    hidden: null,
    sizes: null,
    dark: false,
    paper: [255, 255, 255],
    mode: "auto",
  };
  /** @type {{label: string, x: number, y: number}[]} */
  let labels = [];
  /** @type {import("./pins.js").Pin[]} */
  let pins = [];
  /** Where pins were dragged to. @type {Map<string, [number, number]>} */
  const moved = new Map();
  /** @type {import("./pictures.js").Pictures | null} */
  let pictures = null;
  /** @type {{row: number, x: number, y: number}[]} */
  let framed = [];
  /** @type {Uint32Array} */
  let marked = new Uint32Array();
  let hovered = -1;
  /** @type {Uint32Array} */
  let near = new Uint32Array();
  let tool = "pan";
  let fitted = false;
  /** @type {{x: number, y: number, outline: number[], kind: string, moved: boolean, pin?: import("./pins.js").Pin} | null} */
  let drag = null;
  let asked = 0;
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let pinch = 0;

  const seen = (/** @type {number} */ row) => !look.hidden?.[look.colors[row]];
  const size = () => [element.clientWidth || 1, element.clientHeight || 1];
  /** @param {number} x @param {number} y @returns {[number, number]} */
  const toMap = (x, y) => {
    const [width, height] = size();
    return [view.x + (x - width / 2) / view.scale, view.y - (y - height / 2) / view.scale];
  };
  /** @param {number} x @param {number} y @returns {[number, number]} */
  const toPage = (x, y) => {
    const [width, height] = size();
    return [width / 2 + (x - view.x) * view.scale, height / 2 - (y - view.y) * view.scale];
  };

  function redraw() {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      paint();
    });
  }

  function paint() {
    const [width, height] = size();
    const ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [ground, over]) {
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    }
    look.paper = paper();
    look.dark = look.paper[0] + look.paper[1] + look.paper[2] < 384;
    element.dataset.drawn = draw(context, points, view, look, drag?.kind === "pan" && drag.moved);
    paintOver(ratio, width, height);
    names.replaceChildren(...namesApart(labels, toPage, width, height));
  }

  /** The color of the page below the map. */
  function paper() {
    const parts = (getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? ["255", "255", "255"]).map(Number);
    // Colors of the newer form count from 0 to 1.
    return parts.slice(0, 3).map((part) => (getComputedStyle(element).backgroundColor.startsWith("color(") ? part * 255 : part));
  }

  /** @param {number} ratio @param {number} width @param {number} height */
  function paintOver(ratio, width, height) {
    above.setTransform(ratio, 0, 0, ratio, 0, 0);
    above.clearRect(0, 0, width, height);
    const ink = look.dark ? "#fff" : "#000";
    above.lineWidth = 1;
    framed = pictures ? roomy(points, view, width, height, (row) => seen(row) && Boolean(pictures?.has(row))) : [];
    element.dataset.pictures = String(pictures ? drawPictures(above, framed, pictures, frameOf) : 0);
    const begin = where(hovered);
    if (begin) {
      above.strokeStyle = ink;
      above.globalAlpha = 0.5;
      for (const row of near) {
        const end = where(row);
        if (!end) continue;
        above.beginPath();
        above.moveTo(...begin);
        above.lineTo(...end);
        above.stroke();
      }
      above.globalAlpha = 1;
      ring(begin, 7, ink, 2);
    }
    for (const row of marked) {
      const at = where(row);
      if (at) ring(at, 6, "#d55e00", 2);
    }
    drawPins(above, pins, placeOf, where, look.dark);
    if (drag && drag.outline.length > 2) {
      above.strokeStyle = "#0072b2";
      above.fillStyle = "#0072b222";
      above.beginPath();
      for (let at = 0; at < drag.outline.length; at += 2) above.lineTo(drag.outline[at], drag.outline[at + 1]);
      above.closePath();
      above.fill();
      above.stroke();
    }
  }

  /** @param {[number, number]} at @param {number} radius @param {string} color @param {number} width */
  function ring(at, radius, color, width) {
    above.beginPath();
    above.arc(at[0], at[1], radius, 0, 7);
    above.strokeStyle = color;
    above.lineWidth = width;
    above.stroke();
  }

  /** @param {number} row @returns {[number, number] | null} */
  function where(row) {
    if (row < 0 || 2 * row + 1 >= places.length || places[2 * row] !== places[2 * row]) return null;
    return toPage(places[2 * row], places[2 * row + 1]);
  }

  /** @param {import("./pins.js").Pin} pin @returns {[number, number]} */
  const placeOf = (pin) => toPage(...(moved.get(pin.label) ?? /** @type {[number, number]} */ ([pin.x, pin.y])));

  /** @param {number} row */
  function frameOf(row) {
    const color = look.palette[look.colors[row]] ?? [128, 128, 128];
    return { color: `rgb(${color.join(" ")})`, faint: Boolean(look.selected && !look.selected[row]) };
  }

  /** @param {[number, number, number, number]} box */
  function fit([left, bottom, right, top]) {
    const [width, height] = size();
    view.x = (left + right) / 2;
    view.y = (bottom + top) / 2;
    const across = (width - 2 * MARGIN) / Math.max(right - left, 1e-6);
    view.scale = Math.max(1e-6, Math.min(across, (height - 2 * MARGIN) / Math.max(top - bottom, 1e-6)));
    redraw();
  }

  /** @param {Uint32Array} rows */
  function boxOf(rows) {
    const [x, y] = [[], []].map(() => /** @type {number[]} */ ([]));
    for (const row of rows) {
      if (places[2 * row] === places[2 * row]) {
        x.push(places[2 * row]);
        y.push(places[2 * row + 1]);
      }
    }
    if (!x.length) return points.box;
    x.sort((one, other) => one - other);
    y.sort((one, other) => one - other);
    const cut = Math.floor(x.length * 0.02);
    const last = x.length - 1 - cut;
    const room = 0.05 * (points.box[2] - points.box[0] || 1);
    return /** @type {[number, number, number, number]} */ ([x[cut] - room, y[cut] - room, x[last] + room, y[last] + room]);
  }

  /** @param {number} by @param {number} [x] @param {number} [y] */
  function zoomBy(by, x, y) {
    const [width, height] = size();
    fitted = true;
    const at = toMap(x ?? width / 2, y ?? height / 2);
    view.scale *= by;
    const now = toMap(x ?? width / 2, y ?? height / 2);
    view.x += at[0] - now[0];
    view.y += at[1] - now[1];
    redraw();
  }

  /** @param {PointerEvent | WheelEvent} event @returns {[number, number]} */
  const spot = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const [x, y] = spot(event);
    fingers.set(event.pointerId, { x, y });
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    pinch = 0;
    const kind = tool === "pan" && event.shiftKey ? "lasso" : tool;
    const pin = tool === "pan" ? pinAt(pins, placeOf, x, y) : undefined;
    drag = { x, y, outline: [x, y], kind: pin ? "pin" : kind, moved: false, pin };
  });
  element.addEventListener("pointermove", (event) => {
    const [x, y] = spot(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x, y });
    if (fingers.size === 2) {
      const [one, other] = [...fingers.values()];
      const apart = Math.hypot(one.x - other.x, one.y - other.y);
      if (pinch) zoomBy(apart / pinch, (one.x + other.x) / 2, (one.y + other.y) / 2);
      pinch = apart;
      drag = null;
      return;
    }
    if (!drag) {
      pointAt(x, y);
      return;
    }
    drag.moved ||= Math.hypot(x - drag.x, y - drag.y) > 3;
    if (!drag.moved) return;
    if (drag.kind === "pin" && drag.pin) {
      moved.set(drag.pin.label, toMap(x, y));
    } else if (drag.kind === "pan") {
      const [fromX, fromY] = drag.outline;
      fitted = true;
      view.x -= (x - fromX) / view.scale;
      view.y += (y - fromY) / view.scale;
      drag.outline = [x, y];
    } else if (drag.kind === "box") {
      drag.outline = [drag.x, drag.y, x, drag.y, x, y, drag.x, y];
    } else {
      drag.outline.push(x, y);
    }
    redraw();
  });
  element.addEventListener("pointerup", (event) => end(event));
  element.addEventListener("pointercancel", (event) => {
    fingers.delete(event.pointerId);
    drag = null;
    redraw();
  });
  element.addEventListener("pointerleave", () => {
    if (!drag) hover(-1, 0, 0);
  });
  element.addEventListener(
    "wheel",
    (event) => {
      // A page is scrolled over a map that nobody has touched.
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...spot(event));
    },
    { passive: false },
  );

  /** @param {PointerEvent} event */
  function end(event) {
    fingers.delete(event.pointerId);
    const done = drag;
    drag = null;
    if (!done) return;
    const how = event.altKey ? "remove" : event.shiftKey ? "add" : "new";
    if (done.kind === "pin" && done.pin) {
      const other = done.moved && pinAt(pins, placeOf, ...spot(event), done.pin);
      if (other) {
        // Laid upon another one it is compared with it, and goes back to where it belongs.
        moved.delete(done.pin.label);
        on.compare?.(done.pin.label, other.label);
      }
    } else if (!done.moved) {
      const row = rowAt(done.x, done.y);
      if (row >= 0) on.click(row);
      if (row >= 0 || how === "new") on.select(Uint32Array.from(row >= 0 ? [row] : []), how);
    } else if (done.kind !== "pan") {
      const outline = [];
      for (let at = 0; at < done.outline.length; at += 2) outline.push(...toMap(done.outline[at], done.outline[at + 1]));
      on.select(inside(points, outline, seen), how);
    }
    redraw();
  }

  /** @param {number} x @param {number} y */
  const rowAt = (x, y) => {
    const row = pictureAt(framed, x, y);
    return row >= 0 ? row : pick(points, ...toMap(x, y), REACH / view.scale, seen);
  };

  /** @param {number} x @param {number} y */
  function pointAt(x, y) {
    hover(rowAt(x, y), x, y);
  }

  /** @param {number} row @param {number} x @param {number} y */
  function hover(row, x, y) {
    if (row !== hovered) {
      hovered = row;
      near = new Uint32Array();
      redraw();
    }
    on.hover(row, x, y);
  }

  const observer = new ResizeObserver(() => {
    if (!fitted) fit(points.box);
    redraw();
  });
  observer.observe(element);
  // A page that turns dark says so there, or by the system's own setting.
  const themes = new MutationObserver(() => redraw());
  themes.observe(document.body, { attributes: true });
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  darkness.addEventListener("change", redraw);
  // Its sheet comes later than that, and then the ground changes.
  element.addEventListener("transitionend", redraw);

  return {
    element,
    place(next, always = false) {
      places = next;
      points = sorted(next);
      if (look.colors.length !== next.length / 2) look.colors = new Uint8Array(next.length / 2);
      if (always || !fitted) fit(points.box);
      redraw();
    },
    look(changes) {
      Object.assign(look, changes);
      redraw();
    },
    zoom(rows) {
      fitted = Boolean(rows?.length);
      fit(rows?.length ? boxOf(rows) : points.box);
    },
    zoomBy: (by) => zoomBy(by),
    label(next) {
      labels = next;
      redraw();
    },
    pin(next) {
      pins = next;
      redraw();
    },
    pictures(next) {
      pictures = next;
      redraw();
    },
    mark(rows) {
      marked = rows;
      redraw();
    },
    lines(row, rows) {
      hovered = row;
      near = rows;
      redraw();
    },
    use(next) {
      tool = next;
      element.dataset.tool = next;
    },
    where,
    redraw,
    close() {
      observer.disconnect();
      themes.disconnect();
      darkness.removeEventListener("change", redraw);
      cancelAnimationFrame(asked);
    },
  };
}
