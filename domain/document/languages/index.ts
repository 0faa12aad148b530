/** The registry of languages: one file and one line each. */
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import type { Language } from './phrases';
import { sw } from './sw';

export const languages = { en, de, fr, es, sw } as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof languages;

/** True for a language that documents can be written in. */
export function isLanguage(value: unknown): value is LanguageCode {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

/** The language of a code or of the code before its region ("de-AT"); English for one that is not known. */
export function languageOf(code: string): Language {
  const main = code.split('-')[0] ?? '';
  return isLanguage(main) ? languages[main] : languages.en;
}
