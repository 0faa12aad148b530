/**
 * Structured logs: one JSON line per business event. Secrets, addresses of persons and card facts are removed here, so that no caller has to
 * remember to.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config';

export type { Logger } from 'pino';

/** Fields whose value never belongs in a log, wherever a log object carries them. */
const sensitiveFields = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'api_key',
  'apiKey',
  'client_secret',
  'email',
  'phone',
  'address',
  'card',
  'number',
  'cvc',
] as const;

/** pino matches a wildcard on one level, so each depth is listed: logged objects are flat, with a request or an error inside at most. */
function redactedPaths(): string[] {
  return sensitiveFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
}

/**
 * Makes the logger of one process or part.
 * @param name the process or part: api, worker, migrate
 * @param destination where the lines go; standard output when left out
 */
export function createLogger(
  config: Pick<Config, 'environment' | 'logLevel'>,
  name: string,
  destination: DestinationStream = pino.destination(1),
): Logger {
  return pino(
    {
      name,
      level: config.logLevel,
      base: { environment: config.environment },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths(), censor: '[removed]' },
    },
    destination,
  );
}
