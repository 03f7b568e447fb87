import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { Token } from "@lumino/coreutils";

export const SETTINGS = "sophnet-jupyter:plugin";

/** What the user has chosen in the settings. There is no key among it. */
export interface IChoices {
  /** Where dictation goes in a code cell that is no prompt. */
  readonly dictation: "prompt" | "comment";
  /** The model of cells that menus insert; empty for the usual one. */
  readonly model: string;
  /** The voice of cells that menus insert; empty for the usual one. */
  readonly voice: string;
}

export const IChoices = new Token<IChoices>("sophnet-jupyter:IChoices");

/** Reads the settings, and follows them; each has its default where there is no registry. */
export const choices: JupyterFrontEndPlugin<IChoices> = {
  id: SETTINGS,
  description: "The settings of sophnet_jupyter in JupyterLab.",
  autoStart: true,
  provides: IChoices,
  optional: [ISettingRegistry],
  activate(_app, registry: ISettingRegistry | null) {
    const chosen = { dictation: "prompt", model: "", voice: "" } as const;
    const found: { -readonly [Name in keyof IChoices]: IChoices[Name] } = { ...chosen };
    registry?.load(SETTINGS).then(
      (settings) => {
        const read = () => Object.assign(found, settings.composite);
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
