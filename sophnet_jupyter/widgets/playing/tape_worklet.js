// Runs on the browser's audio thread. Plays samples that arrive in pieces, and keeps them all, so
// that a listener can go back. Places and lengths are in frames: one sample of each channel.

// Seconds that must lie ahead before it starts, and before it goes on after it ran dry.
const AHEAD = 0.25;
// Frames over which the sound fades in and out: a step would be heard as a click.
const FADE = 128;
const REPORTS_PER_SECOND = 10;

/**
 * What the page says: more sound, whether to play, where to go on, that all has come, the end.
 *
 * @typedef {{pcm?: Int16Array, play?: boolean, seek?: number, whole?: boolean, close?: boolean}} Order
 */

class Tape extends AudioWorkletProcessor {
  /** @param {{processorOptions: {channels: number}}} options */
  constructor({ processorOptions }) {
    super();
    this.channels = processorOptions.channels;
    /** @type {Int16Array[]} */
    this.pieces = [];
    /** @type {number[]} */
    this.starts = [];
    this.length = 0;
    this.at = 0;
    this.piece = 0;
    this.level = 0;
    this.wants = false;
    this.flows = false;
    this.whole = false;
    this.ended = false;
    this.underruns = 0;
    this.unreported = 0;
    this.alive = true;
    this.port.onmessage = ({ data }) => this.obey(data);
  }

  /** @param {Order} order */
  obey({ pcm, play, seek, whole, close }) {
    if (pcm) {
      this.starts.push(this.length);
      this.pieces.push(pcm);
      this.length += pcm.length / this.channels;
    }
    if (play !== undefined) this.wants = play;
    if (seek !== undefined) {
      this.at = Math.max(0, Math.min(Math.round(seek), this.length));
      this.piece = this.level = 0;
      this.flows = this.ended = false;
    }
    if (whole) this.whole = true;
    if (close) this.alive = false;
    if (!pcm) this.report();
  }

  /** @param {Float32Array[][]} _ @param {Float32Array[][]} outputs */
  process(_, [channels]) {
    const ahead = this.length - this.at;
    if (this.wants && !this.flows && (this.whole || ahead >= AHEAD * sampleRate)) this.flows = true;
    for (let index = 0; this.flows && index < channels[0].length; index++) this.step(channels, index);
    this.unreported += channels[0].length;
    if (this.unreported * REPORTS_PER_SECOND >= sampleRate) this.report();
    return this.alive;
  }

  /** @param {Float32Array[]} channels @param {number} index */
  step(channels, index) {
    if (this.at >= this.length) return this.runDry();
    if (!this.wants && this.level === 0) return this.rest();
    const goal = this.wants ? 1 : 0;
    this.level += Math.max(-1 / FADE, Math.min(1 / FADE, goal - this.level));
    while (this.at >= (this.starts[this.piece + 1] ?? Infinity)) this.piece++;
    const place = (this.at - this.starts[this.piece]) * this.channels;
    for (let channel = 0; channel < this.channels; channel++) {
      channels[channel][index] = (this.pieces[this.piece][place + channel] / 32768) * this.level;
    }
    this.at++;
  }

  runDry() {
    if (this.whole) {
      this.ended = true;
      this.wants = false;
    } else if (this.wants) {
      this.underruns++;
    }
    this.rest();
  }

  rest() {
    this.flows = false;
    this.level = 0;
    this.report();
  }

  report() {
    this.unreported = 0;
    const { at, length, wants, flows, ended, underruns } = this;
    this.port.postMessage({ at, length, wants, flows, ended, underruns });
  }
}

registerProcessor("sophnet-tape", Tape);
