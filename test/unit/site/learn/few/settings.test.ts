import { describe, expect, it } from 'vitest';
import { formatSettings, readSettings, STANDARD } from '#site/views/learn/improve/few/settings.ts';

const read = (query: string) => readSettings(new URLSearchParams(query), ['hands-4', 'hands-1']);

describe('the address of the figures on few calls', () => {
  it('is empty for what is shown at first', () => {
    expect(formatSettings(STANDARD)).toEqual({});
    expect(read('')).toEqual({ settings: STANDARD, aside: [] });
  });

  it('brings back what it was made of', () => {
    const settings = { steps: 4, data: 'moons', show: 'pairs', student: 'hands-1' } as const;
    const query = new URLSearchParams(Object.entries(formatSettings(settings)).map(([k, v]) => [k, String(v)]));
    expect(readSettings(query, ['hands-1'])).toEqual({ settings, aside: [] });
  });

  it.each(['steps=3', 'steps=', 'steps=1e0', 'data=cube', 'show=all', 'student=cats-4'])('leaves %s aside', (text) => {
    expect(read(text)).toEqual({ settings: STANDARD, aside: [text] });
  });
});
