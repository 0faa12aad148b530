import { loadConfig } from '../config';
import { createLogger } from '../log';

const config = loadConfig({
  PERENNIAL_ENV: 'test',
  DATABASE_URL: 'postgres://app:hidden@127.0.0.1/x',
  LOG_LEVEL: 'info',
});

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger(config, 'test', { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a log line is JSON with its part, level name and an ISO time', () => {
  expect(logged((logger) => logger.info({ invoice: 'inv_1' }, 'invoice issued'))).toEqual([
    expect.objectContaining({
      name: 'test',
      level: 'info',
      msg: 'invoice issued',
      invoice: 'inv_1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    }),
  ]);
});

test('nothing below the configured level is logged', () => {
  expect(logged((logger) => logger.debug('quiet'))).toEqual([]);
});

test.each([
  ['on top', { email: 'hidden' }],
  ['one level down', { customer: { email: 'hidden', phone: 'hidden' } }],
  ['in the headers of a request', { request: { headers: { authorization: 'hidden', cookie: 'hidden' } } }],
  ['in a card', { card: { number: 'hidden', last4: 'hidden' } }],
  ['in the configuration', { config }],
])('a secret, an address of a person and a card fact never reach the log: %s', (_where, fields) => {
  expect(JSON.stringify(logged((logger) => logger.info(fields, 'event')))).not.toContain('hidden');
});
