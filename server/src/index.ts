export { InputError } from '@onnoise/scheduler/rules';
export { createServer, type Server } from './create.ts';
export { checkGrpc } from './grpc/check.ts';
export type { Job, JobHost, JobOrder, JobSampling, JobStatus, Jobs, OpenJobs } from './jobs/jobs.ts';
export { trustedProxies } from './options/address.ts';
export { type ApiKey, readApiKeys } from './options/keys.ts';
export { SERVER_LIMITS, type ServerLimit, type ServerOptions } from './options/options.ts';
export { checkHost, checkOrigin, isLoopback } from './options/origins.ts';
