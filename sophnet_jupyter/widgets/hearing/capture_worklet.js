// Runs on the browser's audio thread. Makes 16-bit frames at the wanted rate, and measures them.

const LEVELS_PER_SECOND = 20;
// Taps on each side of the filter's centre, per sample of the slower of the two rates.
const REACH = 16;
const STEPS = 160;

/** Band-limited interpolation, with a table of windowed sinc taps for each of `STEPS` phases. */
class Resampler {
  /** @param {number} from @param {number} to  Rates. */
  constructor(from, to) {
    this.step = from / to;
    const cut = Math.min(1, to / from) * 0.94;
    this.half = Math.ceil(REACH * Math.max(1, from / to));
    /** @type {Float32Array[]} */
    this.table = [];
    for (let phase = 0; phase <= STEPS; phase++) {
      const taps = new Float32Array(2 * this.half);
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) {
        const x = tap - this.half + 1 - phase / STEPS;
        const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cut) / (Math.PI * x * cut);
        const turn = (Math.PI * x) / this.half;
        taps[tap] = Math.abs(x) < this.half ? sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn)) : 0;
        sum += taps[tap];
      }
      this.table.push(taps.map((value) => value / sum));
    }
    // Begins in silence, so that the first sample has neighbours.
    this.held = new Float32Array(this.half);
    this.at = this.half - 1;
  }

  /** @param {Float32Array} samples @param {(sample: number) => void} take */
  feed(samples, take) {
    const all = new Float32Array(this.held.length + samples.length);
    all.set(this.held);
    all.set(samples, this.held.length);
    while (this.at + this.half < all.length) {
      const whole = Math.floor(this.at);
      const taps = this.table[Math.round((this.at - whole) * STEPS)];
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += all[whole - this.half + 1 + tap] * taps[tap];
      take(sum);
      this.at += this.step;
    }
    const used = Math.floor(this.at) - this.half + 1;
    this.held = all.slice(used);
    this.at -= used;
  }
}

class Capture extends AudioWorkletProcessor {
  /** @param {{processorOptions: {rate: number, frame: number}}} options */
  constructor({ processorOptions }) {
    super();
    const { rate, frame } = processorOptions;
    this.resampler = sampleRate === rate ? undefined : new Resampler(sampleRate, rate);
    this.frame = new Int16Array(frame);
    this.filled = 0;
    this.peak = this.square = this.measured = 0;
    this.alive = true;
    this.take = (/** @type {number} */ sample) => this.put(sample);
    this.port.onmessage = ({ data }) => {
      if (data.close) {
        // The last word may be in it.
        if (this.filled) this.pass(this.frame.slice(0, this.filled));
        this.alive = false;
        this.port.postMessage({ closed: true });
      }
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([channels]) {
    const mono = channels[0];
    if (!mono || !this.alive) return this.alive;
    for (let index = 0; index < mono.length; index++) {
      const size = Math.abs(mono[index]);
      if (size > this.peak) this.peak = size;
      this.square += mono[index] * mono[index];
    }
    this.measured += mono.length;
    if (this.resampler) this.resampler.feed(mono, this.take);
    else for (let index = 0; index < mono.length; index++) this.put(mono[index]);
    if (this.measured * LEVELS_PER_SECOND >= sampleRate) this.measure();
    return true;
  }

  /** @param {number} sample */
  put(sample) {
    const value = Math.max(-1, Math.min(1, sample));
    this.frame[this.filled++] = Math.round(value * (value < 0 ? 0x8000 : 0x7fff));
    if (this.filled < this.frame.length) return;
    const full = this.frame;
    this.frame = new Int16Array(full.length);
    this.filled = 0;
    this.pass(full);
  }

  /** @param {Int16Array<ArrayBuffer>} pcm */
  pass(pcm) {
    this.port.postMessage({ pcm }, [pcm.buffer]);
  }

  measure() {
    const loudness = Math.sqrt(this.square / this.measured);
    this.port.postMessage({ level: { peak: this.peak, loudness } });
    this.peak = this.square = this.measured = 0;
  }
}

registerProcessor("sophnet-capture", Capture);
