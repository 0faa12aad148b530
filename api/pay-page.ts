/** The pages of a payment link: small, without scripts, everything escaped by the template. */
import { html } from 'hono/html';
import type { Invoice } from '../db/queries/invoices';
import { formatMoney, subtract } from '../domain/money';

const style = `body{font:17px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1.2rem}h1{font-size:1.3rem}
.amount{font-size:2rem;font-weight:600}button,a.button{display:block;width:100%;padding:.8rem;border:0;border-radius:8px;background:#1d4ed8;
color:#fff;font:inherit;text-align:center;text-decoration:none;cursor:pointer}.note{color:#92400e}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.note{color:#fbbf24}}`;

type Part = ReturnType<typeof html>;

function page(title: string, body: Part, refreshTo?: string): Part {
  const refresh = refreshTo === undefined ? '' : html`<meta http-equiv="refresh" content="2;url=${refreshTo}" />`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        ${refresh}
        <title>${title}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`;
}

const titleOf = (invoice: Invoice): string => `Invoice ${invoice.number ?? ''}`;
const owed = (invoice: Invoice): string => formatMoney(subtract(invoice.amountDue, invoice.amountPaid));

/** An open invoice and the button that pays it; `note` says what happened before. */
export function openPage(facts: { invoice: Invoice; sellerName: string; payUrl: string; note: string | null }): Part {
  const { invoice, sellerName, payUrl, note } = facts;
  return page(
    titleOf(invoice),
    html`<p>${sellerName}</p>
      <p class="amount">${owed(invoice)}</p>
      ${note === null ? '' : html`<p class="note">${note}</p>`}
      <form method="post" action="${payUrl}"><button type="submit">Pay ${owed(invoice)}</button></form>`,
  );
}

/** The bank asks the customer; they go there by the link. */
export function confirmPage(invoice: Invoice, actionUrl: string): Part {
  return page(
    titleOf(invoice),
    html`<p class="amount">${owed(invoice)}</p>
      <p>Your bank asks you to confirm this payment.</p>
      <a class="button" href="${actionUrl}">Confirm with your bank</a>`,
  );
}

/** The provider works on it; the page looks again by itself. */
export function waitingPage(invoice: Invoice, payUrl: string): Part {
  return page(
    titleOf(invoice),
    html`<p>Your payment is being processed. This page looks again in a moment.</p>`,
    payUrl,
  );
}

/** Nothing is left to pay. */
export function settledPage(invoice: Invoice): Part {
  const text =
    invoice.status === 'paid'
      ? 'Thank you, this invoice is paid.'
      : `This invoice is ${invoice.status}: nothing is to be paid.`;
  return page(titleOf(invoice), html`<p>${text}</p>`);
}

/** A link that shows nothing. */
export function refusedPage(title: string, text: string): Part {
  return page(title, html`<p>${text}</p>`);
}
