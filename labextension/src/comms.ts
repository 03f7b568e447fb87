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

/** Whether the kernel says that it does not know a comm; it is asked behind the cell that runs. */
export async function isForgotten(
  kernel: Kernel.IKernelConnection,
  comm: Kernel.IComm,
): Promise<boolean> {
  const asked = kernel.requestCommInfo({ target_name: comm.targetName });
  const reply = await asked.catch(() => null);
  return reply?.content.status === "ok" && !(comm.commId in reply.content.comms);
}
