import { button, make } from "../page/dom.js";
import { tr } from "../page/words.js";

/**
 * The tasks that the service itself lists, folded: those of an earlier day or of another machine too.
 *
 * @param {(kind: string, facts?: object) => void} send
 * @returns {{element: HTMLElement, on: Record<string, (event: any) => void>}}
 */
export function openServiceTasks(send) {
  const list = make("ul", { className: "sophnet-tasks", "aria-label": tr("Tasks of the service") });
  const none = make("p", { className: "sophnet-faint", hidden: true }, tr("The service lists none."));
  const again = button(tr("Look again"), () => send("list-tasks"));
  const element = make("details", { className: "sophnet-service" }, make("summary", {}, tr("Tasks of the service")), list, none, again);
  element.addEventListener("toggle", () => element.open && send("list-tasks"));

  /** @param {{id: string, state: string, model: string}} task */
  function row({ id, state, model }) {
    const fetch = button(tr("Fetch"), () => send("fetch-task", { task: id }), { "aria-label": tr("Fetch {id}", { id }) });
    const said = make("span", { className: "sophnet-faint" }, [state, model].filter(Boolean).join(" · "));
    return make("li", {}, make("code", {}, id), said, fetch);
  }

  return {
    element,
    on: {
      tasks({ rows }) {
        list.replaceChildren(...rows.map(row));
        none.hidden = rows.length > 0;
      },
    },
  };
}
