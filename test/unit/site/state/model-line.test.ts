import { describe, expect, it } from 'vitest';
import { liveFacts, MOST_LIVE_CALLS } from '#site/state/model-line.ts';

const student = (calls: number) => ({ distilled: { calls, guidance: 1.1 }, classes: 2, conditions: [] });

describe('models that draw while sliders move', () => {
  it('are students of few calls', () => {
    expect(liveFacts(student(1))).toEqual({ calls: 1, classes: ['0', '1'], conditions: [] });
    expect(liveFacts({ ...student(2), classNames: ['female', 'male'] })?.classes).toEqual(['female', 'male']);
    expect(liveFacts(student(MOST_LIVE_CALLS))).toBeDefined();
    expect(liveFacts(student(MOST_LIVE_CALLS + 1))).toBeUndefined();
    expect(liveFacts({ classes: 2, conditions: [] })).toBeUndefined();
  });

  it('are not told a drawing, which takes its own time', () => {
    expect(liveFacts({ ...student(1), conditionImage: { shape: [1, 8, 8] } })).toBeUndefined();
  });
});
