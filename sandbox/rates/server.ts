/**
 * Markets that are made up, in the forms of Pyth's Hermes and of CoinGecko: `GET /v2/updates/price/latest` and `GET /simple/price`. Orders set a price;
 * the faults of all doubles fall on the methods `pyth` and `coingecko`.
 */
import { z } from 'zod';
import type { HttpAnswer, HttpRequest, Protocol } from '../chains/rpc/protocol';
import { type RpcServer, startRpcServer } from '../chains/rpc/server';

const market = z.strictObject({
  /** The feed's id, 64 hexadecimal digits, with or without 0x. */
  pyth: z.string().regex(/^(0x)?[0-9a-f]{64}$/),
  coingecko: z.string().regex(/^[a-z0-9-]+$/),
  /** Dollars, a plain decimal. */
  price: z.string().regex(/^\d{1,8}(\.\d{1,10})?$/),
  confidence: z
    .string()
    .regex(/^\d{1,8}(\.\d{1,10})?$/)
    .default('0'),
  /** Epoch seconds; null: always just now. */
  published_at: z.number().int().nullable().default(null),
});

export type Market = z.input<typeof market>;

export interface RatesSandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly markets?: readonly Market[];
  /** Told about an error of the double itself. */
  readonly onDefect?: (error: unknown) => void;
}

type Markets = Map<string, z.output<typeof market>>;

/** A price of Pyth is a whole number of 64 bits: up to 900 million dollars with so many places. */
const exponent = -10;
const bare = (feed: string): string => feed.replace(/^0x/, '');
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A decimal as a whole number of the exponent's units. */
function mantissa(decimal: string): string {
  const [whole = '0', places = ''] = decimal.split('.');
  return BigInt(whole + places.padEnd(-exponent, '0')).toString();
}

/** Hermes: one entry for each feed; an unknown one is a 404 for all. */
function pyth(markets: Markets, feeds: readonly string[]): HttpAnswer {
  const found = feeds.map((feed) => markets.get(bare(feed)));
  if (found.includes(undefined)) {
    return {
      status: 404,
      body: `Price ids not found: ${feeds.join(', ')}`,
      headers: { 'content-type': 'text/plain' },
    };
  }
  const parsed = found.flatMap((one) => {
    if (one === undefined) return [];
    const publishTime = one.published_at ?? nowSeconds();
    const price = {
      price: mantissa(one.price),
      conf: mantissa(one.confidence),
      expo: exponent,
      publish_time: publishTime,
    };
    const metadata = { slot: 1, proof_available_time: publishTime + 1, prev_publish_time: publishTime - 1 };
    return [{ id: bare(one.pyth), price, ema_price: price, metadata }];
  });
  return { status: 200, body: JSON.stringify({ binary: { encoding: 'hex', data: [] }, parsed }) };
}

/** CoinGecko: an unknown coin is left out. Its prices are JSON numbers, which are written by hand to keep their digits. */
function coingecko(markets: Markets, ids: readonly string[], currencies: readonly string[]): HttpAnswer {
  const coins = [...markets.values()].filter((one) => ids.includes(one.coingecko));
  const entries = coins.map(({ coingecko: id, price, published_at: at }) => {
    const known = currencies.includes('usd') ? `"usd":${price},` : '';
    return `${JSON.stringify(id)}:{${known}"last_updated_at":${at ?? nowSeconds()}}`;
  });
  return { status: 200, body: `{${entries.join(',')}}` };
}

const listIn = ({ query }: HttpRequest, name: string): string[] => (query.get(name) ?? '').split(',');

/** Routes a request to the method that faults are ordered by. */
const protocol: Protocol = async (request, call) => {
  if (request.path === '/v2/updates/price/latest') {
    return (await call('pyth', request.query.getAll('ids[]'))) as HttpAnswer;
  }
  if (request.path === '/simple/price') {
    return (await call('coingecko', [listIn(request, 'ids'), listIn(request, 'vs_currencies')])) as HttpAnswer;
  }
  return { status: 404, body: '{}' };
};

/** Starts the double. Rejects when the port is taken. */
export function startRatesSandbox(options: RatesSandboxOptions): Promise<RpcServer> {
  const markets: Markets = new Map();
  const set = (body: unknown): void => {
    const one = market.parse(body);
    markets.set(bare(one.pyth), one);
  };
  options.markets?.forEach(set);
  return startRpcServer({
    port: options.port,
    methods: {
      pyth: (feeds) => pyth(markets, feeds as string[]),
      coingecko: (params) => coingecko(markets, ...(params as [string[], string[]])),
    },
    protocol,
    orders: { price: set },
    ...(options.onDefect === undefined ? {} : { onDefect: options.onDefect }),
  });
}
