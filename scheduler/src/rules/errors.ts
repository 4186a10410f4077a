/**
 * A caller's mistake, in one sentence. The command line prints the sentence and exits with 2;
 * other errors are bugs and keep their stack.
 *
 * The sentence reads `Cannot <verb> <thing>: <name> must be <rule>, received <value>.`
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly #subject: string | undefined;

  constructor(message: string, { subject, ...options }: ErrorOptions & { subject?: string } = {}) {
    super(message, options);
    this.#subject = subject;
  }

  /** The name in the sentence, if it was given apart: `steps`. */
  get subject(): string | undefined {
    return this.#subject;
  }
}

/** Why, without what cannot be done: `steps must be ...` of `Cannot sample images: steps must be ...`. */
export const reasonOf = ({ message }: Error): string => message.replace(/^Cannot [^:]+: /, '');

/** Throws the sentence: `refuse('sample images', 'steps', 'an integer from 1 to 300', 0)`. */
export function refuse(action: string, name: string, rule: string, received: unknown): never {
  const message = `Cannot ${action}: ${name} must be ${rule}, received ${show(received)}.`;
  throw new InputError(message, { subject: name });
}

/** A value for use in a sentence: short, strings in quotes, long arrays by their length. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return value.length > 8 ? `an array of ${value.length}` : `[${value.map(show).join(', ')}]`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return shorten(JSON.stringify(value));
  return String(value);
}

/** A number for use in a sentence. JSON's numbers are floats, so a whole one beyond 2^53 has already changed. */
export function showNumber(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER || Math.abs(value) >= 1e21) {
    return String(value);
  }
  return value > 0 ? 'one beyond 2^53' : 'one below -2^53';
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
