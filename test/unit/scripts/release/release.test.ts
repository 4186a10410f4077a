import { describe, expect, it } from 'vitest';
import { says } from '#test/says.ts';
import { releaseChangelog } from '../../../../scripts/release/changelog.ts';
import { atVersion, type CheckedIn, commonVersion, readManifests } from '../../../../scripts/release/manifests.ts';
import { lacksProvenance } from '../../../../scripts/release/provenance.ts';
import { tagOf } from '../../../../scripts/release/publish.ts';
import { nextVersion } from '../../../../scripts/release/version.ts';

describe('nextVersion', () => {
  it.each([
    [undefined, '0.1.9'],
    ['patch', '0.1.10'],
    ['minor', '0.2.0'],
    ['major', '1.0.0'],
    ['0.1.10', '0.1.10'],
    ['1.0.0-beta.1', '1.0.0-beta.1'],
  ])('takes %s as %s after 0.1.9', (asked, version) => {
    expect(nextVersion('0.1.9', asked)).toBe(version);
  });

  it.each(['0.1.8', '0.0.99', 'new', '1.2', 'v1.2.3'])('refuses %s', (asked) => {
    expect(() => nextVersion('0.1.9', asked)).toThrow(/^Cannot release: the version must be /);
  });
});

describe('releaseChangelog', () => {
  const text = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n';

  it('gives what is unreleased a version and a date, and opens a new section', () => {
    const { changelog, notes } = releaseChangelog(text, '0.2.0', '2026-02-03');
    expect(notes).toBe('### Added\n\n- A thing.');
    expect(changelog).toContain('# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added\n');
    expect(changelog).toContain('- A thing.\n\n## [0.1.0] - 2026-01-01\n');
  });

  it('takes the heading of a first release, which has its version already', () => {
    const first = '# Changelog\n\n## [0.1.0] - Unreleased\n\n- All of it.\n';
    expect(releaseChangelog(first, '0.1.0', '2026-02-03').changelog).toContain(
      '## [0.1.0] - 2026-02-03\n\n- All of it.\n',
    );
    expect(() => releaseChangelog(first, '0.2.0', '2026-02-03')).toThrow('must be 0.1.0, as CHANGELOG.md says');
  });

  it('refuses a release with nothing new', () => {
    expect(() => releaseChangelog('## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- x\n', '0.2.0', '')).toThrow(
      'received nothing',
    );
    expect(() => releaseChangelog('## [0.1.0] - 2026-01-01\n', '0.2.0', '')).toThrow('must have a heading');
  });
});

describe('manifests', () => {
  const own: [string, CheckedIn][] = [
    ['package.json', { name: 'root', version: '1.0.0' }],
    ['a/package.json', { name: 'a', version: '1.0.0', dependencies: { b: '1.0.0', sharp: '^1.0.0' } }],
    ['b/package.json', { name: 'b', version: '1.0.0', peerDependencies: { a: '1.0.0' } }],
  ];

  it('of this repository have one version', async () => {
    expect(commonVersion(await readManifests())).toMatch(says('.*.'));
  });

  it('name each other at the version', () => {
    expect(commonVersion(new Map(own))).toBe('1.0.0');
    const [root, [path, a]] = [own[0]!, own[1]!];
    const other = { ...a, dependencies: { b: '0.9.0' } };
    expect(() => commonVersion(new Map([root, [path, other], own[2]!]))).toThrow('a/package.json must ask for b 1.0.0');
    expect(() => commonVersion(new Map([root, [path, { ...a, version: '2.0.0' }]]))).toThrow(
      'must be 1.0.0, received 2.0.0',
    );
  });

  it('get a version in all the places of ours, and in no other', () => {
    const names = new Set(own.map(([, { name }]) => name));
    expect(atVersion(own[1]![1], '2.0.0', names)).toEqual({
      name: 'a',
      version: '2.0.0',
      dependencies: { b: '2.0.0', sharp: '^1.0.0' },
    });
    expect(atVersion(own[2]![1], '2.0.0', names).peerDependencies).toEqual({ a: '2.0.0' });
  });
});

describe('lacksProvenance', () => {
  const url = 'git+https://github.com/owner/name.git';
  const env = { GITHUB_ACTIONS: 'true', ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x', GITHUB_REPOSITORY: 'owner/name' };

  it('is satisfied by a workflow of the repository that the manifests name', () => {
    expect(lacksProvenance(url, env)).toBeUndefined();
  });

  it.each([
    [{}, 'only where .github/workflows/release.yml publishes'],
    [{ ...env, ACTIONS_ID_TOKEN_REQUEST_URL: undefined }, 'no permission id-token: write'],
    [{ ...env, GITHUB_REPOSITORY: 'fork/name' }, 'names the repository owner/name, and the workflow runs in fork/name'],
  ])('says what is missing', (given, words) => {
    expect(lacksProvenance(url, given)).toContain(words);
  });
});

it('what comes before a release is not what npm installs', () => {
  expect([tagOf('1.0.0'), tagOf('1.0.0-beta.1')]).toEqual(['latest', 'next']);
});
