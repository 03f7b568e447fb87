/** A similarity in two places; nobody wants to read of minus nothing. @param {number} score */
export function figure(score) {
  return (Math.abs(score) < 0.005 ? 0 : score).toFixed(2);
}
