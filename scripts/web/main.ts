/**
 * Serves the page for development, or builds it into a folder:
 *
 *     npm run web -- --model out/digits
 *     npm run web -- --model out/hands --real hands
 *     npm run build:web
 */
import { resolve } from 'node:path';
import { build, createServer } from 'vite';
import { exitCodeOf } from '../../base/src/terminal/errors.ts';
import { siteConfig } from '../../site/vite.config.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { readReal } from './real-pictures.ts';

/** What is to be known of a page on a network. */
const OPEN = 'Every device of this network can open it, and copy the pictures.';

try {
  const options = await readOptions(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else await (options.command === 'serve' ? serve(options) : buildSite(options));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

async function serve({ models, real, port, host, open }: Options): Promise<void> {
  const given = real && (await readReal(real));
  const config = siteConfig({ models, real: given });
  const server = await createServer({
    ...config,
    configFile: false,
    server: { ...config.server, open, ...(host && { host }), ...(port !== undefined && { port }) },
  });
  await server.listen();
  server.printUrls();
  if (models[0] !== undefined) console.log(`\n  The page shows ${models[0]} first. Ctrl-C ends the server.`);
  if (given) console.log(`  ${given.said} ${host ? OPEN : 'Only this machine can open it.'}`);
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
