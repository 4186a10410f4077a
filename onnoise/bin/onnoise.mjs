#!/usr/bin/env node
// The command line, by the name of the package.
import { register } from 'tsx/esm/api';

register({ tsconfig: false }); // tsconfig.json is for editors: nothing of it is read here
const { runProgram } = await import('@onnoise/pipeline/run-program');
await runProgram('onnoise');
