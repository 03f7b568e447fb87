import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { showFacts } from "../panel/facts.js";
import { openViewer } from "./viewer.js";

// What is fetched without a click; a larger video waits for one.
const SMALL_VIDEO = 20_000_000;

/**
 * @typedef {object} Gallery
 * @property {HTMLElement} element
 * @property {Record<string, (event: any, buffers: DataView<ArrayBuffer>[]) => void>} on  Events that it hears.
 * @property {(pieces: any[], buffers: DataView<ArrayBuffer>[]) => void} fill
 * @property {() => void} close
 */

/**
 * What was made, the newest first: how far each is, and what can be done with it.
 *
 * @param {(kind: string, facts?: object) => void} send
 * @param {{reuse: (settings: any) => void, animates?: boolean, empty: string,
 *   announce: (text: string) => void}} about
 * @returns {Gallery}
 */
export function openGallery(send, { reuse, animates = false, empty, announce }) {
  const list = make("ul", { className: "sophnet-gallery", "aria-label": tr("What was made") });
  list.dataset.empty = empty;
  /** @type {Map<string, Card>} */
  const cards = new Map();
  const viewer = openViewer(() => [...cards.values()].reverse().flatMap((card) => card.seen() ?? []));
  const element = make("div", {}, list, viewer.element);
  // The first of two that are to be compared.
  let first = "";

  /** @param {string} id  The first one waits for the second. */
  function compare(id) {
    const other = first;
    first = other ? "" : id;
    for (const [name, card] of cards) card.press(name === first);
    if (!other) announce(tr("Choose another one to compare it with."));
    else if (other !== id) viewer.open([other, id]);
  }
  const clock = setInterval(() => {
    for (const card of cards.values()) card.tick();
  }, 1000);

  /** @param {any} facts @param {DataView<ArrayBuffer> | undefined} thumbnail */
  function show(facts, thumbnail) {
    const known = cards.get(facts.id);
    if (known) return known.update(facts, thumbnail);
    const card = makeCard(facts.id, send, { reuse, animates, announce, compare, open: viewer.open });
    cards.set(facts.id, card);
    list.prepend(card.element);
    card.update(facts, thumbnail);
  }

  /** @param {string} id */
  function remove(id) {
    const card = cards.get(id);
    if (!card) return;
    if (first === id) first = "";
    const next = card.element.nextElementSibling ?? card.element.previousElementSibling;
    const hadFocus = card.element.contains(document.activeElement);
    card.close();
    cards.delete(id);
    if (hadFocus) /** @type {HTMLElement | null} */ (next?.querySelector("button"))?.focus();
  }

  return {
    element,
    on: {
      piece: ({ piece }, [thumbnail]) => show(piece, thumbnail),
      removed: ({ piece }) => remove(piece),
      data: ({ piece, mime }, [data]) => cards.get(piece)?.receive(data, mime),
    },
    fill(pieces, buffers) {
      for (const id of [...cards.keys()]) remove(id);
      pieces.forEach((piece, index) => show(piece, buffers[index]));
    },
    close() {
      clearInterval(clock);
      for (const card of cards.values()) card.close();
    },
  };
}

/**
 * @typedef {object} Card
 * @property {HTMLElement} element
 * @property {(facts: any, thumbnail: DataView<ArrayBuffer> | undefined) => void} update
 * @property {(data: DataView<ArrayBuffer>, mime: string) => void} receive
 * @property {() => import("./viewer.js").Seen | undefined} seen  Nothing where there is nothing to look at.
 * @property {(pressed: boolean) => void} press  Whether it is the first of two that are compared.
 * @property {() => void} tick
 * @property {() => void} close
 */

/**
 * @param {string} id @param {(kind: string, facts?: object) => void} send @param {any} about
 * @returns {Card}
 */
