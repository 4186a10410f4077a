/**
 * What happens on the machine without a network: `inside.ts <order>`, in a network namespace of its own. It runs a script,
 * and then opens the page that a command serves. It prints what it saw as one line of JSON.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { chromium } from 'playwright-core';
import { launchOptions } from '../browser/launch.ts';

export interface Order {
  folder: string;
  /** Run by bash, under strace. */
  script: string;
  /** Where strace writes. */
  trace: string;
  /** Serves the page until it is stopped. */
  serve: string;
  /** Address that it serves at. */
  page: string;
}

export interface Seen {
  interfaces: string[];
  /** Hosts that the page asked for anything. */
  hosts: string[];
  isolated: boolean;
  /** What the page says when its pictures are there. */
  done: string;
  /** What it asked for. */
  paths: string[];
}

const STRACE = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=connect,sendto,sendmsg'];

const { folder, script, trace, serve, page: address } = JSON.parse(process.argv[2]!) as Order;

execFileSync('ip', ['link', 'set', 'lo', 'up']);
execFileSync('strace', [...STRACE, '-o', trace, 'bash', '-euo', 'pipefail', script], { cwd: folder, stdio: 'inherit' });
process.stdout.write(`\n${JSON.stringify(await visitPage())}\n`);

async function visitPage(): Promise<Seen> {
  const server = spawn('bash', ['-c', `exec ${serve}`], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch(await launchOptions());
  try {
    await once(server.stdout!, 'data');
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    const asked: URL[] = [];
    page.on('request', (request) => asked.push(new URL(request.url())));
    await page.goto(`${address}#/sample?count=2&steps=3&seed=7`);
    const done = page.getByText(/^2 pictures in .* steps\/s$/);
    await done.waitFor();
    return {
      interfaces: Object.keys(networkInterfaces()),
      hosts: [...new Set(asked.map(({ host }) => host))],
      paths: asked.map(({ pathname }) => pathname),
      isolated: await page.evaluate<boolean>('crossOriginIsolated'),
      done: (await done.textContent()) ?? '',
    };
  } finally {
    await browser.close();
    server.kill();
  }
}
