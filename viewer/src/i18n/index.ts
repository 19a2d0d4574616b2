import type { FieldError, Problem } from '../api/client';
import { areaIndex, config, formerNames, lang, type Lang, networks, type Said, unnamed } from '../state';
import { en } from './en';
import { type Key, zh } from './zh';

export type { Key } from './zh';

const words: Record<Lang, Record<Key, string>> = { 'zh-CN': zh, en };

export type Values = Record<string, string | number>;

/** `{name}` becomes `values.name`; `{name|ticket|tickets}` the first word where that is one, else the second. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => (one === undefined ? String(values[name] ?? '') : ((String(values[name]) === '1' ? one : many) ?? '')));
}

/** The text for `key` in the chosen language, with these values. */
export const t = (key: Key, values: Values = {}): string => fill(words[lang.value][key], values);

/** The text for a value that the server names (`level`, `town`); the bare value where we have no word. */
export function term(group: string, value: string): string {
  const key = `${group}.${value}`;
  return key in zh ? t(key as Key) : value;
}

/** What a network is called, as the server says it. */
export function networkName(id: string): string {
  const found = networks.value.find((one) => one.network === id);
  if (!found || found.name_en === 'base') return term('network', id);
  return say({ zh: found.name_zh, en: found.name_en });
}

/** What an area is called, or was when it ended; its code until the server has said that. */
export function areaName(code: string): string {
  const name = areaIndex.value?.find((one) => one.code === code)?.name ?? formerNames.value.get(code);
  if (name === undefined && areaIndex.value && code) wantName(code);
  return name ?? code;
}

const wanting = new Set<string>();

/** Later, and all of a page at once: what is being drawn must not change what it is drawn from. */
function wantName(code: string): void {
  if (wanting.add(code).size > 1) return;
  queueMicrotask(() => {
    if ([...wanting].some((one) => !unnamed.peek().has(one))) unnamed.value = new Set([...unnamed.peek(), ...wanting]);
    wanting.clear();
  });
}

/** The same with the code beside the name. */
export const calledArea = (code: string, name: string = areaName(code)): string => [...new Set([name, code])].join(' ');

/** Which area a code means that somebody types, and in which that lies; empty while it means none. */
export function areaMeant(code: string): string {
  const find = (wanted: string | null) => areaIndex.value?.find((one) => one.code === wanted);
  const found = find(code.trim());
  return found ? [find(found.parent)?.name, found.name].filter(Boolean).join(' · ') : '';
}

/** What is wrong alone, where what to do is offered below it. */
export const factText = (found: { message: string; message_zh?: string | null }): string => (lang.value === 'zh-CN' && found.message_zh ? found.message_zh : found.message);

/** What a role of an account or of a post is called, as the server says it. */
export function roleName(role: string): string {
  const named = config.value.roles.find((one) => one.role === role);
  if (!named) return term('role', role);
  return lang.value === 'en' ? named.name_en.charAt(0).toUpperCase() + named.name_en.slice(1) : named.name_zh;
}

/** Sentences one after the other: a space between them in English alone; what is not true is left out. */
export const sentences = (...said: (string | false)[]): string => said.filter(Boolean).join(lang.value === 'en' ? ' ' : '');

/** What is wrong and what to do, in the chosen language where the server has words in it. */
export function faultText({ message, remedy, message_zh, remedy_zh }: Omit<FieldError, 'field'>): string {
  const words = lang.value === 'zh-CN' && message_zh ? [message_zh, remedy_zh ?? remedy] : [message, remedy];
  const said = words.filter(Boolean).join(' → ');
  return /^[a-z]+[ ,]/.test(said) ? said.charAt(0).toUpperCase() + said.slice(1) : said; // not `valid_from`, which is a name
}

/** What a failure is called: by its status, for what a proxy says is of no language. */
export function problemTitle({ status }: Pick<Problem, 'status'>): string {
  if (status === 0) return t('app.unreachable');
  const key = `problem.${status}`;
  return key in zh ? t(key as Key) : t('problem.other', { status });
}

/** Why something was refused, in one line. */
export const whyRefused = (problem: Problem): string => problem.errors.map(faultText).join('; ') || problemTitle(problem);

/** What the server says in both languages, in the chosen one. */
export const say = ({ zh: chinese, en: english }: Said): string => (lang.value === 'en' ? english : chinese);

/** Switches the page's language, for screen readers and the shapes of Han characters too. */
export function speak(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next;
}
