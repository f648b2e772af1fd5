import { HttpClient, type HttpOptions } from '../../http/client.js';
import { TransferProblem } from '../../http/problem.js';
import { archiveAccess, redirectionAccess, type ArchiveRules } from './access.js';

/** A client that goes where the rules let it, and nowhere else, whatever names and redirections say. */
export function archiveClient(rules: ArchiveRules, options: Omit<HttpOptions, 'reach'>): HttpClient {
  return new HttpClient({
    ...options,
    reach: (url, ledBy) => {
      const access = ledBy === undefined ? archiveAccess(url, rules) : redirectionAccess(url, rules);
      if (!access.granted) throw new TransferProblem(access.reason, { passing: false });
      return access.reach;
    },
  });
}
