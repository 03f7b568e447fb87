// Peaks below this are no speech, however quiet the room is.
const QUIETEST = 0.02;
// Speech is so much louder than the room.
const ABOVE = 4;

/**
 * @typedef {object} Gate
 * @property {(pcm: Int16Array, now: number) => boolean} hear  Whether this frame is loud.
 * @property {(frames: number) => number} onset  When the speech began, if so many loud frames came
 *   in a row by now: one may be a click. Else 0.
 * @property {() => void} rest  Forget what was heard so far, but not how loud the room is.
 */

/**
 * Tell speech from silence, frame by frame, fast: for an interruption, not for a transcript.
 *
 * @returns {Gate}
 */
export function openGate() {
  let room = 0.002;
  let loud = 0;
  let began = 0;
  return {
    hear(pcm, now) {
      let square = 0;
      for (let index = 0; index < pcm.length; index++) square += pcm[index] * pcm[index];
      const loudness = Math.sqrt(square / Math.max(1, pcm.length)) / 32768;
      const isLoud = loudness > Math.max(QUIETEST, ABOVE * room);
      // The room is learnt quickly while it is quiet, and slowly while it is not: in a second, and in
      // half a minute.
      const seconds = pcm.length / 16_000;
      room += (loudness - room) * seconds * (isLoud ? 0.1 : 2.5);
      if (!isLoud) loud = 0;
      else if (++loud === 1) began = now - (pcm.length / 16_000) * 1000;
      return isLoud;
    },
    onset: (frames) => (loud >= frames ? began : 0),
    rest() {
      loud = 0;
    },
  };
}
