#!/usr/bin/env node
// The command line. tsconfig.json is for editors: nothing of it is read here.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { runProgram } = await import('../src/run-program.ts');
await runProgram('pipeline');
