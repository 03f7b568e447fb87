/**
 * Ask a loudspeaker to go on where sleep, a call or another device has stopped it without a word.
 *
 * @param {AudioContext} context
 * @param {() => boolean} wanted  Whether it is to be heard just now.
 * @returns {() => void}  Ask no more.
 */
export function keepAwake(context, wanted) {
  const revive = () => {
    if (wanted() && context.state !== "running" && context.state !== "closed") context.resume().catch(() => {});
  };
  context.addEventListener("statechange", revive);
  const reviving = setInterval(revive, 1000);
  return () => {
    clearInterval(reviving);
    context.removeEventListener("statechange", revive);
  };
}
