/** Whether gRPC can be served, for whoever would know it before the models are loaded. It has no types of optional packages. */

/** @throws InputError with the line that installs what is missing */
export async function checkGrpc(): Promise<void> {
  const { loadGrpc } = await import('./libraries.ts');
  await loadGrpc();
}
