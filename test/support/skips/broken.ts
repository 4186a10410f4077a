/** Tests that do not run because the hook before them fails. */
import { beforeAll, describe, it } from 'vitest';

describe('broken', () => {
  beforeAll(() => {
    throw new Error('as it should');
  });
  it('never runs', () => {});
});
