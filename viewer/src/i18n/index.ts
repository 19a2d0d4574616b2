import { lang, type Lang } from '../state';
import { en } from './en';
import { type Key, zh } from './zh';

export type { Key } from './zh';

const words: Record<Lang, Record<Key, string>> = { 'zh-CN': zh, en };

/** The text for `key` in the chosen language; `{name}` in it becomes `values.name`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return words[lang.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The text for a value that the server names (`level`, `town`); the bare value where we have no word. */
export function term(group: string, value: string): string {
  const key = `${group}.${value}`;
  return key in zh ? t(key as Key) : value;
}

/** Switches the page's language, for screen readers and the shapes of Han characters too. */
export function speak(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next;
  document.title = `${t('app.title')} · gisgrid`;
}
