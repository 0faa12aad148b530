/** A day as XML writes it. */
import { type Instant, localDateOf } from '../../../domain/time';

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** "2026-06-17", in a time zone. @throws PerennialError `invalid_time_zone`. */
export function day(instant: Instant, timeZone: string): string {
  const { year, month, day: date } = localDateOf(instant, timeZone);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(date, 2)}`;
}
