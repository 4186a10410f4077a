/**
 * Serves the page for development, or builds it into a folder. For the other devices of a network it serves a built page, in
 * which a view is a few small files: a phone would wait for the hundreds of the page as it is written.
 *
 *     npm run web -- --model out/digits
 *     npm run web -- --model out/hands --real hands
 *     npm run build:web
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, createServer, preview } from 'vite';
import { exitCodeOf } from '../../base/src/terminal/errors.ts';
import { siteConfig } from '../../site/vite.config.ts';
import { compressed } from './compress.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { readReal } from './real-pictures.ts';

/** vite's own. */
const PORT = 5173;
/** What is to be known of a page on a network. */
const OPEN = 'Every device of this network can open it, and copy the pictures.';

try {
  const options = await readOptions(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else if (options.command === 'build') await buildSite(options);
  else await (options.host ? serveNetwork(options) : serve(options));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

async function serve({ models, real, port, open }: Options): Promise<void> {
  const given = real && (await readReal(real));
  const config = siteConfig({ models, real: given });
  const server = await createServer({
    ...config,
    configFile: false,
    server: { ...config.server, open, ...(port !== undefined && { port }) },
  });
  await server.listen();
  server.printUrls();
  if (models[0] !== undefined) console.log(`\n  The page shows ${models[0]} first. Ctrl-C ends the server.`);
  if (given) console.log(`  ${given.said} Only this machine can open it.`);
}

/** The built page lies in a folder that only this user can read, until the server ends. */
async function serveNetwork({ models, real, port = PORT, open }: Options): Promise<void> {
  const given = real && (await readReal(real));
  const out = await mkdtemp(join(tmpdir(), 'onnoise-page-'));
  const remove = () => rmSync(out, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit());
  const config = siteConfig({ models, real: given, out });
  console.log('Building the page …');
  await build({ ...config, configFile: false, logLevel: 'warn' });
  const { plugins: _, ...plain } = config;
  const server = await preview({
    ...plain,
    configFile: false,
    plugins: [compressed(out)],
    preview: { ...config.preview, host: true, port, open },
  });
  server.printUrls();
  if (models[0] !== undefined) console.log(`\n  The page shows ${models[0]} first.`);
  console.log('  Ctrl-C ends the server.');
  if (given) console.log(`  ${given.said} ${OPEN}`);
}

async function buildSite({ models, real, out }: Options): Promise<void> {
  const given = real && (await readReal(real));
  const config = siteConfig({ models, real: given, ...(out !== undefined && { out: resolve(out) }) });
  await build({ ...config, configFile: false });
  const folder = out ?? 'dist';
  console.log(
    `\nBuilt into ${folder}/: any static server can serve it, from any folder; here: node ${folder}/serve.mjs`,
  );
  if (given) {
    console.log(
      `${given.said} ${folder}/ now holds these pictures: do not publish it, unless you may publish them. A browser that opened the page keeps them, too.`,
    );
  }
}
