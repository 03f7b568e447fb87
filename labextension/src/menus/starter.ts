import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { TranslationBundle } from "@jupyterlab/translation";

/** Make a notebook with a first prompt in a folder, and open it; without a kernel that we choose. */
export async function openStarter(
  { commands, serviceManager }: JupyterFrontEnd,
  trans: TranslationBundle,
  folder: string,
): Promise<unknown> {
  const { contents } = serviceManager;
  const made = await contents.newUntitled({ path: folder, type: "notebook" });
  const first = trans.__("Prompts are cells. Without a key the sandbox answers: run them in order.");
  const cells = [
    { cell_type: "markdown", source: `# SophNet\n\n${first}` },
    code("%load_ext sophnet_jupyter"),
    code('planets = {"Mars": 2, "Jupiter": 97, "Saturn": 274}'),
    code(`%%sophchat -o answer\n${trans.__("Which of these planets has the most moons?")} {planets}`),
    code("answer.text"),
  ];
  await contents.save(made.path, {
    type: "notebook",
    format: "json",
    content: { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: cells.map(withId) },
  });
  return commands.execute("docmanager:open", { path: made.path });
}

const code = (source: string) => ({
  cell_type: "code",
  source,
  outputs: [],
  execution_count: null,
});

const withId = (cell: object, index: number) => ({ ...cell, metadata: {}, id: `start-${index}` });
