import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Contents } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { freeName } from "./image_option.js";

/** As the chat panel takes them. */
const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
};
const LARGEST = 10_000_000;

/**
 * The pictures beside notebooks: saved and read by the server's contents API, so that they are where
 * the kernel looks for them, also on a Hub.
 */
export class PictureFiles {
  /** What a page holds of a notebook's pictures: an address of its own memory for each path. */
  private readonly held = new WeakMap<NotebookPanel, Map<string, string>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly contents: Contents.IManager,
    private readonly trans: TranslationBundle,
  ) {}

  /** Why a file is not taken; empty where it is. */
  refusal({ name, type, size }: File): string {
    const { trans } = this;
    if (!Object.hasOwn(ENDINGS, type))
      return trans.__("%1 is not an image that can be sent: PNG, JPEG, WebP or GIF.", name);
    if (!size) return trans.__("%1 is empty.", name);
    if (size <= LARGEST) return "";
    const [has, most] = [size, LARGEST].map((bytes) => (bytes / 1e6).toFixed(1));
    return trans.__("%1 has %2 MB, and at most %3 can be sent.", name, has, most);
  }

  /** Put it beside the notebook under a name that is free, which is returned. */
  save(notebook: NotebookPanel, file: File): Promise<string> {
    // One after another, or two of one name would be one file.
    const saved = this.turn.then(() => this.write(notebook, file));
    this.turn = saved.catch(() => {});
    return saved;
  }

  /** The address of a picture that this page holds already; nothing is loaded for it. */
  known(notebook: NotebookPanel, name: string): string | undefined {
    return this.heldOf(notebook).get(pathOf(notebook, name));
  }

  /** Load a picture that somebody wants to see. */
  async load(notebook: NotebookPanel, name: string): Promise<string> {
    const path = pathOf(notebook, name);
    const model = await this.contents.get(path, { type: "file", format: "base64", content: true });
    const bytes = Uint8Array.from(atob(model.content as string), (letter) => letter.charCodeAt(0));
    const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase().replace("jpeg", "jpg");
    const type = Object.keys(ENDINGS).find((each) => ENDINGS[each] === ending) ?? "";
    return this.hold(notebook, path, new Blob([bytes], { type }));
  }

  private async write(notebook: NotebookPanel, file: File): Promise<string> {
    const wanted = { type: "directory", content: true } as const;
    const folder = await this.contents.get(pathOf(notebook, ""), wanted);
    const listed = (folder.content ?? []) as Contents.IModel[];
    const taken = new Set(listed.map(({ name }) => name.toLowerCase()));
    const name = freeName(file.name, ENDINGS[file.type], taken);
    const path = pathOf(notebook, name);
    const content = await base64(file);
    await this.contents.save(path, { type: "file", format: "base64", content });
    this.hold(notebook, path, file);
    return name;
  }

  private hold(notebook: NotebookPanel, path: string, picture: Blob): string {
    const held = this.heldOf(notebook);
    const before = held.get(path);
    if (before) URL.revokeObjectURL(before);
    const address = URL.createObjectURL(picture);
    held.set(path, address);
    return address;
  }

  private heldOf(notebook: NotebookPanel): Map<string, string> {
    let held = this.held.get(notebook);
    if (!held) {
      const made = (held = new Map<string, string>());
      this.held.set(notebook, made);
      notebook.disposed.connect(() => made.forEach((address) => URL.revokeObjectURL(address)));
    }
    return held;
  }
}

/** The path of a name on a notebook's line, which counts from the notebook's folder. */
function pathOf({ context: { path } }: NotebookPanel, name: string): string {
  const parts = [...path.split("/").slice(0, -1), ...name.split("/")];
  const found: string[] = [];
  for (const part of parts) part === ".." ? found.pop() : part && part !== "." && found.push(part);
  return found.join("/");
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
