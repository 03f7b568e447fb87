// What is taken from outside of this folder: the quickstart, and the panels' scripts, which are plain
// JavaScript with types in comments, as they are used here.

declare module "*.ipynb" {
  const notebook: { cells: Array<{ source: string[] }> };
  export default notebook;
}

declare module "*/panel/line.js" {
  import type { Kernel } from "@jupyterlab/services";
  export function ready(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void>;
  export function leave(comm: Kernel.IComm): Promise<void>;
}

declare module "*/page/dom.js" {
  type Properties = Record<string, unknown>;
  export function make<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    properties?: Properties,
    ...children: Array<Node | string>
  ): HTMLElementTagNameMap[Tag];
  export function button(
    label: string,
    onClick: () => void,
    properties?: Properties,
  ): HTMLButtonElement;
}

declare module "*/page/words.js" {
  export function useWords(look: (text: string) => string): void;
}

declare module "*/hearing/take.js" {
  export interface Take {
    number: number;
    opened: Promise<string>;
    end: (why: string) => void;
  }
  export function openTake(
    model: object,
    options: {
      device: string;
      cleaned: boolean;
      onLevel: (level: { peak: number; loudness: number }) => void;
      onNotice: (text: string) => void;
      onEnd: (trouble: string) => void;
    },
  ): Take;
}
