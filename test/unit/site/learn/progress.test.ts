import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHAPTERS, findChapter, neighbours } from '#site/views/learn/chapters.ts';
import { done, forget, goOn, last, markDone, parseDone } from '#site/views/learn/progress.ts';
import { stubStorage } from '#test/kept.ts';

afterEach(() => vi.unstubAllGlobals());
beforeEach(forget);

describe('the chapters', () => {
  test('each have an idea in one sentence, and neighbours in their order', () => {
    for (const { id, idea } of CHAPTERS) {
      expect(idea, id).toMatch(/^[A-Z“][\s\S]*[.?]$/);
      expect(findChapter(id)?.id).toBe(id);
    }
    expect(neighbours(CHAPTERS[0].id)).toEqual({ before: undefined, after: CHAPTERS[1], number: 1 });
    expect(neighbours('game').after).toBeUndefined();
    expect(findChapter('__proto__')).toBeUndefined();
  });
});

describe('parseDone', () => {
  test('reads what was kept and leaves out what is no chapter', () => {
    expect([...parseDone('why guess nonsense why')]).toEqual(['why', 'guess']);
    expect([...parseDone(undefined)]).toEqual([]);
    expect([...parseDone('')]).toEqual([]);
  });
});

describe('goOn', () => {
  test('is the open chapter, then the first one after it that is not done', () => {
    expect(goOn.value.id).toBe('why');
    last.value = findChapter('guess');
    expect(goOn.value.id).toBe('guess');
    markDone('guess');
    markDone('network');
    expect(goOn.value.id).toBe('data');
    last.value = findChapter('game');
    markDone('game');
    expect(goOn.value.id).toBe('why');
    for (const { id } of CHAPTERS) markDone(id);
    expect(goOn.value.id).toBe('why');
    expect(done.value.size).toBe(CHAPTERS.length);
  });
});

describe('progress', () => {
  test('is kept in the browser, and lasts without it', () => {
    const kept = stubStorage('localStorage');
    markDone('why');
    expect(kept.get('onnoise.learn.done')).toBe('why');
    vi.stubGlobal('localStorage', {
      setItem() {
        throw new DOMException('refused', 'SecurityError');
      },
    });
    markDone('guess');
    expect([...done.value]).toEqual(['why', 'guess']);
  });

  test('keeps what another tab has marked meanwhile', () => {
    const kept = stubStorage('localStorage', new Map([['onnoise.learn.done', 'improve']]));
    markDone('why');
    expect(kept.get('onnoise.learn.done')).toBe('improve why');
    expect([...done.value]).toEqual(['improve', 'why']);
  });
});
