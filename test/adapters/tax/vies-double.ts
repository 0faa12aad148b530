/** A double of VIES on the wire: its REST interface over HTTP, with the answers of the real one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ViesDouble {
  readonly url: string;
  /** Questions as they came, newest last. */
  readonly asked: Record<string, unknown>[];
  /** What it says of a number, such as "FR40303265045"; `null` is a Member State that is away. Unknown numbers are not valid. */
  readonly answers: Map<
    string,
    'valid' | 'invalid' | 'MS_UNAVAILABLE' | 'MS_MAX_CONCURRENT_REQ' | 'TIMEOUT' | 'garbage'
  >;
  close(): Promise<void>;
}

const refusals = new Set(['MS_UNAVAILABLE', 'MS_MAX_CONCURRENT_REQ', 'TIMEOUT']);

function answerOf(double: ViesDouble, question: Record<string, unknown>): { status: number; body: string } {
  const { countryCode, vatNumber, requesterNumber } = question;
  const said = double.answers.get(`${String(countryCode)}${String(vatNumber)}`) ?? 'invalid';
  if (said === 'garbage') return { status: 502, body: '<html>Bad gateway</html>' };
  if (refusals.has(said))
    return { status: 500, body: JSON.stringify({ actionSucceed: false, errorWrappers: [{ error: said }] }) };
  const body = {
    countryCode,
    vatNumber,
    requestDate: '2026-06-01T00:00:00.000Z',
    valid: said === 'valid',
    requestIdentifier: requesterNumber === undefined ? '' : `WAPI${double.asked.length}`,
    name: said === 'valid' ? 'A BUSINESS' : '---',
    address: '---',
  };
  return { status: 200, body: JSON.stringify(body) };
}

/** Starts it on a free port. */
export async function startViesDouble(): Promise<ViesDouble> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const question = JSON.parse(text) as Record<string, unknown>;
      double.asked.push(question);
      const isKnown = request.method === 'POST' && request.url === '/rest-api/check-vat-number';
      const { status, body } = isKnown ? answerOf(double, question) : { status: 404, body: '{}' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const double: ViesDouble = {
    url: `http://127.0.0.1:${port}/rest-api`,
    asked: [],
    answers: new Map(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return double;
}
