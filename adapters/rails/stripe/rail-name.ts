/** The name of this rail in the registry, in rows and in errors. */
export const RAIL_NAME = 'stripe';
