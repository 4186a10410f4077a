import { afterEach, describe, expect, it, vi } from 'vitest';
import { findTraining, forgetTraining } from '#runtime-web/trainer/checkpoints.ts';

afterEach(() => vi.unstubAllGlobals());

/** The browser itself keeps and finds them in test/browser/library/trainer.test.ts. */
describe('the store of checkpoints', () => {
  const SENTENCE =
    /^Cannot keep the training: the browser must let the page store data, which private windows may not, received ".+"\. Download the model before you close the tab\.$/;

  it('says in a sentence that there is no IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(findTraining('page')).rejects.toThrow(SENTENCE);
    await expect(forgetTraining('page')).rejects.toThrow(SENTENCE);
  });

  it('says in a sentence that a private window refuses it', async () => {
    vi.stubGlobal('indexedDB', {
      open() {
        const request = { error: new DOMException('A mutation operation was attempted', 'InvalidStateError') };
        setTimeout(() => (request as unknown as IDBOpenDBRequest).onerror?.({} as Event));
        return request;
      },
    });
    await expect(findTraining('page')).rejects.toThrow(SENTENCE);
  });
});
