/**
 * The port behind which sources of rates stand. A source says what it saw and when that was published; whether it is believed is decided in
 * `domain/quote/agree-on-rate.ts`.
 */
import type { RateObservation } from '../../domain/quote/agree-on-rate';

export interface RateQuestion {
  /** CAIP-19. */
  readonly asset: string;
  /** ISO 4217: what one major unit of the asset is worth in it. */
  readonly currency: string;
}

export type RateAnswer =
  | { readonly kind: 'observed'; readonly observation: RateObservation }
  /** The source does not know the asset in this currency; asking again changes nothing. */
  | { readonly kind: 'unknown' };

export interface RateSource {
  /** As it stands in quotes. */
  readonly name: string;
  /** @throws RateSourceUnavailable for every outage, limit, time-out, and answer that cannot be read. */
  observe(question: RateQuestion): Promise<RateAnswer>;
}

/** The source does not answer, or not in its own form: others may. */
export class RateSourceUnavailable extends Error {
  override readonly name = 'RateSourceUnavailable';
  constructor(
    readonly source: string,
    message: string,
    readonly retryAfterMs: number | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
