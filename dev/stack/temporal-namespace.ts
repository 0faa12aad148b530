/**
 * Prepares a namespace: it exists, and the search attributes that workflows set are registered (a start that sets an unknown one fails).
 */
import type { Connection } from '@temporalio/client';
import { waitFor } from './wait';

/** Type numbers of the server's protocol. */
const keyword = 2;
const int = 3;
const bool = 5;

/** Registered at every start: a server takes them from its command line only when it makes the namespace. */
export const registeredSearchAttributes: Readonly<Record<string, number>> = {
  TenantId: keyword,
  CustomerId: keyword,
  PlanId: keyword,
  BillingStatus: keyword,
  DunningStep: int,
  SettlementChain: keyword,
  NeedsAttention: bool,
};

/** How long closed workflows of a namespace made here stay visible. */
const retentionSeconds = 30 * 24 * 3_600;

/** gRPC's number for "not found". */
const notFound = 5;

async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if ((error as { code?: number }).code !== notFound) throw error;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: retentionSeconds as never },
    });
    throw error;
  }
}

async function attempt(address: string, namespace: string): Promise<true> {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await ensureNamespace(connection, namespace);
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { ...registeredSearchAttributes },
    });
    return true;
  } finally {
    await connection.close();
  }
}

/** Waits for the server to answer and prepares the namespace; safe to repeat. */
export async function prepareNamespace(address: string, namespace: string): Promise<void> {
  await waitFor(`Temporal at ${address} is ready`, () => attempt(address, namespace), {
    timeoutMs: 60_000,
    intervalMs: 100,
  });
}
