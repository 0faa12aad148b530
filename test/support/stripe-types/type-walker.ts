/**
 * Checks a JSON value against a type of the `stripe` package, member by member: what is missing, unexpected or of the wrong kind. It asks the
 * compiler itself, so the package's types are the judge. Setting up takes some seconds, a check milliseconds.
 */
import path from 'node:path';
import ts from 'typescript';
import type { AnswerTypes, RequestTypes } from './answer-types';

/** Types refer to each other in circles through expandable members; real answers are far flatter than this. */
const DEPTH_MAX = 40;

const source = path.join(__dirname, 'answer-types.ts');

export interface TypeWalker {
  /** The faults of a value, each with its path; none when the value has the type. */
  faults(value: unknown, typeName: keyof AnswerTypes): string[];
  /** The members that a request type has at a path such as `['payment_method_options', 'card']`; null when there is no such object. */
  requestMembers(request: keyof RequestTypes, at: readonly string[]): ReadonlySet<string> | null;
  readonly answerTypes: readonly (keyof AnswerTypes)[];
}

export function createTypeWalker(): TypeWalker {
  const program = ts.createProgram([source], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const answers = interfaceOf(program, checker, 'AnswerTypes');
  const requests = interfaceOf(program, checker, 'RequestTypes');
  const memberOf = (owner: ts.Type, name: string): ts.Type => {
    const member = owner.getProperty(name);
    if (member === undefined) throw new Error(`${name} is not among the types to check`);
    return checker.getTypeOfSymbol(member);
  };
  return {
    faults: (value, typeName) => {
      const found: string[] = [];
      walk({ checker, found }, value, memberOf(answers, typeName), typeName, 0);
      return found;
    },
    requestMembers: (request, at) => membersAt(checker, [memberOf(requests, request)], at),
    answerTypes: answers.getProperties().map((member) => member.name as keyof AnswerTypes),
  };
}

function interfaceOf(program: ts.Program, checker: ts.TypeChecker, name: string): ts.Type {
  const declared = program
    .getSourceFile(source)
    ?.statements.filter(ts.isInterfaceDeclaration)
    .find((statement) => statement.name.text === name);
  if (declared === undefined) throw new Error(`${source} declares no ${name}`);
  return checker.getTypeAtLocation(declared.name);
}

interface Walk {
  readonly checker: ts.TypeChecker;
  readonly found: string[];
}

const has = (type: ts.Type, flags: ts.TypeFlags): boolean => (type.flags & flags) !== 0;

function walk(state: Walk, value: unknown, type: ts.Type, at: string, depth: number): void {
  if (depth > DEPTH_MAX || has(type, ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return;
  if (type.isUnion()) return walkUnion(state, value, type, at, depth);
  if (type.isIntersection()) return walkIntersection(state, value, type, at, depth);
  if (state.checker.isArrayType(type)) return walkArray(state, value, type, at, depth);
  if (has(type, ts.TypeFlags.Object)) return walkObject(state, value, type, at, depth);
  const fault = plainFault(state.checker, value, type);
  if (fault !== null) state.found.push(`${at}: ${fault}`);
}

/** The faults of the alternative that fits best. */
function walkUnion(state: Walk, value: unknown, type: ts.UnionType, at: string, depth: number): void {
  if (value === null && type.types.some((one) => has(one, ts.TypeFlags.Null))) return;
  const attempts = type.types
    .filter((one) => !has(one, ts.TypeFlags.Undefined | ts.TypeFlags.Null))
    .map((one) => {
      const found: string[] = [];
      walk({ ...state, found }, value, one, at, depth + 1);
      return found;
    });
  if (attempts.some((found) => found.length === 0)) return;
  const best = attempts.sort((one, other) => one.length - other.length)[0];
  state.found.push(...(best ?? [`${at}: ${JSON.stringify(value)} fits no alternative`]));
}

/** `string & {}` is how the package leaves a list of words open. */
function walkIntersection(state: Walk, value: unknown, type: ts.IntersectionType, at: string, depth: number): void {
  if (typeof value === 'string' && type.types.some((one) => has(one, ts.TypeFlags.String))) return;
  for (const one of type.types) walk(state, value, one, at, depth + 1);
}

function walkArray(state: Walk, value: unknown, type: ts.Type, at: string, depth: number): void {
  const element = state.checker.getTypeArguments(type as ts.TypeReference)[0];
  if (!Array.isArray(value) || element === undefined) {
    state.found.push(`${at}: not an array`);
    return;
  }
  value.forEach((entry, index) => walk(state, entry, element, `${at}[${index}]`, depth + 1));
}

function walkObject(state: Walk, value: unknown, type: ts.Type, at: string, depth: number): void {
  if (value === null || typeof value !== 'object') {
    state.found.push(`${at}: not an object`);
    return;
  }
  const members = state.checker.getPropertiesOfType(type).filter((member) => isData(state.checker, member));
  for (const member of members) {
    const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
    const inner = `${at}.${member.name}`;
    if (member.name in value) {
      const given = (value as Record<string, unknown>)[member.name];
      walk(state, given, state.checker.getTypeOfSymbol(member), inner, depth + 1);
    } else if (!isOptional) state.found.push(`${inner}: missing`);
  }
  if (state.checker.getIndexInfosOfType(type).length > 0) return;
  const names = new Set(members.map((member) => member.name));
  const unexpected = Object.keys(value).filter((name) => !names.has(name));
  state.found.push(...unexpected.map((name) => `${at}.${name}: unexpected`));
}

/** The package adds methods and the raw answer to its objects; those are not on the wire. */
function isData(checker: ts.TypeChecker, member: ts.Symbol): boolean {
  return member.name !== 'lastResponse' && checker.getTypeOfSymbol(member).getCallSignatures().length === 0;
}

function plainFault(checker: ts.TypeChecker, value: unknown, type: ts.Type): string | null {
  if (type.isStringLiteral() || type.isNumberLiteral()) {
    return value === type.value ? null : `${JSON.stringify(value)} is not ${JSON.stringify(type.value)}`;
  }
  if (has(type, ts.TypeFlags.BooleanLiteral)) {
    const expected = checker.typeToString(type);
    return String(value) === expected && typeof value === 'boolean'
      ? null
      : `${JSON.stringify(value)} is not ${expected}`;
  }
  if (has(type, ts.TypeFlags.String)) return typeof value === 'string' ? null : 'not a string';
  if (has(type, ts.TypeFlags.Number)) return typeof value === 'number' ? null : 'not a number';
  if (has(type, ts.TypeFlags.Null)) return value === null ? null : 'not null';
  return value === undefined ? null : `${JSON.stringify(value)} where nothing is expected`;
}

function membersAt(
  checker: ts.TypeChecker,
  types: readonly ts.Type[],
  at: readonly string[],
): ReadonlySet<string> | null {
  const objects = types
    .flatMap((type) => (type.isUnion() ? type.types : [type]))
    .flatMap((type) => (checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference) : [type]))
    .filter((type) => has(type, ts.TypeFlags.Object));
  if (objects.length === 0) return null;
  const [name, ...later] = at;
  if (name === undefined) return new Set(objects.flatMap((type) => type.getProperties().map((member) => member.name)));
  const inner = objects.flatMap((type) => {
    const member = type.getProperty(name);
    return member === undefined ? [] : [checker.getTypeOfSymbol(member)];
  });
  return membersAt(checker, inner, later);
}
