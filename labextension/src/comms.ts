import type { Kernel } from "@jupyterlab/services";

/**
 * Nothing is sent on a comm of events, so it needs no subshell. JupyterLab gives it one all the same:
 * that of its target, which is the line's own unless the kernel is of an older version.
 */
export async function giveBackSubshell(down: Kernel.IComm): Promise<void> {
  const comm = down as { subshellStarted?: Promise<void>; commsOverSubshells?: string };
  const hasOne = await comm.subshellStarted?.then(() => true, () => false);
  // What is disposed has given it back.
  if (hasOne && !down.isDisposed) comm.commsOverSubshells = "disabled";
}

/** The subshell that serves a comm, if it has one. */
export const subshellOf = (comm: Kernel.IComm | undefined): string | null =>
  (comm as { subshellId?: string | null } | undefined)?.subshellId ?? null;
