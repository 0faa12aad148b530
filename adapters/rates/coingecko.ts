/**
 * CoinGecko's prices: `GET /simple/price?ids=…&vs_currencies=…&include_last_updated_at=true&precision=full` (docs.coingecko.com). An id that it does
 * not know is left out of the answer. Limits: 30 to 100 requests a minute with a demo key, 10,000 a month.
 */
import { Decimal } from '../../domain/money';
import { fromSeconds } from './epoch';
import { type HttpSourceOptions, memberOf, readJson } from './http-source';
import { type RateAnswer, type RateQuestion, type RateSource, RateSourceUnavailable } from './port';

const name = 'coingecko';

function readPrice(answer: unknown, id: string, currency: string): RateAnswer {
  if (typeof answer !== 'object' || answer === null) {
    throw new RateSourceUnavailable(name, 'The answer is not in the form of CoinGecko.');
  }
  const coin = memberOf(answer, id);
  const price = memberOf(coin, currency);
  if (coin === undefined || price === undefined) return { kind: 'unknown' };
  const updated = memberOf(coin, 'last_updated_at');
  if (typeof price !== 'number' || !Number.isFinite(price) || typeof updated !== 'number') {
    throw new RateSourceUnavailable(name, 'The answer has no price in the form of CoinGecko.');
  }
  return {
    kind: 'observed',
    observation: {
      source: name,
      // A JSON number comes as the nearest double; its shortest decimal is what was written, up to 15 digits. `Decimal` writes no exponent.
      price: new Decimal(price).toString(),
      confidence: null,
      publishedAt: fromSeconds(updated),
    },
  };
}

/** CoinGecko at an address (`https://api.coingecko.com/api/v3`); `ids` names the coin of each asset. */
export function createCoinGecko(options: HttpSourceOptions): RateSource {
  return {
    name,
    observe: async ({ asset, currency }: RateQuestion) => {
      const id = options.ids[asset];
      if (id === undefined) return { kind: 'unknown' };
      const wanted = currency.toLowerCase();
      const query = new URLSearchParams({
        ids: id,
        vs_currencies: wanted,
        include_last_updated_at: 'true',
        precision: 'full',
      });
      const answer = await readJson(name, options, `/simple/price?${query}`);
      return answer === null ? { kind: 'unknown' } : readPrice(answer, id, wanted);
    },
  };
}
