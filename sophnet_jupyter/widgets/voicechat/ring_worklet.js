// Runs on the browser's audio thread. Plays samples that arrive in pieces, and forgets them; what
// waits can be thrown away at once. Places are in frames, counted from the beginning of an answer.

// Seconds that must lie ahead before it starts, and before it goes on after it ran dry.
const AHEAD = 0.3;
// Frames over which the sound fades in and out: a step would be heard as a click.
const FADE = 128;
const REPORTS_PER_SECOND = 4;

/**
 * What the page says: that an answer begins, its sound, that all of it has come, that it be silent
 * and say so with this number, the end.
 *
 * @typedef {{begin?: number, pcm?: Int16Array, answer?: number, whole?: boolean, flush?: number,
 *   close?: boolean}} Order
 */

class Ring extends AudioWorkletProcessor {
  alive = true;
  underruns = 0;
  unreported = 0;
  level = 0;
  // Of the answer that is played, from here on.
  answer = -1;
  /** @type {Int16Array[]} */
  pieces = [];
  offset = 0;
  played = 0;
  length = 0;
  flows = false;
  whole = false;
  ended = false;
  hushed = false;

  /** @param {{processorOptions: {channels: number}}} options */
  constructor({ processorOptions }) {
    super();
    this.channels = processorOptions.channels;
    this.port.onmessage = ({ data }) => this.obey(data);
  }

  /** @param {number} answer */
  begin(answer) {
    this.answer = answer;
    this.pieces = [];
    this.offset = this.played = this.length = 0;
    this.flows = this.whole = this.ended = this.hushed = false;
  }

  /** @param {Order} order */
  obey({ begin, pcm, answer, whole, flush, close }) {
    if (begin !== undefined) this.begin(begin);
    // Late frames of an answer that is over, or was broken off, belong to nobody.
    if (pcm && answer === this.answer && !this.hushed) {
      this.pieces.push(pcm);
      this.length += pcm.length / this.channels;
    }
    if (whole && answer === this.answer) this.whole = true;
    if (flush) {
      this.hushed = true;
      // The rest of this piece, but only until it has faded out.
      this.pieces = this.flows ? this.pieces.slice(0, 1) : [];
      this.report({ flushed: flush });
    }
    if (close) this.alive = false;
  }

  /** @param {Float32Array[][]} _ @param {Float32Array[][]} outputs */
  process(_, [channels]) {
    const ahead = this.length - this.played;
    if (!this.flows && ahead > 0 && !this.hushed && (this.whole || ahead >= AHEAD * sampleRate)) {
      this.flows = true;
      this.report({ began: this.played === 0 });
    }
    if (this.flows) this.play(channels);
    this.unreported += channels[0].length;
    if (this.flows && this.unreported * REPORTS_PER_SECOND >= sampleRate) this.report({});
    return this.alive;
  }

  /** @param {Float32Array[]} channels */
  play(channels) {
    for (let index = 0; index < channels[0].length; index++) {
      const piece = this.pieces[0];
      if (!piece) return this.runDry();
      this.level = Math.max(0, Math.min(1, this.level + (this.hushed ? -1 : 1) / FADE));
      if (this.hushed && this.level === 0) return this.stop();
      for (let channel = 0; channel < this.channels; channel++) {
        channels[channel][index] = (piece[this.offset + channel] / 32768) * this.level;
      }
      this.played++;
      this.offset += this.channels;
      if (this.offset >= piece.length) {
        this.pieces.shift();
        this.offset = 0;
      }
    }
    if (this.whole && this.pieces.length === 0) this.runDry();
  }

  stop() {
    this.flows = false;
    this.level = 0;
    this.pieces = [];
  }

  runDry() {
    this.stop();
    if (this.hushed) return;
    this.ended = this.whole;
    if (!this.whole) this.underruns++;
    this.report({ over: this.ended });
  }

  /** @param {{flushed?: number, began?: boolean, over?: boolean}} facts */
  report(facts) {
    this.unreported = 0;
    const { answer, played, length, whole, underruns } = this;
    this.port.postMessage({ answer, played, length, whole, underruns, ...facts });
  }
}

registerProcessor("sophnet-ring", Ring);
