import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { Token } from "@lumino/coreutils";
import { Signal } from "@lumino/signaling";
import type { ISignal } from "@lumino/signaling";

export const SETTINGS = "sophnet-jupyter:plugin";

const DEFAULTS = {
  /** Where dictation goes in a code cell that is no prompt. */
  dictation: "prompt" as "prompt" | "comment",
  /** The resource of a project that hears dictation, and so its language; empty for the usual one. */
  speech: "",
  /** The model of cells that menus insert; empty for the usual one. */
  model: "",
  /** The voice of cells that menus insert; empty for the usual one. */
  voice: "",
  /** Whether sound begins by itself. */
  autoplay: true,
  /** How what a model thought stands in its answer. */
  folds: "closed" as "closed" | "open",
  /** Whether prompts have colors. */
  prompts: true,
  /** Whether a mark beside a cell tells which model answers. */
  marks: true,
  /** Whether an answer has a button that stops it. */
  stop: true,
  /** Whether the microphone stands on the toolbar, and in menus. */
  microphone: true,
  /** Whether prompts take pictures that are pasted or dropped, and show them. */
  pictures: true,
  /** Whether completions of prompts have icons. */
  completion: true,
};

/** What the user has chosen in the settings. There is no key among it. */
export interface IChoices extends Readonly<typeof DEFAULTS> {
  readonly changed: ISignal<IChoices, void>;
}

export const IChoices = new Token<IChoices>("sophnet-jupyter:IChoices");

/** Take what a choice has switched off out of sight, and what is drawn already with it. */
export function showBy(choices: IChoices, name: "marks" | "stop"): void {
  const follow = () => document.body.classList.toggle(`jp-sophnet-no-${name}`, !choices[name]);
  choices.changed.connect(follow);
  follow();
}

class Choices {
  readonly changed = new Signal<IChoices, void>(this as unknown as IChoices);
}

/** Reads the settings, and follows them; each has its default where there is no registry. */
export const choices: JupyterFrontEndPlugin<IChoices> = {
  id: SETTINGS,
  description: "The settings of sophnet_jupyter in JupyterLab.",
  autoStart: true,
  provides: IChoices,
  optional: [ISettingRegistry],
  activate(_app, registry: ISettingRegistry | null) {
    const found = Object.assign(new Choices(), DEFAULTS);
    registry?.load(SETTINGS).then(
      (settings) => {
        const read = () => {
          const names = Object.keys(DEFAULTS);
          const known = Object.entries(settings.composite).filter(([name]) => names.includes(name));
          Object.assign(found, Object.fromEntries(known));
          found.changed.emit();
        };
        read();
        settings.changed.connect(read);
      },
      () => {
        // The defaults stand.
      },
    );
    return found;
  },
};
