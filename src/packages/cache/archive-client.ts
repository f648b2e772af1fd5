import { HttpClient, type HttpOptions } from '../../http/client.js';
import { TransferProblem } from '../../http/problem.js';
import { archiveAccess, redirectionAccess, type ArchiveRules } from './access.js';
import { guard } from './guard.js';

/** A client that goes where the rules let it, and nowhere else, whatever names and redirections say. */
export function archiveClient(rules: ArchiveRules, options: Omit<HttpOptions, 'admit'>): HttpClient {
  return new HttpClient({
    ...options,
    admit: (url, { proxied, redirected }) => {
      const access = redirected ? redirectionAccess(url, rules) : archiveAccess(url, rules);
      if (!access.granted) throw new TransferProblem(access.reason, { passing: false });
      return guard(url, access.reach, { proxied });
    },
  });
}
