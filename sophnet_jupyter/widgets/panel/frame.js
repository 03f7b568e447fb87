import { make } from "../page/dom.js";
import { tr } from "../page/words.js";
import { openGrip } from "./grip.js";

/**
 * @typedef {object} Frame
 * @property {HTMLElement} name
 * @property {HTMLElement} badge  Seen where the sandbox answers; it may say by which model.
 * @property {HTMLElement} phase
 * @property {(now: string) => boolean} show  Draw what the panel is doing; whether that is work.
 */

/**
 * The frame of a panel: in its head the title, whether the sandbox answers, what it is doing, and
 * what can be done with all of it; below that what it holds, and an edge to drag.
 *
 * `phases` has a word for each phase, `busy` those in which it works. `room` is the part of `body`
 * that takes the height, and scrolls.
 *
 * @param {import("./panel.js").Panel} panel @param {import("../page/lab.js").Model} model
 * @param {{title?: string, phases?: Record<string, string>, busy?: Iterable<string>,
 *   lead?: Node[], marks?: Node[], acts?: Node[], body: Node[], room?: HTMLElement}} about
 * @returns {Frame}
 */
export function openFrame(panel, model, { title = "", phases = {}, busy = [], lead = [], marks = [], acts = [], body, room }) {
  const { root } = panel;
  const name = make("span", { className: "sophnet-name" }, title);
  const badge = make("span", { className: "sophnet-badge", title: tr("No service answers here") }, tr("sandbox"));
  const phase = make("span", { className: "sophnet-phase" });
  const head = make("span", { className: "sophnet-head-acts" }, ...acts);
  const working = new Set(busy);
  root.prepend(make("header", {}, ...lead, name, ...marks, badge, phase, head));
  root.append(...body);
  room?.classList.add("sophnet-room");
  openGrip(panel, model);
  panel.follow("sandbox", () => (badge.hidden = !model.get("sandbox")));

  return {
    name,
    badge,
    phase,
    show(now) {
      const said = phases[now] ?? now;
      const news = phase.isConnected && phase.textContent !== said;
      phase.textContent = said;
      root.dataset.phase = now;
      root.toggleAttribute("data-busy", working.has(now));
      if (news && said) panel.announce(`${root.getAttribute("aria-label")}: ${said}`);
      return working.has(now);
    },
  };
}
