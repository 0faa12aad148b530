/** The registry of rails. A new rail is one folder behind the port and one line here; the conformance suite tests it. */
import type { Rail } from './port';
import { createStripeRail, type StripeRailOptions } from './stripe';

/** What each rail needs; the composition root fills it from the configuration. */
export interface RailsOptions {
  readonly stripe: StripeRailOptions;
}

/** One line per rail: how it is made. */
export const railFactories = {
  stripe: (options: RailsOptions): Rail => createStripeRail(options.stripe),
} satisfies Record<string, (options: RailsOptions) => Rail>;

export type RailName = keyof typeof railFactories;

export const railNames = Object.keys(railFactories) as readonly RailName[];

/** True for the name of a rail of this registry, such as one read from a row. */
export function isRailName(value: unknown): value is RailName {
  return typeof value === 'string' && Object.hasOwn(railFactories, value);
}

/** Makes every rail of the registry, once per process. */
export function createRails(options: RailsOptions): Record<RailName, Rail> {
  return Object.fromEntries(railNames.map((name) => [name, railFactories[name](options)])) as Record<RailName, Rail>;
}
