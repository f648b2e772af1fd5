import { networkPolicies, type NetworkPolicy } from '../../build/network-policy.js';
import { failure } from '../../core/errors/gitian-error.js';

/** Reads what `--network` says. */
export function networkPolicy(value: string): NetworkPolicy {
  const policy = networkPolicies.find((name) => name === value);
  if (policy !== undefined) return policy;
  throw failure('usage-bad-value', { what: '--network', value, expected: 'full, packages or none' });
}
