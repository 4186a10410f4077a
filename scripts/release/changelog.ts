/** The changelog at a release: what was unreleased gets the version and the date, and a new empty section stands above it. */

/** `## [0.1.0] - Unreleased`, before the first release, or `## [Unreleased]`. */
const HEADING = /^## \[(?:Unreleased|([^\]]+))\](?: - Unreleased)?$/m;

export interface Released {
  /** The whole file after the release. */
  changelog: string;
  /** What the release brings, for its page: the lines below its heading. */
  notes: string;
}

/**
 * @param date `2026-01-31`
 * @throws Error where nothing is unreleased, or it is headed by another version
 */
export function releaseChangelog(text: string, version: string, date: string): Released {
  const heading = HEADING.exec(text);
  const unreleased = heading !== null && /Unreleased/.test(heading[0]);
  if (!unreleased)
    throw new Error('Cannot release: CHANGELOG.md must have a heading "## [Unreleased]", received none.');
  const [line, headed] = heading;
  if (headed !== undefined && headed !== version) {
    throw new Error(`Cannot release: the version must be ${headed}, as CHANGELOG.md says, received ${version}.`);
  }
  const after = text.slice(heading.index + line.length);
  const end = after.search(/^## /m);
  const notes = (end < 0 ? after : after.slice(0, end)).trim();
  if (!/^- /m.test(notes)) throw new Error('Cannot release: CHANGELOG.md must say what is new, received nothing.');
  const before = text.slice(0, heading.index);
  return { changelog: `${before}## [Unreleased]\n\n## [${version}] - ${date}${after}`, notes };
}
