/** What is said where something is refused. */
import { InputError } from '@onnoise/scheduler/rules';
import { expect } from 'vitest';

/** The work must fail with an error of this class. @returns its message */
export async function sentenceOf(work: Promise<unknown>, kind: new (message: string) => Error = InputError) {
  const error = await work.then(
    () => new Error('it was accepted'),
    (refused: Error) => refused,
  );
  expect(error).toBeInstanceOf(kind);
  return error.message;
}
