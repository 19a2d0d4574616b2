import type { Ticket } from './api/client';
import { t } from './i18n';
import { fields, onPage } from './i18n/fields';
import { lang } from './state';
import { showTime } from './time';

export type FieldName = keyof typeof fields;
export type PageField = (typeof onPage)[number];

/** What people call a field of a ticket. */
export const fieldName = (name: FieldName): string => fields[name][lang.value === 'en' ? 'en' : 'zh'];

/** A field's value for people, by its kind; empty where there is none. */
export function showField(ticket: Ticket, name: FieldName): string {
  const { at, kind } = fields[name];
  const value = at.split('.').reduce<unknown>((held, key) => (held as Record<string, unknown> | null)?.[key], ticket);
  if (value === null || value === undefined) return '';
  const kinds: Partial<Record<string, () => string>> = {
    instant: () => showTime(String(value)),
    flag: () => t(value ? 'field.yes' : 'field.no'),
  };
  return kinds[kind]?.() ?? String(value);
}
