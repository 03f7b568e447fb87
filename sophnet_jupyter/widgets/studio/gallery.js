import { button, make } from "../page/dom.js";

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
  const element = make("ul", { className: "sophnet-gallery", "aria-label": "What was made" });
  element.dataset.empty = empty;
  /** @type {Map<string, Card>} */
  const cards = new Map();
  const clock = setInterval(() => {
    for (const card of cards.values()) card.tick();
  }, 1000);

  /** @param {any} facts @param {DataView<ArrayBuffer> | undefined} thumbnail */
  function show(facts, thumbnail) {
    const known = cards.get(facts.id);
    if (known) return known.update(facts, thumbnail);
    const card = makeCard(facts.id, send, { reuse, animates, announce });
    cards.set(facts.id, card);
    element.prepend(card.element);
    card.update(facts, thumbnail);
  }

  /** @param {string} id */
  function remove(id) {
    const card = cards.get(id);
    if (!card) return;
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
 * @property {() => void} tick
 * @property {() => void} close
 */

/**
 * @param {string} id @param {(kind: string, facts?: object) => void} send @param {any} about
 * @returns {Card}
 */
function makeCard(id, send, { reuse, animates, announce }) {
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
  let wanted = "";

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
      announce(facts.error || `${facts.kind === "video" ? "A video" : "An image"} is ready: ${facts.figures}`);
    }
  }

  /** @param {DataView<ArrayBuffer> | undefined} thumbnail */
  function draw(thumbnail) {
    drawn = now.phase;
    stage.replaceChildren();
    stage.hidden = now.phase === "failed" || now.phase === "stopped";
    if (now.phase === "working") {
      stage.append(make("div", { className: "sophnet-wait", "aria-hidden": "true" }));
      return;
    }
    const still = thumbnail?.byteLength ? address(thumbnail, "image/webp") : "";
    if (now.kind === "video") {
      const play = button("▶ Load the video", () => want("play"), { className: "sophnet-play" });
      stage.append(...(still ? [make("img", { src: still, alt: now.prompt })] : []), play);
      if (now.bytes && now.bytes <= SMALL_VIDEO) want("show");
    } else if (still) {
      stage.append(make("img", { src: still, alt: now.prompt }));
    }
  }

  /** @param {string} purpose */
  function want(purpose) {
    wanted = purpose;
    send("data", { piece: id });
  }

  /** @param {DataView<ArrayBuffer>} data @param {string} mime */
  function receive(data, mime) {
    const url = address(data, mime);
    if (wanted === "save") {
      const ending = mime.split("/")[1].replace("jpeg", "jpg");
      const stem = now.prompt.split(/[^\p{L}\p{N}]+/u).slice(0, 6).join("-");
      make("a", { href: url, download: `${stem || now.kind}.${ending}` }).click();
      return;
    }
    const poster = stage.querySelector("img")?.src ?? "";
    const video = make("video", { src: url, controls: true, loop: true, playsInline: true, "aria-label": now.prompt });
    if (poster) video.poster = poster;
    stage.replaceChildren(video);
    if (wanted === "play") video.play();
  }

  function tick() {
    const seconds = (performance.now() - since) / 1000;
    const said = [
      ...(now.sandbox ? ["sandbox"] : []),
      ...(now.phase === "working" ? [`${now.state} …`, span(seconds)] : []),
      ...(now.figures ? [now.figures] : []),
      ...(now.phase === "ready" ? [span(now.seconds)] : []),
      ...(now.variable ? [`in ${now.variable}`] : []),
    ].join(" · ");
    if (state.textContent !== said) state.textContent = said;
  }

  function offer() {
    const key = `${now.phase} ${now.variable}`;
    if (tools.dataset.for === key) return;
    tools.dataset.for = key;
    const hadFocus = tools.contains(document.activeElement);
    const label = (/** @type {string} */ what) => ({ "aria-label": `${what}: ${now.prompt}` });
    if (now.phase === "working") {
      tools.replaceChildren(button("Cancel", () => send("cancel", { piece: id }), label("Cancel")));
    } else {
      const ready = now.phase === "ready";
      tools.replaceChildren(
        button("Reuse", () => reuse(now.settings), { title: "Fill the form with these settings", ...label("Reuse") }),
        ...(ready ? [button("Take", () => ask("take"), { title: "As a variable of the notebook", ...label("Take") })] : []),
        ...(ready && animates && now.kind === "image" ? [button("Animate", () => ask("animate"), label("Animate"))] : []),
        ...(ready ? [button("Save", () => want("save"), label("Save"))] : []),
        button("Remove", () => send("remove", { piece: id }), label("Remove")),
      );
    }
    if (hadFocus) tools.querySelector("button")?.focus();
  }

  /** @param {"take" | "animate"} what  Ask for a name, or for what is to happen. */
  function ask(what) {
    const taking = what === "take";
    const field = make("input", {
      "aria-label": taking ? "Name of the variable" : "What is to happen",
      placeholder: taking ? "name" : "what is to happen",
      value: taking ? now.variable || (now.kind === "video" ? "video" : "picture") : now.prompt,
    });
    const close = () => {
      extra.hidden = true;
      extra.replaceChildren();
      tools.querySelector("button")?.focus();
    };
    extra.replaceChildren(field, make("button", {}, taking ? "Take" : "Animate"), button("✕", close, { "aria-label": "Not now" }));
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
    tick: () => now.phase === "working" && tick(),
    close() {
      for (const url of urls) URL.revokeObjectURL(url);
      element.remove();
    },
  };
}

/** @param {number} seconds */
function span(seconds) {
  return seconds < 60 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
