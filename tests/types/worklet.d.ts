// What the browser's audio thread offers, as far as it is used. TypeScript brings no types of it.

interface Port {
  onmessage: ((event: { data: any }) => void) | null;
  postMessage(message: object, handedOver?: ArrayBuffer[]): void;
}

declare class AudioWorkletProcessor {
  readonly port: Port;
}

interface Processor extends AudioWorkletProcessor {
  /** Of each input and output the samples of each channel; false when it wants no more calls. */
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: any }) => Processor,
): void;

/** Samples in a second. */
declare const sampleRate: number;
