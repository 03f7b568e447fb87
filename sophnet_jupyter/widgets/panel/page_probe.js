import { tr } from "../page/words.js";
import { openPanel } from "./panel.js";

/** @type {import("@anywidget/types").Render} */
function render({ model, el }) {
  const panel = openPanel(model, el, { label: tr("The page"), kind: "probe", on: {} });
  microphone().then((found) => panel.send("page", { secure: isSecureContext, microphone: found }));
  return () => panel.close();
}

/** Whether the page may hear: "granted", "prompt", "denied", or why it never will. */
async function microphone() {
  if (!isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia) return "missing";
  /** @type {any} */
  const policy = /** @type {any} */ (document).featurePolicy;
  // A frame is given it by what is around it, or not at all.
  if (policy && !policy.allowsFeature("microphone")) return "barred";
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") })).state;
  } catch {
    // Browsers that cannot be asked ask when it is used.
    return "prompt";
  }
}

export default { render };
