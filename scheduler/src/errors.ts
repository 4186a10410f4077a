/**
 * A mistake of the caller, told in one sentence. The command line prints the sentence and exits with 2;
 * every other error is a bug and keeps its stack.
 *
 * The sentence reads `Cannot <verb> <thing>: <name> must be <rule>, received <value>.`
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
