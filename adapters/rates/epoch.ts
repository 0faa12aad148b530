import type { Instant } from '../../domain/time';

/** Sources count whole seconds. */
export const fromSeconds = (seconds: number): Instant => seconds * 1000;
