#!/usr/bin/env node
// Lets Node load TypeScript, then starts the command line. tsconfig.json is for editors: nothing of it is read here.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { guardStreams } = await import('../src/terminal/streams.ts');
guardStreams();
const { main } = await import('../src/cli.ts');
process.exitCode = await main(process.argv.slice(2));
