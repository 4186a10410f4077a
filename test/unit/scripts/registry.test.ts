/** The registry of `npm run registry`: of other packages all versions, which it leaves to the real one. */
import { expect, it, onTestFinished } from 'vitest';
import { startRegistry } from '#test/consumers/registry.ts';

const UPSTREAM = 'https://registry.example/npm/';

async function ask(path: string, locked?: boolean): Promise<{ status: number; location: string | null }> {
  const registry = await startRegistry([], UPSTREAM, locked);
  onTestFinished(() => registry.stop());
  const { status, headers } = await fetch(registry.url + path, { redirect: 'manual' });
  return { status, location: headers.get('location') };
}

it('passes on what package-lock.json has too, documents and tarballs alike', async () => {
  for (const path of ['vite', '@types%2fnode', 'vite/-/vite-7.0.0.tgz'])
    expect(await ask(path)).toEqual({ status: 302, location: UPSTREAM + path });
});

it('answers for the lock itself where that is asked for, and passes on the rest', async () => {
  expect(await ask('vite', true)).toEqual({ status: 200, location: null });
  expect(await ask('next', true)).toEqual({ status: 302, location: `${UPSTREAM}next` });
});
