/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly eventType: string;
  readonly endpoint: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: DeliveryAttempt[];
}

export interface DeliveryAttempt {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The endpoint's answer; null when there was none. */
  readonly status: number | null;
}
