/**
 * How this worker was started, for workers from the same script. A bundler may make a classic worker of a module: a script that loads
 * its parts by `importScripts` would fail as a module, where that throws. Stands for itself: the packages' build copies its text.
 */
export function ownType(): 'classic' | 'module' {
  try {
    (globalThis as unknown as { importScripts(): void }).importScripts();
    return 'classic';
  } catch {
    return 'module';
  }
}
