import type { Reach } from '../http/addresses.js';
import type { Configuration, FeedSource, UrlSource } from './configuration.js';
import { newestInFeed, type Announcement } from './feed/newest-in-feed.js';
import { feedText } from './feed/feed-text.js';
import { fetchSmall, type SmallFetch } from './http/fetch-small.js';
import { TransferProblem } from '../http/problem.js';

/** A place that could not be used, and why; `reason` completes "could not … : ". */
export interface SourceProblem {
  readonly url: string;
  readonly reason: string;
}

/** A package that a place offers; what is said of its release is not proven. */
export interface Offer extends Announcement {
  /** How far the answer may lead that named its URL; undefined where the configuration does. */
  readonly ledBy?: Reach;
}

/** How large a feed may be, and how much of a version file is looked at, in bytes. */
const [feedLimit, versionLimit] = [4 * 1024 * 1024, 4096];

/** The places of a configuration, in the order in which they are asked; each is asked when it is its turn. */
export function sourcesOf(configuration: Configuration): readonly Source[] {
  return [
    ...configuration.rss.map((feed): Source => ({ url: feed.url, offer: (how) => offerOfFeed(feed, how) })),
    ...configuration.urls.map((url): Source => ({
      url: url.versionUrl ?? url.url,
      offer: (how) => offerOfUrl(url, how),
    })),
  ];
}

/** One place where the newest package may be. */
export interface Source {
  readonly url: string;
  /** Asks it. Throws {@link TransferProblem}. */
  offer(how: SmallFetch): Promise<Offer>;
}

async function offerOfFeed(feed: FeedSource, how: SmallFetch): Promise<Offer> {
  const { bytes, reach } = await fetchSmall(feed.url, feedLimit, how);
  // Only who has a feed pays for the parser.
  const { selectTexts } = await import('./feed/select-texts.js');
  const { texts, problem } = selectTexts(feedText(bytes), feed.xpath);
  if (texts === undefined) throw unusable(`it can't be read as a feed: ${problem}`);
  const newest = newestInFeed(texts, feed);
  if (newest === undefined) throw unusable('it announces no package that fits the pattern');
  const { protocol } = new URL(newest.url);
  if (protocol === 'https:' || protocol === 'http:' || feed.url.startsWith('file:'))
    return { ...newest, ledBy: reach };
  throw unusable(`it announces a package at a ${protocol.slice(0, -1)} address`);
}

async function offerOfUrl({ url, versionUrl }: UrlSource, how: SmallFetch): Promise<Offer> {
  if (versionUrl === undefined) return { url, release: undefined };
  const { bytes } = await fetchSmall(versionUrl, versionLimit, how);
  const text = bytes.toString('utf8').trim();
  if (/^[^\s<>]{1,100}$/.test(text)) return { url, release: text };
  throw unusable('it is not a release and nothing else');
}

function unusable(reason: string): TransferProblem {
  return new TransferProblem(reason, { passing: false });
}
