/**
 * Writes the first view into index.html, so that it is on the screen before the page's script is there:
 *
 * - its markup, from the app itself (first-view/write.tsx), with the noise of the first pictures as a file of its own;
 * - two short scripts, allowed by their hashes in the page's policy: first-view/head.ts hides the view from visitors of another
 *   one before anything is painted and has the files of that one fetched, first-view/body.ts gives the pictures their size and
 *   keeps what is pressed early.
 *
 * The app then renders over it and keeps its elements. The dev server's page has none of it.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin, type Rolldown, runnerImport } from 'vite';
import { VIEWS } from '../state/address.ts';
import { BODY, type FirstView, NOISE } from '../state/first-marks.ts';
import { filesOfViews } from './service-worker.ts';

/** What the build writes into index.html. */

/** @throws Error where the page's source has the place not once */
function put(text: string, place: string, content: string): string {
  if (text.split(place).length !== 2) throw new Error(`The page's source must have this once: ${place}`);
  return text.replace(place, () => content);
}

/** Allows inline scripts or styles by their hashes. @param rule of the page's policy, such as `script-src 'self'` */
function allowInline(page: string, rule: string, contents: readonly string[]): string {
  const hashes = contents.map((content) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`);
  return put(page, rule, [rule, ...hashes].join(' '));
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const PLACES = {
  app: '<div id="app"></div>',
  policy: "script-src 'self'",
  /** After the policy, before the styles. */
  head: '<link rel="icon"',
  /** After the pictures. */
  body: `<script data-part="${BODY}"></script>`,
};

interface Written {
  html: string;
  noise: { fileName: string; source: Uint8Array };
  body: string;
}

/** @param config how to read the page's source: its root, its plugins, its JSX */
export function firstView(config: InlineConfig): Plugin {
  let written: Promise<Written> | undefined;
  const once = () => {
    written ??= write(config);
    return written;
  };
  return {
    name: 'onnoise:first-view',
    apply: 'build',
    async generateBundle() {
      this.emitFile({ type: 'asset', ...(await once()).noise });
    },
    transformIndexHtml: {
      order: 'post',
      handler: async (page, { bundle = {} }) => insert(page, await once(), await headScript(page, bundle)),
    },
  };
}

async function write(config: InlineConfig): Promise<Written> {
  const [{ html, noise }, body] = await Promise.all([runFirstView(config), script(here('../first-view/body.ts'))]);
  const hash = createHash('sha256').update(noise).digest('base64url').slice(0, 8);
  return { html, noise: { fileName: `assets/first-${hash}.png`, source: noise }, body };
}

const NO_STYLE = '\0no-style';

/** In Node nobody sees styles, and vite's own plugin for them needs a server. */
const withoutStyles: Plugin = {
  name: 'onnoise:without-styles',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('.css') ? NO_STYLE : null),
  load: (id) => (id === NO_STYLE ? '' : null),
};

/**
 * Runs the app's own code in Node; packages in TypeScript are compiled as the page's are. vite calls its `runnerImport`
 * experimental: another version may need another way.
 */
async function runFirstView({ plugins = [], ...config }: InlineConfig): Promise<FirstView> {
  const { module } = await runnerImport<{ firstView: FirstView }>(here('../first-view/write.tsx'), {
    ...config,
    plugins: [withoutStyles, ...plugins],
    logLevel: 'warn',
    environments: { inline: { resolve: { noExternal: [/^@onnoise\//, /^#/] } } },
  });
  return module.firstView;
}

/** It names what the page's source does not name yet: each file once, and which of them a view needs. */
function headScript(page: string, bundle: Rolldown.OutputBundle): Promise<string> {
  const files = new Map<string, number>();
  const number = (file: string) => files.get(file) ?? files.set(file, files.size).size - 1;
  const ofViews = [...filesOfViews(bundle)].map(([view, { scripts, styles }]) => {
    const further = [...scripts, ...styles].filter((file) => !page.includes(file));
    return [view, further.map(number)] as const;
  });
  return script(here('../first-view/head.ts'), {
    VIEW_FILES: JSON.stringify(Object.fromEntries(ofViews)),
    FILES: JSON.stringify([...files.keys()]),
  });
}

/** One plain script, small enough to stand in the page. @param define constants, as code */
async function script(input: string, define: Record<string, string> = {}): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: {
      write: false,
      target: 'es2022',
      reportCompressedSize: false,
      rolldownOptions: { input, output: { format: 'iife', codeSplitting: false } },
    },
  });
  const [chunk] = (result as Rolldown.RolldownOutput).output;
  return chunk.code.trim();
}

function insert(page: string, { html, noise, body }: Written, head: string): string {
  const view = put(html, PLACES.body, `<script>${body}</script>`).replaceAll(NOISE, `./${noise.fileName}`);
  const allowed = allowInline(page, PLACES.policy, [head, body]);
  const decided = put(allowed, PLACES.head, `<script>${head}</script>\n    ${PLACES.head}`);
  return put(
    decided,
    PLACES.app,
    PLACES.app.replace('><', () => `>${view}<`),
  );
}

/**
 * Writes the styles of the first view into index.html, allowed by their hashes in the page's policy. Nothing is painted before
 * the styles are there, and files of their own would cost a round trip.
 */

const POLICY = "style-src 'self'";
const END = '</head>';

export function firstStyles(): Plugin {
  let styles: string[] = [];
  return {
    name: 'onnoise:first-styles',
    apply: 'build',
    generateBundle: {
      order: 'pre', // before vite writes down which files a view needs
      handler: (_options, bundle) => {
        styles = takeStyles(bundle);
      },
    },
    transformIndexHtml: { order: 'post', handler: (html) => insertStyles(html, styles) },
  };
}

/** Takes the files out of the bundle: the page has them, so no chunk waits for them. */
function takeStyles(bundle: Rolldown.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  const ofEntry = chunks
    .filter(({ isEntry }) => isEntry)
    .flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
  const files = new Set([...ofEntry, ...(filesOfViews(bundle).get(VIEWS[0])?.styles ?? [])]);
  return [...files].map((file) => {
    const output = bundle[file];
    if (output?.type !== 'asset') throw new Error(`The page needs ${file}, which the build has not made.`);
    for (const { viteMetadata } of chunks) viteMetadata?.importedCss.delete(file);
    delete bundle[file];
    return String(output.source).trim();
  });
}

/** @throws Error where the page has no policy that could allow them */
function insertStyles(html: string, styles: readonly string[]): string {
  const elements = styles.map((style) => `  <style>${style}</style>\n  `).join('');
  return put(allowInline(html, POLICY, styles), END, elements + END);
}
