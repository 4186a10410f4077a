// Preloaded into npm and all that it starts: a machine that reaches the registry (REACHABLE_HOSTS, by commas) and nothing else.
const dns = require('node:dns');

const reachable = new Set([...process.env.REACHABLE_HOSTS.split(','), 'localhost', '127.0.0.1']);
const { lookup } = dns;

dns.lookup = function onlyRegistry(host, options, callback = options) {
  if (reachable.has(host)) return lookup.call(dns, host, options, callback);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname: host,
  });
  process.nextTick(callback, error);
};