function makeCard(id, send, { reuse, animates, announce, compare, open }) {
  const stage = make("div", { className: "sophnet-stage" });
  const prompt = make("div", { className: "sophnet-prompt" });
  const state = make("div", { className: "sophnet-faint" });
  const why = make("div", { className: "sophnet-why", hidden: true });
  const tools = make("div", { className: "sophnet-tools" });
  const extra = make("form", { className: "sophnet-extra", hidden: true });
  const element = make("li", {}, stage, prompt, state, why, tools, extra);
  /** @type {any} */
  let now = {};
  let since = 0;
  let drawn = "";
  /** @type {string[]} */
  const urls = [];
  // What the whole of it is wanted for, when it comes.
  /** @type {Set<string>} */
  const wanted = new Set();
  /** @type {((url: string) => void)[]} */
  let looking = [];
  let whole = "";
  let pressed = false;

  /** @returns {Promise<string>} */
  function all() {
    if (whole) return Promise.resolve(whole);
    return new Promise((resolve) => {
      looking.push(resolve);
      want("look");
    });
  }

  /** @param {BlobPart} data @param {string} mime */
  function address(data, mime) {
    const url = URL.createObjectURL(new Blob([data], { type: mime }));
    urls.push(url);
    return url;
  }

  /** @param {any} facts @param {DataView<ArrayBuffer> | undefined} thumbnail */
  function update(facts, thumbnail) {
    const before = now.phase;
    now = facts;
    since = performance.now() - facts.seconds * 1000;
    element.dataset.phase = facts.phase;
    prompt.textContent = facts.prompt;
    prompt.title = facts.prompt;
    why.textContent = facts.error;
    why.hidden = !facts.error;
    if (drawn !== facts.phase) draw(thumbnail);
    tick();
    offer();
    if (before === "working" && facts.phase !== "working") {
      announce(facts.error || (facts.kind === "video" ? tr("A video is ready: {figures}", facts) : tr("An image is ready: {figures}", facts)));
    }
  }

  /** @param {DataView<ArrayBuffer> | undefined} thumbnail */
  function draw(thumbnail) {
    drawn = now.phase;
    stage.replaceChildren();
    const [width, height] = proportions(now);
    stage.style.setProperty("--w", String(width));
    stage.style.setProperty("--h", String(height));
    stage.hidden = now.phase === "failed" || now.phase === "stopped";
    if (now.phase === "working") {
      stage.append(make("div", { className: "sophnet-wait", "aria-hidden": "true" }));
      return;
    }
    const still = thumbnail?.byteLength ? address(thumbnail, "image/webp") : "";
    if (now.kind === "video") {
      const play = button(tr("▶ Load the video"), () => want("play"), { className: "sophnet-play" });
      stage.append(...(still ? [make("img", { src: still, alt: now.prompt })] : []), play);
      if (now.bytes && now.bytes <= SMALL_VIDEO) want("show");
    } else if (still) {
      const picture = make("img", { src: still, alt: now.prompt });
      const about = { className: "sophnet-open", title: tr("Open it large"), "aria-label": tr("Open: {prompt}", { prompt: now.prompt }) };
      stage.append(make("button", { type: "button", onclick: () => open([id]), ...about }, picture));
    }
  }

  /** @param {string} purpose */
  function want(purpose) {
    wanted.add(purpose);
    send("data", { piece: id });
  }

  /** @param {DataView<ArrayBuffer>} data @param {string} mime */
  function receive(data, mime) {
    whole ||= address(data, mime);
    const url = whole;
    for (const seen of looking) seen(url);
    looking = [];
    if (wanted.has("save")) {
      const ending = mime.split("/")[1].replace("jpeg", "jpg");
      const stem = now.prompt.split(/[^\p{L}\p{N}]+/u).slice(0, 6).join("-");
      make("a", { href: url, download: `${stem || now.kind}.${ending}` }).click();
    }
    const plays = wanted.has("play") || wanted.has("show");
    const atOnce = wanted.has("play");
    wanted.clear();
    if (!plays) return;
    const poster = stage.querySelector("img")?.src ?? "";
    const video = make("video", { src: url, controls: true, loop: true, playsInline: true, "aria-label": now.prompt });
    if (poster) video.poster = poster;
    stage.replaceChildren(video);
    if (atOnce) video.play();
  }

  function tick() {
    const seconds = (performance.now() - since) / 1000;
    const said = [
      ...(now.sandbox ? [tr("sandbox")] : []),
      ...(now.phase === "working" ? [`${now.state} …`, span(seconds)] : []),
      ...(now.figures ? [now.figures] : []),
      ...(now.phase === "ready" ? [span(now.seconds)] : []),
      ...(now.variable ? [tr("in {variable}", { variable: now.variable })] : []),
    ].join(" · ");
    if (state.textContent !== said) showFacts(state, said);
  }

  function offer() {
    const key = `${now.phase} ${now.variable} ${pressed}`;
    if (tools.dataset.for === key) return;
    tools.dataset.for = key;
    const hadFocus = tools.contains(document.activeElement);
    const label = (/** @type {string} */ what) => ({ "aria-label": tr("{what}: {name}", { what, name: now.prompt }) });
    if (now.phase === "working") {
      tools.replaceChildren(button(tr("Cancel"), () => send("cancel", { piece: id }), label(tr("Cancel"))));
    } else {
      const ready = now.phase === "ready";
      tools.replaceChildren(
        button(tr("Reuse"), () => reuse(now.settings), { title: tr("Fill the form with these settings"), ...label(tr("Reuse")) }),
        ...(ready ? [button(tr("Save as variable"), () => ask("take"), label(tr("Save as variable")))] : []),
        ...(ready && animates && now.kind === "image" ? [button(tr("Video"), () => ask("animate"), { title: tr("Make a video that begins with this image"), ...label(tr("Video")) })] : []),
        ...(ready ? [button(tr("Compare"), () => compare(id), { "aria-pressed": String(pressed), ...label(tr("Compare")) })] : []),
        ...(ready ? [button(tr("Download"), () => want("save"), label(tr("Download")))] : []),
        button(tr("Remove"), () => send("remove", { piece: id }), label(tr("Remove"))),
      );
    }
    if (hadFocus) tools.querySelector("button")?.focus();
  }

  /** @param {"take" | "animate"} what  Ask for a name, or for what is to happen. */
  function ask(what) {
    const taking = what === "take";
    const field = make("input", {
      "aria-label": taking ? tr("Name of the variable") : tr("Describe the video"),
      placeholder: taking ? tr("Name") : tr("what is to happen in it"),
      value: taking ? now.variable || (now.kind === "video" ? "video" : "picture") : now.prompt,
    });
    const close = () => {
      extra.hidden = true;
      extra.replaceChildren();
      tools.querySelector("button")?.focus();
    };
    extra.replaceChildren(field, make("button", {}, taking ? tr("Save") : tr("Generate")), button("✕", close, { "aria-label": tr("Cancel") }));
    extra.onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      send(what, { piece: id, ...(taking ? { name: field.value } : { text: field.value }) });
      close();
    };
    extra.hidden = false;
    field.select();
  }

  return {
    element,
    update,
    receive,
    seen() {
      if (now.phase !== "ready" || !now.bytes) return undefined;
      const words = [now.prompt, now.figures].filter(Boolean).join(" · ");
      return { id, kind: now.kind, words, whole: all };
    },
    press(is) {
      if (pressed === is) return;
      pressed = is;
      offer();
    },
    tick: () => now.phase === "working" && tick(),
    close() {
      for (const url of urls) URL.revokeObjectURL(url);
      element.remove();
    },
  };
}

/** @param {any} facts  Its own width and height, or those that were asked for. @returns {[number, number]} */
function proportions({ width, height, settings }) {
  if (width && height) return [width, height];
  const [wide, high] = String(settings?.size ?? "").split(/[*x×]/).map(Number);
  // As large as a usual one: it is never drawn larger than it is.
  return wide && high ? [wide, high] : [1280, 800];
}

/** @param {number} seconds */
function span(seconds) {
  return seconds < 60 ? tr("{seconds} s", { seconds: Math.floor(seconds) }) : tr("{minutes} min {seconds} s", { minutes: Math.floor(seconds / 60), seconds: Math.floor(seconds % 60) });
}
