import { calledArea, networkName, roleName } from '../i18n';
import { categories, lang } from '../state';
import { nameOf } from '../tickets';
import { showTime } from '../time';
import { h, type Word, words } from './words';

export type Facts = Record<string, unknown>;
/** A part of a fact: words of ours, or data as it was written, one or several. */
export type Part = { label: string; words?: string; data?: string; list?: string[] };

/** Columns that the database reckons from others. */
export const reckoned = ['path', 'geom', 'category_key', 'area_key', 'day_kinds', 'seconds', 'specificity'];

/** Every deed that the trail knows, by its name there. */
export const deeds = Object.keys(words).flatMap((key) => (key.startsWith('audit.of.') ? [key.slice('audit.of.'.length)] : []));

/** Our word for it, or what was written where there is none: a later version may know more deeds. */
function named(group: string, name: string): string {
  const key = `audit.${group}.${name}`;
  return key in words ? h(key as Word) : name;
}

/** What was done. */
export function deedOf(what: string, facts: Facts = {}): string {
  const key = `audit.${String(facts['did'])}`;
  return key in words ? h(key as Word, { what: named('of', what) }) : named('of', what);
}

/** What it was done to: words of ours, or a name, a number, a door. */
export function subjectOf(what: string, subject: string): Omit<Part, 'label'> {
  if (what === 'role') return { words: roleName(subject) };
  return `audit.about.${subject}` in words && ['read', 'export', 'devices'].includes(what) ? { words: named('about', subject) } : { data: subject };
}

/** What else is known. Of what was changed the columns, with the values that the trail may hold; of a new row those that it has. */
export function partsOf(facts: Facts): Part[] {
  const now = (facts['now'] ?? {}) as Facts;
  const columns = ((facts['columns'] ?? []) as string[]).filter((column) => !reckoned.includes(column));
  const of = Object.entries(facts).filter(([name]) => !['did', 'now', 'columns'].includes(name));
  if (!('did' in facts)) of.push(...(columns.length > 0 ? [['columns', columns] as [string, unknown]] : []));
  const kept = facts['did'] === 'update' ? columns : columns.filter((column) => (now[column] ?? null) !== null);
  return [...of, ...('did' in facts ? kept.map((column) => [column, now[column]] as [string, unknown]) : [])].flatMap(([name, value]) => part(name, value));
}

/** What is called by a name elsewhere, by the column that holds its code. */
const calls: Record<string, (code: string) => string> = { area_code: calledArea, network: networkName, category: categoryName, parent: categoryName };

function categoryName(id: string): string {
  const found = categories.value.find((one) => one.id === id);
  return found ? nameOf(found, lang.value) : id;
}

function part(name: string, value: unknown): Part[] {
  const label = named('column', name);
  if (value === undefined) return [{ label }];
  if (value === null) return [{ label, words: h('keep.none') }];
  if (typeof value === 'boolean') return [{ label, words: h(value ? 'keep.yes' : 'keep.no') }];
  if (name === 'role' || name === 'roles') return [{ label, words: [value].flat().map((role) => roleName(String(role))).join(h('audit.and')) }];
  if (name === 'status' && typeof value === 'string') return [{ label, words: named('status', value) }];
  if (`audit.value.${name}.${String(value)}` in words) return [{ label, words: named('value', `${name}.${String(value)}`) }];
  const called = typeof value === 'string' && calls[name]?.(value);
  if (called && called !== value) return [{ label, words: called }];
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return [{ label, words: showTime(value) }];
  if (Array.isArray(value)) return value.length > 0 ? [{ label, list: value.map(String) }] : [];
  return value === '' ? [] : [{ label, data: typeof value === 'object' ? JSON.stringify(value) : String(value) }];
}
