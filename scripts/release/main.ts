/**
 * A release, in two halves:
 *
 *     npm run release -- minor --dry-run   # all of both but what others would see; the working tree stays as it is
 *     npm run release -- minor             # version, changelog, commit and tag, to be pushed
 *     npm run release -- --publish         # builds the tagged commit and publishes it: release.yml does so
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RootManifest } from '../packages/manifest.ts';
import { packAll } from '../packages/packed.ts';
import { ROOT, TARBALLS_FOLDER } from '../packages/paths.ts';
import { releaseChangelog } from './changelog.ts';
import { changedFiles, commitAndTag, commitOf, hasTag } from './git.ts';
import { commonVersion, readManifests, writeManifests } from './manifests.ts';
import { lacksProvenance } from './provenance.ts';
import { publish, tagOf } from './publish.ts';
import { nextVersion } from './version.ts';

const CHANGELOG = join(ROOT, 'CHANGELOG.md');
const say = (line = '') => console.log(line);

try {
  const { values, positionals } = parseArgs({
    options: { 'dry-run': { type: 'boolean', default: false }, publish: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { 'dry-run': dryRun, publish: publishes } = values;
  if (publishes) await publishAll(commonVersion(await readManifests()), dryRun);
  else await release(positionals[0], dryRun);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** The first half; a dry run goes on with the second. */
async function release(asked: string | undefined, dryRun: boolean): Promise<void> {
  const manifests = await readManifests();
  const current = commonVersion(manifests);
  const version = nextVersion(current, asked);
  const tag = `v${version}`;
  const subject = `Release ${version}`;
  if (await hasTag(tag)) throw new Error(`Cannot release: the tag ${tag} must be new, there is one.`);
  const changes = await changedFiles();
  if (changes !== '' && !dryRun)
    throw new Error(`Cannot release: the working tree must be clean, received\n${changes}`);
  const text = await readFile(CHANGELOG, 'utf8');
  const { changelog, notes } = releaseChangelog(text, version, new Date().toISOString().slice(0, 10));

  say(`Version ${current === version ? version : `${current} -> ${version}`}, tag ${tag}, commit ${await commitOf()}`);
  if (changes !== '') say(`Not committed yet, which a release refuses:\n${changes}`);
  say(`Changelog: ${notes.split('\n').filter((line) => line.startsWith('- ')).length} entries`);
  if (!dryRun) {
    await writeManifests(manifests, version);
    await writeFile(CHANGELOG, changelog);
    await commitAndTag(subject, tag);
    say(`Committed and tagged. To publish: git push --follow-tags`);
    return;
  }
  if (version !== current) say(`The packages below are built as they are, as ${current}.`);
  await publishAll(current, true);
}

async function publishAll(version: string, dryRun: boolean): Promise<void> {
  const { repository } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as RootManifest;
  const unsigned = lacksProvenance(repository.url);
  if (unsigned !== undefined && !dryRun) throw new Error(`Cannot publish with provenance: ${unsigned}.`);
  await mkdir(TARBALLS_FOLDER, { recursive: true });
  for (const { file, size, integrity } of await packAll(TARBALLS_FOLDER)) {
    await publish(file, { dryRun, provenance: unsigned === undefined, tag: tagOf(version) });
    const kib = (size / 1024).toFixed(0);
    say(`${dryRun ? 'Would publish' : 'Published'} ${basename(file)}, ${kib} KiB, ${integrity}`);
  }
  say(unsigned === undefined ? 'Provenance: signed by npm.' : `Provenance: none here, ${unsigned}.`);
}
