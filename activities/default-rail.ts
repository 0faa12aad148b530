/** The rail whose minimum amounts hold for a customer who has no payment method yet. */
export const defaultRail = 'stripe';
