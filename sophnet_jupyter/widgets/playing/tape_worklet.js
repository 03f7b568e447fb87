// Runs on the browser's audio thread. Plays samples that arrive in pieces, and keeps them all, so
// that a listener can go back. Places and lengths are in frames: one sample of each channel.

// Seconds that must lie ahead before it starts, and before it goes on after it ran dry.
const AHEAD = 0.25;
// Frames over which the sound fades in and out: a step would be heard as a click.
const FADE = 128;
const REPORTS_PER_SECOND = 10;
// At another speed the pitch stays: the sound is laid anew in hops of so many seconds, each from
// where it goes on best within so many around its place (WSOLA).
const HOP = 0.02;
const AROUND = 0.01;

/**
 * What the page says: more sound, whether to play, where to go on, how fast, that all has come, the
 * end.
 *
 * @typedef {{pcm?: Int16Array, play?: boolean, seek?: number, speed?: number, whole?: boolean,
 *   close?: boolean}} Order
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
    this.speed = 1;
    this.hop = Math.round(HOP * sampleRate);
    /** @type {Float32Array[]} A hop that is laid already, one array for each channel. */
    this.laid = [];
    /** How much of it was heard, and from where the next one would go on by itself. */
    this.heard = this.next = 0;
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
  obey({ pcm, play, seek, speed, whole, close }) {
    if (pcm) {
      this.starts.push(this.length);
      this.pieces.push(pcm);
      this.length += pcm.length / this.channels;
    }
    if (play !== undefined) this.wants = play;
    if (seek !== undefined) {
      this.at = Math.max(0, Math.min(Math.round(seek), this.length));
      this.level = 0;
      this.flows = this.ended = false;
    }
    if (speed !== undefined) {
      // What is heard at present goes on where it is.
      if (this.laid.length) this.at = Math.min(this.next - this.hop + this.heard, this.length);
      this.speed = speed;
    }
    if (seek !== undefined || speed !== undefined) this.laid = [];
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
    if (this.speed !== 1) return this.stepFast(channels, index);
    const place = this.find(this.at);
    for (let channel = 0; channel < this.channels; channel++) {
      channels[channel][index] = (this.pieces[this.piece][place + channel] / 32768) * this.level;
    }
    this.at++;
  }

  /** @param {number} at  Makes its piece the one of now; returns its place in that. */
  find(at) {
    while (at >= (this.starts[this.piece + 1] ?? Infinity)) this.piece++;
    while (at < this.starts[this.piece]) this.piece--;
    return (at - this.starts[this.piece]) * this.channels;
  }

  /** @param {number} at @param {number} channel  A sample; silence where there is none. */
  sample(at, channel) {
    if (at < 0 || at >= this.length) return 0;
    const place = this.find(at);
    return this.pieces[this.piece][place + channel] / 32768;
  }

  /** @param {Float32Array[]} channels @param {number} index */
  stepFast(channels, index) {
    if (!this.laid.length || this.heard >= this.hop) {
      // The last hop is heard to its end before it may run dry.
      if (!this.whole && this.at + 3 * this.hop >= this.length) return this.runDry();
      this.lay();
    }
    for (let channel = 0; channel < this.channels; channel++) {
      channels[channel][index] = this.laid[channel][this.heard] * this.level;
    }
    this.heard++;
    // In whole frames at the end of each hop, so that nothing adds up.
    if (this.heard === this.hop) this.at = Math.min(this.length, this.at + Math.round(this.hop * this.speed));
  }

  /** Lay the next hop: what went before fades into where the sound goes on alike. */
  lay() {
    const { hop, channels } = this;
    const goesOn = this.laid.length ? this.next : this.at;
    const from = this.laid.length ? this.best(goesOn) : this.at;
    const laid = [];
    for (let channel = 0; channel < channels; channel++) {
      const sound = new Float32Array(hop);
      for (let index = 0; index < hop; index++) {
        const share = 0.5 - 0.5 * Math.cos((Math.PI * index) / hop);
        sound[index] = this.sample(goesOn + index, channel) * (1 - share) + this.sample(from + index, channel) * share;
      }
      laid.push(sound);
    }
    this.laid = laid;
    this.heard = 0;
    this.next = from + hop;
  }

  /** @param {number} goesOn  Where around `at` the sound is most like that from here on. */
  best(goesOn) {
    const stride = Math.max(1, Math.round(sampleRate / 8000));
    const around = Math.round((AROUND * sampleRate) / stride);
    const begin = Math.max(0, this.at - around * stride);
    const wanted = this.read(goesOn, stride, Math.ceil(this.hop / stride));
    const there = this.read(begin, stride, wanted.length + 2 * around);
    let found = 0;
    let most = -Infinity;
    for (let from = 0; from + wanted.length <= there.length; from++) {
      let like = 0;
      let loud = 1e-9;
      for (let index = 0; index < wanted.length; index++) {
        const heard = there[from + index];
        like += heard * wanted[index];
        loud += heard * heard;
      }
      const score = like / Math.sqrt(loud);
      if (score > most) {
        most = score;
        found = from;
      }
    }
    return begin + found * stride;
  }

  /** @param {number} from @param {number} stride @param {number} count  Of the first channel. */
  read(from, stride, count) {
    const sound = new Float32Array(count);
    for (let index = 0; index < count; index++) sound[index] = this.sample(from + index * stride, 0);
    return sound;
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
