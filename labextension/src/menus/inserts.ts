import type { TranslationBundle } from "@jupyterlab/translation";
import type { IChoices } from "../settings.js";
import { cellFor, promptFor, pythonString } from "./file_cells.js";

/** A command that puts a cell below the active one. */
export interface Insert {
  id: string;
  label: string;
  text: (choices: IChoices) => string;
}

export function inserts(trans: TranslationBundle): Insert[] {
  const model = ({ model }: IChoices) => (model ? ` -m ${model}` : "");
  const voice = ({ voice }: IChoices) => (voice ? ` --voice ${voice}` : "");
  const panel = (name: string) => () => `from sophnet_jupyter import ${name}\n${name}()`;
  return [
    { id: "load", label: trans.__("Load sophnet_jupyter"), text: () => "%load_ext sophnet_jupyter" },
    { id: "ask", label: trans.__("Ask a Model"), text: (its) => `%%sophchat${model(its)}\n` },
    { id: "imagine", label: trans.__("Make an Image"), text: () => "%%imagine\n" },
    { id: "animate", label: trans.__("Make a Video"), text: () => "%%animate\n" },
    { id: "speak", label: trans.__("Say a Text Aloud"), text: (its) => `%%speak${voice(its)}\n` },
    { id: "listen", label: trans.__("Listen to the Microphone"), text: () => "%listen -o mic" },
    { id: "talk", label: trans.__("Talk with a Model"), text: (its) => `%talk${voice(its)}` },
    { id: "chat-panel", label: trans.__("Chat Panel"), text: panel("ChatPanel") },
    { id: "image-studio", label: trans.__("Image Studio"), text: panel("ImageStudio") },
    { id: "voice-studio", label: trans.__("Voice Studio"), text: panel("VoiceStudio") },
    { id: "doctor", label: trans.__("Find Out What Is Wrong"), text: () => "%sophnet doctor" },
    { id: "help", label: trans.__("All Magics"), text: () => "%sophnet help" },
  ];
}

/** A command on files: the cells that it puts below the active one, of which the last is entered. */
export interface FileInsert {
  id: string;
  label: string;
  /** Endings of the files that it is for. */
  kinds: readonly string[];
  cells: (path: string) => string[];
}

// As our magics take them.
const SOUNDS = ["3gp", "aac", "amr", "flac", "flv", "m4a", "mp3", "mp4", "ogg", "opus", "wav", "wma"];
const PICTURES = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];
const DOCUMENTS = ["doc", "docx", "pdf", "pptx", "txt", "xlsx"];

export function fileInserts(trans: TranslationBundle): FileInsert[] {
  const one = (lines: (file: string) => string) => (path: string) => [cellFor(lines, path)];
  const describe = trans.__("Describe this picture.");
  const column = (path: string) =>
    `import pandas as pd\ntable = pd.read_csv(${pythonString(path)})\n%embed table.COLUMN -o vectors`;
  return [
    {
      id: "transcribe",
      kinds: SOUNDS,
      label: trans.__("Transcribe"),
      cells: one((file) => `%transcribe ${file} -o talk`),
    },
    {
      id: "ocr",
      kinds: PICTURES,
      label: trans.__("Read the Text in It"),
      cells: one((file) => `%ocr ${file} -o page`),
    },
    {
      id: "describe",
      kinds: PICTURES,
      label: trans.__("Describe It"),
      cells: (path) => promptFor("sophchat", path, describe),
    },
    {
      id: "parse",
      kinds: DOCUMENTS,
      label: trans.__("Read as Markdown"),
      cells: one((file) => `%parse ${file} -o text`),
    },
    {
      id: "embed",
      kinds: ["csv"],
      label: trans.__("Embed a Column"),
      cells: (path) => [column(path)],
    },
    {
      id: "excel",
      kinds: ["xlsx"],
      label: trans.__("Ask About This Workbook"),
      // In quotes, since other words follow it.
      cells: (path) => [
        cellFor((file) => `%excel put "${file}" as workbook`, path),
        "%%excel --files workbook\n",
      ],
    },
  ];
}
