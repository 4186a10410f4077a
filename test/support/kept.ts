import { vi } from 'vitest';

/** Puts a storage that keeps its values in place of the browser's; `vi.unstubAllGlobals()` takes it away. */
export function stubStorage(name: 'localStorage' | 'sessionStorage', kept = new Map<string, string>()) {
  vi.stubGlobal(name, {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  return kept;
}
