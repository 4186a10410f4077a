#!/usr/bin/env node
// The command line.
import { register } from 'tsx/esm/api';

register({ tsconfig: false }); // tsconfig.json is for editors: nothing of it is read here
const { runProgram } = await import('../src/run-program.ts');
await runProgram('pipeline');
