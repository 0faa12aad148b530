/**
 * Pyth's prices through Hermes: `GET /v2/updates/price/latest?ids[]=<feed>&parsed=true` (hermes.pyth.network/docs). Its feeds are in dollars. A price
 * is a whole number with an exponent, beside it half the width of what the publishers differ by. Limit: 30 requests in 10 s, then a ban of 60 s.
 */
import { Decimal } from '../../domain/money';
import { fromSeconds } from './epoch';
import { type HttpSourceOptions, memberOf, readJson } from './http-source';
import { type RateAnswer, type RateQuestion, type RateSource, RateSourceUnavailable } from './port';

const name = 'pyth';

const bare = (feed: string): string => feed.toLowerCase().replace(/^0x/, '');

/** `mantissa` × 10^`exponent` as a plain decimal, exactly. */
const plain = (mantissa: string, exponent: number): string => new Decimal(`${mantissa}e${exponent}`).toString();

function readUpdate(answer: unknown, feed: string): RateAnswer {
  const parsed = memberOf(answer, 'parsed');
  const update: unknown = Array.isArray(parsed)
    ? parsed.find((one: unknown) => bare(String(memberOf(one, 'id'))) === bare(feed))
    : undefined;
  const found = memberOf(update, 'price');
  const [price, confidence] = [memberOf(found, 'price'), memberOf(found, 'conf')];
  const [exponent, publishTime] = [memberOf(found, 'expo'), memberOf(found, 'publish_time')];
  const isWhole = (value: unknown): value is string => typeof value === 'string' && /^-?\d{1,20}$/.test(value);
  if (!isWhole(price) || !isWhole(confidence) || typeof exponent !== 'number' || typeof publishTime !== 'number') {
    throw new RateSourceUnavailable(name, 'The answer has no price in the form of Hermes.');
  }
  return {
    kind: 'observed',
    observation: {
      source: name,
      price: plain(price, exponent),
      confidence: plain(confidence, exponent),
      publishedAt: fromSeconds(publishTime),
    },
  };
}

/** Hermes at an address; `ids` names the feed of each asset. */
export function createPyth(options: HttpSourceOptions): RateSource {
  return {
    name,
    observe: async ({ asset, currency }: RateQuestion) => {
      const feed = options.ids[asset];
      if (feed === undefined || currency !== 'USD') return { kind: 'unknown' };
      const path = `/v2/updates/price/latest?ids%5B%5D=${encodeURIComponent(feed)}&parsed=true&encoding=hex`;
      const answer = await readJson(name, options, path);
      return answer === null ? { kind: 'unknown' } : readUpdate(answer, feed);
    },
  };
}
