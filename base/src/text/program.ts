/**
 * The name that this program was started by, `pipeline` or `onnoise`, for sentences that tell the user what to run. Set once
 * per command line, because a program has one name.
 */
const OWN = 'pipeline';
let name = OWN;

export function setProgram(started: string = OWN): void {
  name = started;
}

/** `onnoise`, or with words `onnoise setup tfjs-node`. */
export const program = (...words: readonly string[]): string => [name, ...words].join(' ');
