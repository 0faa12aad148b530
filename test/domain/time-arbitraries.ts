import fc from 'fast-check';
import type { Instant } from '../../domain/time';

/** Zones of every temper: none, half hours, changes at midnight, changes of 30 minutes, southern, date line, Ramadan. */
export const temperamental = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Havana',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Santiago',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'America/St_Johns',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Antarctica/Troll',
  'Africa/Nairobi',
  'America/Asuncion',
  'Asia/Gaza',
];
export const zone = fc.oneof(fc.constantFrom(...temperamental), fc.constantFrom(...Intl.supportedValuesOf('timeZone')));
export const instant = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2099, 0, 1) });
export const calendarInterval = fc.oneof(
  fc.record({ unit: fc.constant('day' as const), count: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ unit: fc.constant('week' as const), count: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ unit: fc.constant('month' as const), count: fc.integer({ min: 1, max: 36 }) }),
  fc.record({ unit: fc.constant('year' as const), count: fc.integer({ min: 1, max: 5 }) }),
);
export const interval = fc.oneof(
  calendarInterval,
  fc.record({ unit: fc.constant('second' as const), count: fc.integer({ min: 1, max: 10 ** 7 }) }),
);
export const anchorDay = fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined });

const formatters = new Map<string, Intl.DateTimeFormat>();
/** A second opinion: the local date and time as Intl writes it, `2026-06-17 09:30:00`. */
export function local(at: Instant, timeZone: string): string {
  const known =
    formatters.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formatters.set(timeZone, known);
  return known.format(at);
}
