/** What the sandbox knows of a payment method and the API does not show. */
export interface TestMethodSecrets {
  /** The payment method's id. */
  readonly id: string;
  /** The name in the registry of test methods, such as `pm_card_visa`. */
  readonly testMethod: string;
  /** It was detached, or used without a customer: it cannot be used again. */
  isSpent: boolean;
  /** The customer authenticated it for use without the customer, which some cards ask for once. */
  isSetUpOffSession: boolean;
}
