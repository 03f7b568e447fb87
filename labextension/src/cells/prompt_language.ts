import { Language, defineLanguageFacet, languageDataProp } from "@codemirror/language";
import type { IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { styleTags, tags } from "@lezer/highlight";
import type { Element, MarkdownConfig, MarkdownParser } from "@lezer/markdown";
import { cellMagic, fieldAtStart, fieldsOf, wordsOf } from "./magic_line.js";
import type { Field, Kind } from "./magic_line.js";

// An apostrophe closes nothing in prose, and nothing there is commented out.
const data = defineLanguageFacet({
  closeBrackets: { brackets: ["(", "[", "{", "`"] },
  wordChars: "",
});
const NODES: Record<Kind, string> = {
  magic: "MagicName",
  option: "MagicOption",
  value: "MagicValue",
  prose: "MagicProse",
};
const OPEN = 123;
// A field with longer names is not colored: what is read at each brace stays bounded.
const LONGEST_FIELD = 200;

type Make = (name: string, from: number, to: number, children?: readonly Element[]) => Element;

/** Markdown as the page knows it, with a magic's line at its top and `{…}` in its words. */
export function promptLanguage(markdown: MarkdownParser): Language {
  return new Language(data, markdown.configure(PROMPT), [], "sophnet-prompt");
}

/**
 * The language, of the parser that the page itself uses for Markdown; null where that is not
 * CodeMirror's.
 */
export async function loadPromptLanguage(
  languages: IEditorLanguageRegistry,
): Promise<Language | null> {
  const markdown = await languages.getLanguage("text/x-ipythongfm");
  const parser = markdown?.support?.language.parser as MarkdownParser | undefined;
  return parser && "configure" in parser ? promptLanguage(parser) : null;
}

const PROMPT: MarkdownConfig = {
  defineNodes: [
    { name: "MagicLine", block: true },
    ...Object.values(NODES).map((name) => ({ name })),
    { name: "Field" },
    { name: "FieldName" },
    { name: "FieldKey" },
  ],
  props: [
    languageDataProp.add({ Document: data }),
    styleTags({
      MagicName: tags.meta,
      MagicOption: tags.attributeName,
      MagicValue: tags.string,
      "Field/...": tags.special(tags.variableName),
      FieldName: tags.special(tags.variableName),
      FieldKey: tags.propertyName,
    }),
  ],
  parseBlock: [
    {
      name: "MagicLine",
      before: "IndentedCode",
      parse(cx, line) {
        const from = cx.lineStart;
        // Further down it is something that somebody quotes.
        if (from > 0 && before(cx, from).trim()) return false;
        if (!cellMagic(line.text)) return false;
        const make: Make = (...facts) => cx.elt(...facts);
        cx.addElement(make("MagicLine", from, from + line.text.length, parts(line.text, from, make)));
        cx.nextLine();
        return true;
      },
    },
  ],
  parseInline: [
    {
      name: "Field",
      before: "Emphasis",
      parse(cx, next, at) {
        if (next !== OPEN || (at > cx.offset && cx.char(at - 1) === OPEN)) return -1;
        const field = fieldAtStart(cx.slice(at, Math.min(cx.end, at + LONGEST_FIELD)));
        return field ? cx.addElement(fieldElement(field, at, (...facts) => cx.elt(...facts))) : -1;
      },
    },
  ],
};

/** The text above a line. The parser's own access to it is not in its types. */
function before(cx: object, from: number): string {
  const { input } = cx as { input?: { read(from: number, to: number): string } };
  return input?.read(0, from) ?? "";
}

function parts(line: string, at: number, make: Make): Element[] {
  return wordsOf(line).map(({ kind, from, to }) => {
    const fields = fieldsOf(line.slice(from, to)).map((field) => fieldElement(field, at + from, make));
    return make(NODES[kind], at + from, at + to, kind === "magic" ? [] : fields);
  });
}

function fieldElement(field: Field, at: number, make: Make): Element {
  const names = field.names.map(({ from, to }, index) =>
    make(index ? "FieldKey" : "FieldName", at + from, at + to),
  );
  return make("Field", at + field.from, at + field.to, names);
}
