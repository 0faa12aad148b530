/** Form-encoded bodies and query strings with brackets, as Stripe reads them: `metadata[a]=b`, `expand[]=c`, `items[0][id]=d`. */
export type FormValue = string | readonly FormValue[] | FormObject;
export interface FormObject {
  readonly [name: string]: FormValue;
}

interface Draft {
  [name: string]: string | Draft;
}

/** Decodes one form. Names that repeat with `[]` make an array; an object whose names are all whole numbers is an array too. */
export function decodeForm(encoded: string): FormObject {
  const root = emptyDraft();
  for (const [name, value] of new URLSearchParams(encoded)) place(root, pathOf(name), value);
  return settleObject(root);
}

/** Without a prototype, so that a name such as `__proto__` is only a name. */
const emptyDraft = (): Draft => Object.create(null) as Draft;

function pathOf(name: string): string[] {
  const start = name.indexOf('[');
  if (start <= 0) return [name];
  const inner = [...name.slice(start).matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '');
  return [name.slice(0, start), ...inner];
}

function place(root: Draft, path: readonly string[], value: string): void {
  let draft = root;
  path.forEach((part, index) => {
    const name = part === '' ? String(Object.keys(draft).length) : part;
    if (index === path.length - 1) draft[name] = value;
    else draft = inner(draft, name);
  });
}

function inner(draft: Draft, name: string): Draft {
  const present = draft[name];
  if (typeof present === 'object') return present;
  const made = emptyDraft();
  draft[name] = made;
  return made;
}

function settle(value: string | Draft): FormValue {
  if (typeof value === 'string') return value;
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name))) {
    return names.sort((one, other) => Number(one) - Number(other)).map((name) => settle(value[name] ?? ''));
  }
  return settleObject(value);
}

function settleObject(draft: Draft): FormObject {
  const object: Record<string, FormValue> = Object.create(null) as Record<string, FormValue>;
  for (const [name, value] of Object.entries(draft)) object[name] = settle(value);
  return object;
}
