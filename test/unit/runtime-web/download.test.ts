import { InputError } from '@onnoise/scheduler/rules';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { download } from '#runtime-web/session/download.ts';

afterEach(() => vi.unstubAllGlobals());

/** fetch answers with these chunks; an Error among them ends the body there. */
function answer(chunks: (Uint8Array | Error)[], headers: Record<string, string> = {}, status = 200): void {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else if (chunk instanceof Error) controller.error(chunk);
      else controller.enqueue(chunk);
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers }));
}

const ACTION = 'load the model';
const file = (length: number) => new Uint8Array(length).fill(7);

describe('download', () => {
  it('decodes an address that is the file itself, which a policy may forbid to fetch', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('forbidden')));
    const text = async (url: string) => new TextDecoder().decode(await download(url, { action: ACTION }));
    expect(await text('data:application/json;base64,eyJhIjogIsOpIn0=')).toBe('{"a": "é"}');
    expect(await text('data:application/json,%7B%22a%22:%20%22%C3%A9,%22%7D')).toBe('{"a": "é,"}');
  });

  it('counts the bytes as they arrive and joins them', async () => {
    answer([file(3), file(5)], { 'content-length': '8' });
    const told: [number, number | null][] = [];
    expect(await download('a', { action: ACTION, onProgress: (...progress) => told.push(progress) })).toEqual(file(8));
    expect(told).toEqual([
      [0, 8],
      [3, 8],
      [8, 8],
    ]);
  });

  it('knows no total where the body is compressed or the server tells none', async () => {
    for (const headers of [{ 'content-length': '4', 'content-encoding': 'gzip' }, {}]) {
      answer([file(8)], headers as Record<string, string>);
      const totals = new Set<number | null>();
      await download('a', { action: ACTION, onProgress: (_, total) => totals.add(total) });
      expect([...totals]).toEqual([null]);
    }
  });

  it.each<[string, () => void, string]>([
    ['is not there', () => answer([], {}, 404), 'Cannot load the model: u/a must be there, received status 404.'],
    [
      'is a page',
      () => answer([file(9)], { 'content-type': 'text/html; charset=utf-8' }),
      'Cannot load the model: u/a must be a file, received an HTML page.',
    ],
    [
      'ends early',
      () => answer([file(9)], { 'content-length': '12' }),
      'Cannot load the model: u/a must arrive whole, 12 bytes, received 9 bytes.',
    ],
    [
      'breaks off',
      () => answer([file(9), new TypeError('network error')]),
      'Cannot load the model: u/a must arrive whole, received 9 bytes and "network error".',
    ],
    [
      'is out of reach',
      () => vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch'))),
      'Cannot load the model: u/a must answer, received "Failed to fetch".',
    ],
    [
      'is asked for offline',
      () => {
        vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
        vi.stubGlobal('navigator', { onLine: false });
      },
      'Cannot load the model: u/a must answer, received "the browser is offline".',
    ],
  ])('refuses a file that %s', async (_, prepare, message) => {
    prepare();
    await expect(download('u/a', { action: ACTION })).rejects.toThrow(new InputError(message));
  });

  it("rejects with the signal's reason, not with what the abort broke", async () => {
    const abort = new AbortController();
    answer([file(1), new TypeError('aborted')]);
    const loading = download('a', { action: ACTION, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
