/** Versions: all packages share one. Semantic Versioning 2.0.0, https://semver.org, with a word for what comes before a release. */
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?$/;

const STEPS = ['major', 'minor', 'patch'] as const;

/**
 * @param asked a step, a version, or `undefined` for the version that the manifests have
 * @throws Error for what is no version, and for one that is not after the current one
 */
export function nextVersion(current: string, asked?: string): string {
  if (asked === undefined || asked === current) return current;
  const [major, minor, patch] = numbersOf(current);
  if (asked === 'major') return `${major + 1}.0.0`;
  if (asked === 'minor') return `${major}.${minor + 1}.0`;
  if (asked === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (!isAfter(numbersOf(asked), [major, minor, patch])) {
    throw new Error(`Cannot release: the version must be ${current} or a later one, received ${asked}.`);
  }
  return asked;
}

type Numbers = [major: number, minor: number, patch: number];

function numbersOf(version: string): Numbers {
  const found = VERSION.exec(version);
  if (!found) {
    throw new Error(
      `Cannot release: the version must be ${STEPS.join(', ')} or a number as 1.2.3, received "${version}".`,
    );
  }
  return [Number(found[1]), Number(found[2]), Number(found[3])];
}

function isAfter(a: Numbers, b: Numbers): boolean {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at < 0 || a[at]! > b[at]!;
}
