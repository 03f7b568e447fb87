import type { JupyterFrontEnd } from "@jupyterlab/application";

// Of other notebooks, which do not lie beside a copy.
const LINKS = "](tour.ipynb)";

/** Put a copy of the quickstart into a folder, and open it; without a kernel that we choose. */
export async function openStarter(
  { commands, serviceManager }: JupyterFrontEnd,
  folder: string,
): Promise<unknown> {
  const { contents } = serviceManager;
  // Loaded when it is wanted.
  const { default: quickstart } = await import("../../../notebooks/quickstart.ipynb");
  const cells = quickstart.cells.filter(({ source }) => !source.join("").includes(LINKS));
  const made = await contents.newUntitled({ path: folder, type: "notebook" });
  await contents.save(made.path, {
    type: "notebook",
    format: "json",
    content: { ...quickstart, cells },
  });
  return commands.execute("docmanager:open", { path: made.path });
}
