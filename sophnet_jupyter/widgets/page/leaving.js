/** @type {Set<() => void>} */
const waiting = new Set();

const leave = () => {
  for (const act of [...waiting].reverse()) act();
};

/**
 * Act when the page goes: it would leave comms, their subshells and sockets behind in the kernel,
 * and cannot wait for an answer. The latest acts first. Returns the way to stop that.
 *
 * @param {() => void} act
 */
export function whenPageGoes(act) {
  if (!waiting.size) addEventListener("pagehide", leave);
  waiting.add(act);
  return () => {
    waiting.delete(act);
    if (!waiting.size) removeEventListener("pagehide", leave);
  };
}
