/** Replies that never arrive. */
import type { Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { SeenRequest } from '../control/request-log';

/** Closes the connection without a reply. Inside one process, where there is no connection, the reply's body breaks off instead. */
export function loseReply(context: Context<{ Bindings: HttpBindings }>, seen: SeenRequest): Response {
  seen.isLost = true;
  const socket = (context.env as Partial<HttpBindings> | undefined)?.outgoing?.socket;
  if (socket === undefined || socket === null) return brokenReply();
  socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function brokenReply(): Response {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error('The reply was lost.')) });
  return new Response(body);
}

/** Never answers: the client gives up, or the server closes. */
export function hang(seen: SeenRequest): Promise<Response> {
  seen.isLost = true;
  return new Promise(() => undefined);
}
