/** Every way to skip a test, for the test of the reporter. */
import { describe, expect, it } from 'vitest';
import { skipBecause } from '../skip.ts';

const run = () => expect(1).toBe(1);

describe('engine', skipBecause('no engine: install one'), () => {
  it('starts', run);
  describe('training', () => {
    it('steps', run);
  });
});

describe('model', () => {
  it('loads', skipBecause(undefined), run);
  it('runs on the engine', skipBecause('no engine: install one'), run);
  it.each([1, 2])('exports %i', skipBecause('no disk: buy one'), run);
  it('samples', (context) => context.skip('no GPU: run where one is'));
  it.skip('dreams (skipped: no sleep)', run);
  it.todo('thinks');
});

it.skip('is silent', run);
it('has no engine either', (context) => context.skip('no engine: install one'));
