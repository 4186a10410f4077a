/** Servers in a test that make jobs themselves. */
import { onTestFinished } from 'vitest';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runHere } from '#pipeline/jobs/run-here.ts';
import { createServer, type Server, type ServerOptions } from '#server/index.ts';
import { until } from '#test/load/until.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask } from '#test/server.ts';

/** A server with jobs in a folder; `lines` are those of its log that warn. */
export async function serve(folder: string, model: string, options: Partial<ServerOptions> = {}) {
  const lines: string[] = [];
  const jobs = keepJobs({
    folder,
    createRunner: (host) => runHere(host, folder),
  });
  const stream = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
  const logger = { level: 'warn', stream };
  const server = await createServer({ models: { tiny: model }, device: 'cpu', jobs, logger, ...options });
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
  };
  onTestFinished(close);
  return { server, lines, close };
}

/** A new folder, a model, and a server. */
export async function start(options: Partial<ServerOptions> = {}, tiny: Parameters<typeof tinyArtefact>[0] = {}) {
  const [folder, model] = await Promise.all([temporaryFolder(), tinyArtefact(tiny)]);
  return { folder, model, ...(await serve(folder, model, options)) };
}

export const order = (server: Server, body: object, headers = {}) => ask(server, '/v1/jobs', { body, headers });

/** The job, once it has one of the statuses. */
export async function untilStatus(server: Server, id: string, ...statuses: string[]) {
  let job = (await ask(server, `/v1/jobs/${id}`)).json;
  await until(`the job is ${statuses.join(' or ')}`, async () => {
    job = (await ask(server, `/v1/jobs/${id}`)).json;
    return statuses.includes(job.status);
  });
  return job;
}
