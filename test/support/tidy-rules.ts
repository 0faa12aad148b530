/**
 * The style guide as rules over source text. Each ban names what to write in its place.
 */
import ts from 'typescript';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface Ban {
  readonly pattern: RegExp;
  readonly appliesTo: (file: string) => boolean;
  /** Look at comments too. */
  readonly comments?: true;
  readonly message: string;
}

export const functionLinesMax = 70;
export const fileLinesMax = 400;

const isScript = (file: string): boolean => /\.[cm]?[jt]s$/.test(file);
const within =
  (...folders: readonly string[]) =>
  (file: string): boolean =>
    isScript(file) && folders.some((folder) => file.startsWith(`${folder}/`));
const except =
  (applies: (file: string) => boolean, ...others: readonly string[]) =>
  (file: string): boolean =>
    applies(file) && !others.some((other) => file === other || file.startsWith(`${other}/`));

/** Names that say nothing about what is inside. */
const emptyNames = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'service',
  'services',
  'manager',
  'managers',
];

/** Top folders of machines that this project was written on or may be cloned to. */
const machineFolders = ['work', 'farm', 'root', 'home', 'Users'];

const pureFolders = within('domain', 'workflows');
const moneyFolders = within('domain', 'activities', 'api', 'db');

/** Text turned into a number on a line that speaks of money. Digits of a calendar or a key may be numbers. */
const moneyWords =
  'amount|price|money|total|balance|fee|tax|paid|credit|debit|discount|unit|rate|charge|refund|minor|cents';
const numberFromMoney = new RegExp(`^(?=.*(${moneyWords})).*((?<![\\w.])Number\\(|parseInt\\()`, 'i');

const bans: readonly Ban[] = [
  {
    pattern: /\bprocess\.env\b/,
    appliesTo: except(isScript, 'config.ts', 'dev', 'test'),
    message: 'process.env: add a key to config.ts and take its value as an argument',
  },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(/,
    appliesTo: except(pureFolders, 'workflows/clock.ts'),
    message: 'a clock: take `now` as an argument (in a workflow, from workflows/clock.ts)',
  },
  {
    pattern: /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/,
    appliesTo: pureFolders,
    message: 'randomness: make ids from business facts by a function of domain/ids.ts',
  },
  {
    pattern: /\bparseFloat\(|\.toFixed\(|\.toPrecision\(/,
    appliesTo: except(moneyFolders, 'domain/money.ts'),
    message: 'a rounded number: use the functions of domain/money.ts, which name their rounding',
  },
  {
    pattern: numberFromMoney,
    appliesTo: except(moneyFolders, 'domain/money.ts'),
    message:
      'a number made from an amount: keep it as text and compute in domain/money.ts; let zod or SQL type a count',
  },
  {
    pattern: /\bconsole\.\w/,
    appliesTo: except(isScript, 'dev'),
    message: 'console: take a logger (log.ts) as an argument',
  },
  { pattern: /\bas any\b/, appliesTo: isScript, message: '`as any`: narrow from `unknown`, or say the type' },
  {
    pattern: /@ts-ignore|@ts-nocheck/,
    appliesTo: isScript,
    comments: true,
    message: 'a silenced compiler: use @ts-expect-error with its reason',
  },
  {
    pattern: /\b(TODO|FIXME)\b/,
    appliesTo: isScript,
    comments: true,
    message: 'a loose end: do it, or write a page in docs/decisions',
  },
  {
    pattern: /\b(it|test|describe)\.only\b/,
    appliesTo: within('test'),
    message: 'a focused test: remove `.only`, it hides all others',
  },
  {
    pattern: /new Promise(<\w+>)?\(\(?\w*\)? => (void )?setTimeout\(/,
    appliesTo: within('test'),
    message: 'a sleep: wait for the condition itself with waitFor (dev/stack/wait.ts)',
  },
  {
    pattern: new RegExp(`(^|[^A-Za-z0-9_.])/(${machineFolders.join('|')})/[A-Za-z0-9._-]+`),
    appliesTo: (file) => file !== 'package-lock.json',
    comments: true,
    message: 'a path of one machine: write it relative to the project',
  },
];

/** The source with its comments blanked and its lines kept. */
function withoutComments(file: string, text: string): string {
  if (!isScript(file)) return text;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  const blanks: [number, number][] = [];
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
      blanks.push([range.pos, range.end]);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) blanks.push([range.pos, range.end]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  visit(source.endOfFileToken);
  const characters = text.split('');
  for (const [from, to] of blanks) for (let at = from; at < to; at++) if (characters[at] !== '\n') characters[at] = ' ';
  return characters.join('');
}

function bannedLines(file: string, text: string): Violation[] {
  const code = withoutComments(file, text).split('\n');
  const all = text.split('\n');
  return bans
    .filter((ban) => ban.appliesTo(file))
    .flatMap((ban) => {
      const lines = ban.comments ? all : code;
      return lines.flatMap((line, index) =>
        ban.pattern.test(line) ? [{ file, line: index + 1, message: ban.message }] : [],
      );
    });
}

function isDescribeCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^describe\b/.test(node.expression.getText());
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && 'body' in node;
}

/** A `describe` callback, or a function that lays out a `describe`, is a table of contents; the tests inside are measured. */
function isDescription(node: ts.FunctionLikeDeclaration): boolean {
  if (isDescribeCall(node.parent)) return true;
  const body = node.body;
  if (!body || !ts.isBlock(body)) return false;
  return body.statements.some(
    (statement) => ts.isExpressionStatement(statement) && isDescribeCall(statement.expression),
  );
}

function longFunctions(file: string, text: string): Violation[] {
  if (!isScript(file)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && node.body && !isDescription(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const lines = source.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1;
      if (lines > functionLinesMax) {
        const message = `a function of ${lines} lines (at most ${functionLinesMax}): keep the branches, push plain work into small functions`;
        found.push({ file, line: first + 1, message });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function longFile(file: string, text: string): Violation[] {
  // Recorded histories, fixtures and vectors are data.
  if (!isScript(file) || /^test\/.*(fixtures|vectors|histories|data)\//.test(file)) return [];
  const lines = text.trimEnd().split('\n').length;
  if (lines <= fileLinesMax) return [];
  return [
    {
      file,
      line: lines,
      message: `a file of ${lines} lines (at most ${fileLinesMax}): make it a folder, one part per file`,
    },
  ];
}

function emptyName(file: string): Violation[] {
  // Blueprints name what a business sells, in its own words.
  if (file.startsWith('blueprints/')) return [];
  const words = file.split(/[/._-]/);
  const name = words.find((word) => emptyNames.includes(word.toLowerCase()));
  return name
    ? [{ file, line: 1, message: `the name "${name}" says nothing: name the file after the one thing it does` }]
    : [];
}

/** Everything that is untidy in one file. `file` is its path inside the project, with forward slashes. */
export function untidiness(file: string, text: string): Violation[] {
  return [...emptyName(file), ...longFile(file, text), ...longFunctions(file, text), ...bannedLines(file, text)];
}
