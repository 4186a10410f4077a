#!/usr/bin/env node
// The command line, by the name of the package.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
const { runProgram } = await import('@onnoise/pipeline/run-program');
await runProgram('onnoise');
